import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { type CertificateAuthority, createAuthority } from '../tests/support/certificates';
import { ManualClock } from '../tests/support/manual-clock';
import { ScriptedSession } from '../tests/support/scripted-session';
import { createSilentLog } from '../tests/support/silent-log';
import { startTestServer, type TestServer, USERNAME } from '../tests/support/test-server';
import { WireClient } from '../tests/support/wire-client';
import type { Authenticate } from './authentication';
import type { ConnectionPorts, OpenSession } from './connection';
import { PostgresError } from './postgres-error';
import { MessageWriter } from './protocol/backend-messages';
import { encodeCancelRequest, encodeQuery, encodeStartup, encodeTerminate } from './protocol/engine-messages';
import { createSecureContextProvider, type SecureContextProvider } from './secure-context';

const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const GSSENC_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 48]);

const startup = encodeStartup([['user', USERNAME]]);

/** Whoever knocks. */
const letIn: Authenticate = (peer) => {
  const writer = new MessageWriter();
  writer.authenticationOk();
  peer.send(writer.take());
  return Promise.resolve();
};

let server: TestServer;
let client: WireClient;

async function serve(ports: Partial<ConnectionPorts> = {}): Promise<void> {
  server = await startTestServer({ authenticate: letIn, ...ports });
  client = await WireClient.connect(server.port);
}

function startupOfVersion(
  minor: number,
  major = 3,
  parameters: [string, string][] = [['user', USERNAME]],
): Buffer {
  const bytes = encodeStartup(parameters);
  bytes.writeUInt16BE(major, 4);
  bytes.writeUInt16BE(minor, 6);
  return bytes;
}

afterEach(async () => {
  client.close();
  await server.listener.close();
});

describe('startup', () => {
  it('opens a session with the parameters of the client', async () => {
    await serve();
    client.send(
      encodeStartup([
        ['user', USERNAME],
        ['database', USERNAME],
        ['application_name', 'test'],
        ['replication', 'off'],
      ]),
    );

    expect(await client.types('Z')).toBe('RSSKZ');
    expect(server.sessions[0]?.context.username).toBe(USERNAME);
    expect(server.sessions[0]?.context.startupParameters).toEqual(new Map([['application_name', 'test']]));
  });

  it('takes a startup packet byte by byte', async () => {
    await serve();

    for (const byte of startup) {
      client.send(Buffer.from([byte]));
      await setImmediate();
    }

    expect(await client.types('Z')).toBe('RSSKZ');
  });

  it('keeps what comes before the session is open', async () => {
    let open: () => void = () => undefined;
    const isOpen = new Promise<void>((resolve) => (open = resolve));
    const openSession: OpenSession = async (context) => {
      await isOpen;
      return new ScriptedSession(context);
    };
    await serve({ openSession });

    client.send(startup, encodeQuery('select 1'));
    expect((await client.message())?.toString('latin1', 0, 1)).toBe('R');
    client.send(encodeQuery('select 1'));
    open();

    expect(await client.types('Z')).toBe('SSKZ');
    expect(await client.types('Z')).toBe('TDCZ');
    expect(await client.types('Z')).toBe('TDCZ');
  });

  it.each<[string, Buffer, string]>([
    ['no user', encodeStartup([]), 'FATAL 28000 no PostgreSQL user name specified in startup packet'],
    ['another database', database('other'), 'FATAL 3D000 database "other" does not exist'],
    ['replication', withReplication('database'), 'FATAL 0A000 replication is not supported'],
    [
      'version 2',
      startupOfVersion(0, 2),
      'FATAL 0A000 unsupported frontend protocol 2.0: server supports 3.0 to 3.2',
    ],
    [
      'version 4',
      startupOfVersion(0, 4),
      'FATAL 0A000 unsupported frontend protocol 4.0: server supports 3.0 to 3.2',
    ],
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'closed'],
    ['a length of 2 GB', Buffer.from([0x7f, 0xff, 0xff, 0xff, 0, 3, 0, 0]), 'closed'],
    [
      'a list without end',
      Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 65]),
      'FATAL 08P01 invalid startup packet layout: expected terminator as last byte',
    ],
  ])('refuses %s', async (_case, packet, refusal) => {
    await serve();

    client.send(packet);

    expect(await client.error()).toBe(refusal);
  });

  it('does not log a client that says nothing', async () => {
    await serve();

    client.socket.end();

    expect(await client.error()).toBe('closed');
    expect(server.logged).toEqual([]);
  });

  it.each([
    ['a newer minor version', 9, [], 2],
    ['an unknown option', 0, ['_pq_.turbo'], 0],
    ['both', 3, ['_pq_.a', '_pq_.b'], 2],
  ] as const)('negotiates %s', async (_case, minor, options, answered) => {
    await serve();
    const parameters = [['user', USERNAME], ...options.map((name) => [name, 'on'])] as [string, string][];

    client.send(startupOfVersion(minor, 3, parameters));

    const message = await client.message();
    const expected = new MessageWriter();
    expected.negotiateProtocolVersion(answered, options);
    expect(message?.toString('latin1')).toBe(expected.take().toString('latin1'));
    expect(await client.types('Z')).toBe('RSSKZ');
  });

  it.each([
    [0, 4],
    [2, 32],
    [9, 32],
  ])('gives a client of 3.%i a cancel key of %i bytes', async (minor, bytes) => {
    await serve();

    client.send(startupOfVersion(minor));
    await client.types('Z');

    expect(server.sessions[0]?.context.secretKey.length).toBe(bytes);
  });

  it('makes an error of the session’s opening fatal', async () => {
    const refusal = new PostgresError('undefined_object', 'unrecognized configuration parameter "nope"');
    await serve({ openSession: () => Promise.reject(refusal) });

    client.send(startup);

    expect(await client.error()).toBe('FATAL 42704 unrecognized configuration parameter "nope"');
  });

  it('tells the log, not the client, what broke inside', async () => {
    await serve({ openSession: () => Promise.reject(new TypeError('secret detail')) });

    client.send(startup);

    expect(await client.error()).toBe('FATAL XX000 internal error');
    expect(server.logged).toMatchObject([{ event: 'connection-failed', error: 'TypeError: secret detail' }]);
  });
});

