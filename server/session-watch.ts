// Ends the sessions of users who were deleted or disabled: a login asks the store of credentials once, a session may
// last for hours. A rotated password leaves sessions alone, as in PostgreSQL.
import { describeError, type Log } from '../shared/log';
import type { CancelTimer, Clock } from './clock';
import type { OpenSession, Session, SessionContext } from './connection';
import { PostgresError } from './postgres-error';
import { MessageWriter } from './protocol/backend-messages';

/** From the end of one look to the next: with the looking itself well within the minute that is promised. */
export const WATCH_INTERVAL_MS = 20_000;
/** Users asked about at a time. */
const MAX_LOOKS = 8;
/** How long the store may take to tell about one. */
export const LOOK_LIMIT_MS = 5_000;

export interface SessionWatchPorts {
  /** Rejects where the store does not answer. */
  readonly isAllowed: (username: string) => Promise<boolean>;
  /** The sessions of the user have been told to end. */
  readonly ended: (username: string) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Opens sessions as `open` does and ends them with FATAL 57P01 when their user is allowed no longer. */
export function watchSessions(open: OpenSession, ports: SessionWatchPorts): OpenSession {
  const sessions = new Map<string, Set<() => void>>();
  let isWatching = false;
  const watch = () => {
    isWatching = sessions.size > 0;
    if (isWatching) ports.clock.after(WATCH_INTERVAL_MS, () => void look().then(watch));
  };
  const look = async () => {
    const usernames = [...sessions.keys()];
    const next = async (): Promise<void> => {
      for (let name = usernames.pop(); name !== undefined; name = usernames.pop())
        if (await isGone(name, ports)) await endAll(name, sessions.get(name) ?? new Set(), ports);
    };
    await Promise.all(Array.from({ length: MAX_LOOKS }, next));
  };
  return async (context) => {
    const session = await open(context);
    const end = () => endSession(context);
    const ofUser = sessions.get(context.username) ?? new Set();
    sessions.set(context.username, ofUser.add(end));
    if (!isWatching) watch();
    return whenClosed(session, () => {
      ofUser.delete(end);
      if (ofUser.size === 0 && sessions.get(context.username) === ofUser) sessions.delete(context.username);
    });
  };
}

/** Where the store does not answer nobody is sent away: the next look comes soon. */
async function isGone(username: string, { isAllowed, clock, log }: SessionWatchPorts): Promise<boolean> {
  let stopWaiting: CancelTimer = () => undefined;
  const late = new Promise<never>((_, reject) => {
    stopWaiting = clock.after(LOOK_LIMIT_MS, () => reject(new Error('no answer')));
  });
  try {
    return !(await Promise.race([isAllowed(username), late]));
  } catch (error) {
    log.warn('credential cannot be looked at', { username, error: describeError(error) });
    return false;
  } finally {
    stopWaiting();
  }
}

async function endAll(
  username: string,
  ends: ReadonlySet<() => void>,
  { ended, log }: SessionWatchPorts,
): Promise<void> {
  log.info('sessions-ended', { username, sessions: ends.size });
  for (const end of [...ends]) end();
  await ended(username).catch((error: unknown) => {
    log.warn('ended user not cleared away', { username, error: describeError(error) });
  });
}

function endSession(context: SessionContext): void {
  const writer = new MessageWriter();
  writer.errorResponse(
    new PostgresError('admin_shutdown', 'terminating connection due to administrator command', {
      severity: 'FATAL',
      detail: 'The gateway user was deleted or disabled.',
    }),
  );
  context.send(writer.take());
  context.close();
}

/** The same session, which also tells when it is closed. */
function whenClosed(session: Session, tell: () => void): Session {
  return {
    receive: (chunk) => session.receive(chunk),
    writable: () => session.writable(),
    cancel: () => session.cancel(),
    drain: () => session.drain(),
    closed: () => {
      tell();
      session.closed();
    },
  };
}
