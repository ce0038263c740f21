import fc from 'fast-check';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSilentLog } from '../../tests/support/silent-log';
import { decodeErrorResponse } from '../protocol/backend-messages';
import { encodeQuery } from '../protocol/engine-messages';
import { type Engine, startEngine } from './engine';
import { type EngineSession, openEngineSession } from './engine-session';

const READY = message('Z', Buffer.from('I'));
const GREETING = Buffer.concat([
  message('R', Buffer.alloc(4)),
  message('S', Buffer.from('TimeZone\0UTC\0')),
  message('K', Buffer.alloc(8, 7)),
  READY,
]);

function message(type: string, payload: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + payload.length);
  return Buffer.concat([Buffer.from(type), length, payload]);
}

/** A session that keeps what it is told. */
async function open(
  socketPath: string,
  parameters: Record<string, string> = {},
  onMessage: (type: string) => void = () => undefined,
) {
  const told: [string, Buffer][] = [];
  let wake = () => undefined as void;
  let closed!: (error: Error | null) => void;
  const end = new Promise<Error | null>((resolve) => (closed = resolve));
  const session = await openEngineSession({
    ...{ socketPath, username: 'jo', parameters: new Map(Object.entries(parameters)), onClose: closed },
    onMessage: (code, bytes) => {
      told.push([String.fromCharCode(code), bytes]);
      onMessage(String.fromCharCode(code));
      wake();
    },
  });
  const until = async (type: string) => {
    while (told.at(-1)?.[0] !== type) await new Promise<void>((resolve) => (wake = resolve));
  };
  return { session, told, until, end, types: () => told.map(([type]) => type).join('') };
}

describe('a session of a real engine', () => {
  let engine: Engine;
  let session: EngineSession | null = null;

  beforeAll(async () => {
    engine = await startEngine({
      binDirectory: null,
      cacheDirectory: join(tmpdir(), 'sluice-test-cache'),
      maxConnections: 10,
      log: createSilentLog(),
    });
    await engine.prepareUser('jo');
  });

  afterEach(() => session?.end());
  afterAll(() => engine?.stop());

  test('passes startup parameters on and says what they led to', async () => {
    const { session: opened, ...answers } = await open(engine.socketPath, {
      user: 'postgres',
      database: 'postgres',
      application_name: 'a test',
      TimeZone: 'Europe/Oslo',
      options: '-c sluice.ack=queued',
    });
    session = opened;

    session.send(encodeQuery("SELECT current_setting('sluice.ack') || current_database()"));
    await answers.until('Z');

    expect(session.parameters.get('TimeZone')).toBe('Europe/Oslo');
    expect(session.parameters.get('application_name')).toBe('a test');
    expect(session.parameters.get('session_authorization')).toBe('jo');
    expect(answers.types()).toBe('TDCZ');
    expect(answers.told[1]?.[1].toString('latin1')).toContain('queuedjo');
  });

  test.each([
    [{ no_such_parameter: '1' }, '42704', 'unrecognized configuration parameter "no_such_parameter"'],
    [{ TimeZone: 'Nowhere' }, '22023', 'invalid value for parameter "TimeZone": "Nowhere"'],
    [{ options: '-c shared_buffers=1' }, '55P02', 'parameter "shared_buffers" cannot be changed'],
  ])('refuses the startup parameters %j as PostgreSQL does', async (parameters, code, text) => {
    const opening = open(engine.socketPath, parameters);

    await expect(opening).rejects.toMatchObject({ code, severity: 'FATAL' });
    await expect(opening).rejects.toThrow(text);
  });

  test('cancels the running statement and goes on', async () => {
    const { session: opened, ...answers } = await open(engine.socketPath);
    session = opened;

    session.send(encodeQuery(SLEEP));
    await answers.until('N');
    await session.cancel();
    await answers.until('Z');
    const error = decodeErrorResponse(answers.told[1]![1]);
    answers.told.length = 0;
    session.send(encodeQuery('SELECT 1'));
    await answers.until('Z');

    expect(error.code).toBe('57014');
    expect(answers.types()).toBe('TDCZ');
  });

  test('ends in the middle of a statement, and the engine with it', async () => {
    const { session: first, ...answers } = await open(engine.socketPath);
    const { session: opened, ...watcher } = await open(engine.socketPath);
    session = opened;

    first.send(encodeQuery(SLEEP));
    await answers.until('N');
    first.end();

    expect(await answers.end).toBeNull();
    do {
      watcher.told.length = 0;
      session.send(
        encodeQuery("SELECT FROM pg_stat_activity WHERE query ~ 'sleep' AND pid <> pg_backend_pid()"),
      );
      await watcher.until('Z');
    } while (watcher.types() !== 'TCZ');
  });

  test('says where the engine ended the session', async () => {
    const { session: opened, ...answers } = await open(engine.socketPath);
    opened.send(encodeQuery('SELECT pg_terminate_backend(pg_backend_pid())'));

    expect(await answers.end).toBeInstanceOf(Error);
    expect(answers.told.at(-1)?.[0]).toBe('E');
    expect(decodeErrorResponse(answers.told.at(-1)![1]).code).toBe('57P01');
    opened.send(encodeQuery('SELECT 1'));
  });

  test('delivers nothing while paused, and all of it afterwards', async () => {
    let rows = 0;
    const { session: opened, ...answers } = await open(engine.socketPath, {}, (type) => {
      if (type === 'D' && rows++ === 2) opened.pause();
    });
    session = opened;
    const { session: other, ...others } = await open(engine.socketPath);

    session.send(encodeQuery("SELECT i, repeat('x', 100) FROM generate_series(1, 50000) i"));
    await answers.until('D');
    other.send(encodeQuery('SELECT 1'));
    await others.until('Z');
    const whilePaused = rows;
    other.end();
    session.resume();
    await answers.until('Z');

    expect([whilePaused, rows]).toEqual([3, 50_000]);
  });

  test('hands a value of many megabytes over whole', async () => {
    const { session: opened, ...answers } = await open(engine.socketPath);
    session = opened;

    session.send(encodeQuery("SELECT repeat('x', 70000000)"));
    await answers.until('Z');

    expect(answers.told.map(([type, bytes]) => [type, bytes.length])).toContainEqual([
      'D',
      5 + 2 + 4 + 70_000_000,
    ]);
  });
});