describe('encryption requests', () => {
  it('answers N where there is no TLS, and the client goes on in clear', async () => {
    await serve();

    client.send(GSSENC_REQUEST);
    expect(await client.answer()).toBe('N');
    client.send(SSL_REQUEST);
    expect(await client.answer()).toBe('N');
    client.send(startup);

    expect(await client.types('Z')).toBe('RSSKZ');
  });

  it('does not answer the same request for ever', async () => {
    await serve();

    client.send(SSL_REQUEST, SSL_REQUEST);
    expect(await client.answer()).toBe('N');

    expect(await client.error()).toContain('FATAL 0A000 unsupported frontend protocol 1234.5679');
  });
});

describe('TLS', () => {
  let authority: CertificateAuthority;
  let certificates: SecureContextProvider;
  let ca: Buffer;

  beforeAll(async () => {
    authority = createAuthority();
    ca = readFileSync(authority.caFile);
    certificates = await createSecureContextProvider({
      ...authority.issue('server'),
      log: createSilentLog(),
    });
  });

  afterAll(() => {
    certificates.close();
    authority.close();
  });

  const identity = () => certificates.current();

  async function direct(options: { ALPNProtocols?: string[]; maxVersion?: 'TLSv1.1' }): Promise<WireClient> {
    await serve({ identity, allowPlaintext: false });
    const address = { host: '127.0.0.1', port: server.port, servername: 'localhost', ca, ...options };
    const socket = connectTls(address);
    const secured = new WireClient(socket);
    await Promise.race([once(socket, 'secureConnect'), once(socket, 'close')]).catch(() => undefined);
    return secured;
  }

  it('begins after SSLRequest, also when GSSENCRequest came first', async () => {
    await serve({ identity, allowPlaintext: false });

    client.send(GSSENC_REQUEST);
    expect(await client.answer()).toBe('N');
    client.send(SSL_REQUEST);
    expect(await client.answer()).toBe('S');
    const secured = await client.secure({ ca });
    secured.send(startup);

    expect(await secured.types('Z')).toBe('RSSKZ');
  });

  it('refuses bytes that came in clear behind SSLRequest', async () => {
    await serve({ identity });

    client.send(SSL_REQUEST, startup);

    expect(await client.error()).toBe('FATAL 08P01 received unencrypted data after SSL request');
  });

  it('is asked of who comes without', async () => {
    await serve({ identity, allowPlaintext: false });

    client.send(startup);

    expect(await client.error()).toBe(`FATAL 28000 no encryption: user "${USERNAME}" must connect with TLS`);
  });

  it('begins at once with ALPN', async () => {
    const secured = await direct({ ALPNProtocols: ['postgresql'] });

    secured.send(startup, encodeQuery('select 1'));

    expect(await secured.types('Z')).toBe('RSSKZ');
    expect(await secured.types('Z')).toBe('TDCZ');
    secured.close();
  });

  it.each([[{}], [{ ALPNProtocols: ['h2'] }], [{ maxVersion: 'TLSv1.1' as const }]])(
    'does not begin at once with %j',
    async (options) => {
      const secured = await direct(options);

      secured.send(startup);

      expect(await secured.error()).toBe('closed');
      expect(server.sessions).toEqual([]);
    },
  );

  it('refuses a second SSLRequest inside', async () => {
    const secured = await direct({ ALPNProtocols: ['postgresql'] });

    secured.send(SSL_REQUEST);

    expect(await secured.error()).toContain('FATAL 0A000');
  });

  it('closes on a handshake that is none, and on records that are none', async () => {
    await serve({ identity });
    client.send(SSL_REQUEST);
    expect(await client.answer()).toBe('S');
    client.send(Buffer.from('this is no ClientHello'));
    await client.types();

    const second = await WireClient.connect(server.port);
    second.send(SSL_REQUEST);
    await second.answer();
    const secured = await second.secure({ ca });
    secured.send(startup);
    await secured.types('Z');
    second.send(Buffer.from('this is no record'));

    expect(await secured.error()).toBe('closed');
    await sessionClosed();
  });

  it('takes a CancelRequest', async () => {
    const secured = await direct({ ALPNProtocols: ['postgresql'] });
    let cancelled = 0;
    const { processId, secretKey } = server.cancelKeys.issue(32, () => cancelled++);

    secured.send(encodeCancelRequest(processId, secretKey));

    expect(await secured.error()).toBe('closed');
    expect(cancelled).toBe(1);
  });
});

