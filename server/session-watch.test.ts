import { setImmediate } from 'node:timers/promises';
import { ManualClock } from '../tests/support/manual-clock';
import { createSilentLog } from '../tests/support/silent-log';
import type { OpenSession, Session, SessionContext } from './connection';
import { LOOK_LIMIT_MS, WATCH_INTERVAL_MS, watchSessions } from './session-watch';

interface Opened {
  readonly session: Session;
  /** What the client was sent, as text. */
  readonly sent: string[];
  isClosed: boolean;
}

function setup(isAllowed: (username: string) => Promise<boolean>) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const ended: string[] = [];
  const inner: Session = {
    receive: () => undefined,
    writable: () => undefined,
    cancel: () => undefined,
    drain: () => Promise.resolve(),
    closed: () => undefined,
  };
  const open: OpenSession = () => Promise.resolve(inner);
  const watched = watchSessions(open, {
    isAllowed: (username) => {
      asked.push(username);
      return isAllowed(username);
    },
    ended: (username) => {
      ended.push(username);
      return Promise.reject(new Error('the engine is busy'));
    },
    clock,
    log: createSilentLog(),
  });
  const openFor = async (username: string): Promise<Opened> => {
    const sent: string[] = [];
    const opened = { sent, isClosed: false };
    const context = {
      username,
      send: (bytes: Buffer) => void sent.push(bytes.toString('latin1')),
      close: () => {
        opened.isClosed = true;
        whole.session.closed();
      },
    } as unknown as SessionContext;
    const whole = Object.assign(opened, { session: await watched(context) });
    return whole;
  };
  /** One look, with all that follows from it. */
  const look = async () => {
    clock.advance(WATCH_INTERVAL_MS);
    for (let turn = 0; turn < 10; turn++) await setImmediate();
  };
  return { clock, asked, ended, openFor, look };
}

test('sessions of a user who is allowed no longer end with 57P01, and nobody else', async () => {
  const gone = new Set<string>();
  const { openFor, look, ended } = setup((username) => Promise.resolve(!gone.has(username)));
  const sessions = [await openFor('a'), await openFor('a'), await openFor('b')];
  await look();
  expect(sessions.map(({ isClosed }) => isClosed)).toEqual([false, false, false]);

  gone.add('a');
  await look();

  expect(sessions.map(({ isClosed }) => isClosed)).toEqual([true, true, false]);
  expect(sessions[0]!.sent.join()).toContain('SFATAL');
  expect(sessions[0]!.sent.join()).toContain('C57P01');
  expect(sessions[0]!.sent.join()).toContain('terminating connection due to administrator command');
  expect(sessions[2]!.sent).toEqual([]);
  expect(ended).toEqual(['a']);
});

test('each user is asked about once a look, however many sessions there are', async () => {
  const { openFor, look, asked } = setup(() => Promise.resolve(true));
  for (let n = 0; n < 30; n++) await openFor(`user${n % 3}`);

  await look();
  await look();

  expect(asked.sort()).toEqual(['user0', 'user0', 'user1', 'user1', 'user2', 'user2']);
});

test('a store that fails, or does not answer, ends nothing; the next look does', async () => {
  const answers = [() => Promise.reject(new Error('down')), () => new Promise<never>(() => undefined)];
  const { openFor, look, clock } = setup(() => answers.shift()?.() ?? Promise.resolve(false));
  const session = await openFor('a');

  await look();
  await look();
  clock.advance(LOOK_LIMIT_MS);
  for (let turn = 0; turn < 10; turn++) await setImmediate();
  expect(session.isClosed).toBe(false);

  await look();
  expect(session.isClosed).toBe(true);
});

test('nobody is asked where no session runs, and again once one does', async () => {
  const { openFor, look, asked, clock } = setup(() => Promise.resolve(true));
  const first = await openFor('a');
  first.session.closed();
  await look();
  expect([asked, clock.waits]).toEqual([[], []]);

  await openFor('b');
  await look();
  expect(asked).toEqual(['b']);
});