const SLEEP = "DO $$ BEGIN RAISE NOTICE 'asleep'; PERFORM pg_sleep(600); END $$";

describe('a session of an engine that a test plays', () => {
  let folder: string;
  let server: Server;
  let socketPath: string;
  let answer: (socket: Socket) => void;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
    socketPath = join(folder, 'socket');
    server = createServer((socket) => {
      socket.on('error', () => undefined).once('data', () => answer(socket));
    });
    server.listen(socketPath);
    await once(server, 'listening');
  });

  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  test('gives the same messages however they are cut', async () => {
    const payloads = fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 20 });
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 });

    await fc.assert(
      fc.asyncProperty(payloads, cuts, async (bodies, sizes) => {
        const messages = [...bodies.map((body) => message('D', Buffer.from(body))), READY];
        answer = (socket) => void sendCut(socket, Buffer.concat([GREETING, ...messages]), sizes);
        const { session, ...answers } = await open(socketPath);

        await answers.until('Z');
        session.end();
        await answers.end;

        expect(answers.told.map(([, bytes]) => bytes)).toEqual(messages);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    ['hangs up', (socket: Socket) => socket.destroy(), '57P03'],
    [
      'asks for a password',
      (socket: Socket) => socket.write(message('R', Buffer.from([0, 0, 0, 3]))),
      '57P03',
    ],
    ['sends what is no message', (socket: Socket) => socket.write(Buffer.alloc(20, 0xff)), '08P01'],
  ])('fails where the engine %s', async (_name, act, code) => {
    answer = act;

    await expect(open(socketPath)).rejects.toMatchObject({ code });
  });

  test('fails where there is no engine', async () => {
    await expect(open(join(folder, 'nowhere'))).rejects.toMatchObject({ code: '57P03' });
  });

  async function sendCut(socket: Socket, bytes: Buffer, sizes: number[]): Promise<void> {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length]!;
      await new Promise((resolve) => socket.write(bytes.subarray(at, at + size), resolve));
      at += size;
    }
  }
});