describe('an open session', () => {
  const open = async (ports: Partial<ConnectionPorts> = {}) => {
    await serve(ports);
    client.send(startup);
    await client.types('Z');
    return server.sessions[0]!;
  };

  it('gets what the client sends, and ends with Terminate', async () => {
    const session = await open();

    client.send(encodeQuery('select 1'));
    await client.types('Z');
    client.send(encodeTerminate());

    expect(await client.error()).toBe('closed');
    expect(session.received.equals(Buffer.concat([encodeQuery('select 1'), encodeTerminate()]))).toBe(true);
    expect(session.told).toEqual(['closed']);
  });

  it('is told once that the client is gone', async () => {
    const session = await open();

    client.socket.resetAndDestroy();
    await sessionClosed();

    expect(session.told).toEqual(['closed']);
  });

  it('is cancelled by its own key only, while it is there', async () => {
    const session = await open();
    const { processId, secretKey } = session.context;
    const wrong = Buffer.from(secretKey.map((byte) => byte ^ 1));

    for (const key of [wrong, secretKey]) {
      const canceller = await WireClient.connect(server.port);
      canceller.send(encodeCancelRequest(processId, key));
      expect(await canceller.error()).toBe('closed');
    }

    expect(session.told).toEqual(['cancel']);
  });

  it('is stopped and started by its context', async () => {
    const session = await open();

    session.context.pauseReading();
    client.send(encodeQuery('select 1'));
    // By the time that another client has had its answer, the server has seen what this one sent before.
    const other = await WireClient.connect(server.port);
    other.send(startup, encodeQuery('select 1'));
    await other.types('TDCZ');
    other.close();
    expect(session.received.length).toBe(0);
    session.context.resumeReading();

    expect(await client.types('Z')).toBe('TDCZ');
  });

  it('hears that its client is behind, and when that is over', async () => {
    const session = await open();
    client.socket.pause();
    const megabyte = Buffer.alloc(1024 * 1024, 'x');

    while (!session.context.needsDrain) {
      session.context.send(megabyte);
      await setImmediate();
    }
    client.socket.resume();
    while (session.context.needsDrain) await setImmediate();

    expect(session.told).toContain('writable');
  });

  it('has its last words delivered before the end', async () => {
    const session = await open();
    const large = Buffer.alloc(4 * 1024 * 1024, 'x');
    const chunks: Buffer[] = [];
    client.socket.on('data', (chunk: Buffer) => chunks.push(chunk));

    session.context.send(large);
    session.context.close();
    await once(client.socket, 'end');

    expect(Buffer.concat(chunks).equals(large)).toBe(true);
  });

  it('ends with a fatal error where it throws', async () => {
    const session = await open();
    session.receive = () => {
      throw new PostgresError('protocol_violation', 'invalid message length', { severity: 'FATAL' });
    };

    client.send(encodeQuery('select 1'));

    expect(await client.error()).toBe('FATAL 08P01 invalid message length');
    expect(session.told).toEqual(['closed']);
  });
});

