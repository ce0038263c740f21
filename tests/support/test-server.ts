// The server's outer half for tests: a listener on a free port with scripted sessions and one credential.
import { createAuthenticate, type FindCredential } from '../../server/authentication';
import { CancelKeys } from '../../server/cancel-keys';
import { systemClock } from '../../server/clock';
import type { ConnectionPorts } from '../../server/connection';
import { type Listener, listen } from '../../server/listener';
import type { LogFields } from '../../shared/log';
import { createVerifier } from '../../shared/scram';
import { type ScriptedSession, scriptedSessions } from './scripted-session';

export const USERNAME = 'ada';
export const PASSWORD = 'correct horse';

const verifier = createVerifier(PASSWORD);

export const findAda: FindCredential = (username) =>
  Promise.resolve(username === USERNAME ? { verifier } : null);

export interface TestServer {
  readonly listener: Listener;
  readonly port: number;
  readonly sessions: ScriptedSession[];
  readonly cancelKeys: CancelKeys;
  /** Events of the log with their fields. */
  readonly logged: (LogFields & { readonly event: string })[];
}

export async function startTestServer(
  given: Partial<ConnectionPorts> & { readonly maxConnections?: number } = {},
): Promise<TestServer> {
  const sessions: ScriptedSession[] = [];
  const logged: TestServer['logged'] = [];
  const note = (event: string, fields: LogFields = {}) => void logged.push({ event, ...fields });
  const cancelKeys = new CancelKeys();
  const clock = given.clock ?? systemClock;
  const connection: ConnectionPorts = {
    identity: () => null,
    allowPlaintext: true,
    authenticate: createAuthenticate({ findCredential: findAda, mockSecret: Buffer.alloc(32, 1), clock }),
    openSession: scriptedSessions(sessions),
    cancelKeys,
    startupLimitMs: 60_000,
    idleLimitMs: 0,
    clock,
    log: { info: note, warn: note, error: note },
    ...given,
  };
  const { maxConnections = 20 } = given;
  const listener = await listen({ host: '127.0.0.1', port: 0, maxConnections, connection });
  return { listener, port: listener.port, sessions, cancelKeys, logged };
}