describe('limits of time', () => {
  it('close a client that says nothing, without a word', async () => {
    const clock = new ManualClock();
    await serve({ clock, startupLimitMs: 60_000 });
    await accepted(clock);

    clock.advance(60_000);

    expect(await client.types()).toBe('');
  });

  it('tell a client that does not authenticate', async () => {
    const clock = new ManualClock();
    await serve({
      clock,
      startupLimitMs: 60_000,
      authenticate: (peer) => peer.receive().then(() => undefined),
    });
    client.send(startupOfVersion(9));
    await client.message();

    clock.advance(60_000);

    expect(await client.error()).toBe('FATAL 57014 canceling authentication due to timeout');
  });

  it('end a session that is idle, and count every byte in either direction', async () => {
    const clock = new ManualClock();
    await serve({ clock, idleLimitMs: 1000 });
    client.send(startup);
    await client.types('Z');

    clock.advance(999);
    client.send(encodeQuery('select 1'));
    await client.types('Z');
    clock.advance(999);
    expect(clock.waits).toEqual([1]);
    clock.advance(1);

    expect(await client.error()).toBe('FATAL 57P05 terminating connection due to idle-session timeout');
    expect(server.sessions[0]?.told).toEqual(['closed']);
  });

  it('end a connection whose client does not close its side', async () => {
    const clock = new ManualClock();
    await serve({ clock });
    client.socket.allowHalfOpen = true;
    client.send(encodeStartup([]));
    expect(await client.error()).toContain('FATAL 28000');

    clock.advance(5000);
    while (server.listener.connectionCount > 0) await setImmediate();

    expect(clock.waits).toEqual([]);
  });

  it('leave no timer behind', async () => {
    const clock = new ManualClock();
    await serve({ clock, idleLimitMs: 1000 });
    client.send(startup, encodeTerminate());
    await client.types();
    while (server.listener.connectionCount > 0) await setImmediate();

    expect(clock.waits).toEqual([]);
  });
});

function database(name: string): Buffer {
  return encodeStartup([
    ['user', USERNAME],
    ['database', name],
  ]);
}

function withReplication(value: string): Buffer {
  return encodeStartup([
    ['user', USERNAME],
    ['replication', value],
  ]);
}

/** Waits until the server has seen the client. */
async function accepted(clock: ManualClock): Promise<void> {
  while (clock.waits.length === 0) await setImmediate();
}

async function sessionClosed(): Promise<void> {
  while (!server.sessions[0]?.told.includes('closed')) await setImmediate();
}
