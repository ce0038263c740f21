import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { createSilentLog } from '../tests/support/silent-log';
import { type CertificateAuthority, createAuthority } from '../tests/support/certificates';
import { PASSWORD, startTestServer, type TestServer, USERNAME } from '../tests/support/test-server';
import { WireClient } from '../tests/support/wire-client';
import type { Authenticate } from './authentication';
import { MessageWriter } from './protocol/backend-messages';
import { createSecureContextProvider, type SecureContextProvider } from './secure-context';
import { encodeCancelRequest, encodeStartup } from './protocol/engine-messages';

const startup = encodeStartup([['user', USERNAME]]);

/** Lets ada in at once; everybody else is asked for a password. */
const adaOnly: Authenticate = async (peer) => {
  const writer = new MessageWriter();
  if (peer.username === USERNAME) writer.authenticationOk();
  else writer.authenticationSasl(['SCRAM-SHA-256']);
  peer.send(writer.take());
  if (peer.username !== USERNAME) await peer.receive();
};

describe('clients', () => {
  let authority: CertificateAuthority;
  let certificates: SecureContextProvider;
  let server: TestServer;

  beforeAll(async () => {
    authority = createAuthority();
    certificates = await createSecureContextProvider({
      ...authority.issue('server'),
      log: createSilentLog(),
    });
    server = await startTestServer({ identity: () => certificates.current(), allowPlaintext: false });
  });

  afterAll(async () => {
    await server.listener.close();
    certificates.close();
    authority.close();
  });

  const psql = async (options: string, password = PASSWORD) => {
    const conninfo = `host=localhost hostaddr=127.0.0.1 port=${server.port} user=${USERNAME} ${options}`;
    const env = { ...process.env, PGPASSWORD: password, PGSSLROOTCERT: authority.caFile };
    const run = promisify(execFile)('psql', ['-XAt', '-c', 'select 1', conninfo], { env });
    return run.then(
      ({ stdout }) => stdout.trim(),
      (error: { stderr: string }) => error.stderr,
    );
  };

  it('lets psql in with a verified certificate and channel binding', async () => {
    expect(await psql('sslmode=verify-full channel_binding=require')).toBe('1');
  });

  it('lets psql in without channel binding', async () => {
    expect(await psql('sslmode=require channel_binding=disable')).toBe('1');
  });

  it('lets pg in, with its own TLS, SCRAM and channel binding', async () => {
    const ssl = { ca: readFileSync(authority.caFile) };
    const address = { host: 'localhost', port: server.port, user: USERNAME, database: USERNAME };
    const client = new Client({ ...address, password: PASSWORD, ssl, enableChannelBinding: true });

    await client.connect();
    const { rows } = await client.query<{ one: number }>('select 1');
    await client.end();

    expect(rows).toEqual([{ one: 1 }]);
  });

  it('tells psql that the password is wrong', async () => {
    const said = await psql('sslmode=require', 'guess');

    expect(said).toContain(`FATAL:  password authentication failed for user "${USERNAME}"`);
  });

  it('tells psql to use TLS', async () => {
    const said = await psql('sslmode=disable');

    expect(said).toContain('FATAL:  no encryption');
    expect(said).toContain('HINT:  Set sslmode=require');
  });

  it('lets psql with sslmode=allow come again with TLS', async () => {
    expect(await psql('sslmode=allow')).toBe('1');
  });

  it('knows no other database than the user’s', async () => {
    expect(await psql('sslmode=require dbname=other')).toContain('FATAL:  database "other" does not exist');
  });
});

describe('a listener', () => {
  let server: TestServer;

  afterEach(() => server.listener.close());

  it('tells a client beyond the limit why, and still takes its CancelRequest', async () => {
    server = await startTestServer({ maxConnections: 1 });
    const first = await WireClient.connect(server.port);
    first.send(startup);
    await first.message();
    let cancelled = 0;
    const key = server.cancelKeys.issue(4, () => cancelled++);

    const second = await WireClient.connect(server.port);
    second.send(startup);
    const third = await WireClient.connect(server.port);
    third.send(encodeCancelRequest(key.processId, key.secretKey));

    expect(await second.error()).toBe('FATAL 53300 sorry, too many clients already');
    expect(await third.error()).toBe('closed');
    expect(cancelled).toBe(1);
  });

  it('has room again when a client has left', async () => {
    server = await startTestServer({ maxConnections: 1 });
    const first = await WireClient.connect(server.port);
    first.send(startup);
    await first.message();
    first.socket.end();
    while (server.listener.connectionCount > 0) await setImmediate();

    const second = await WireClient.connect(server.port);
    second.send(startup);

    expect((await second.message())?.toString('latin1', 0, 1)).toBe('R');
    expect(server.listener.connectionCount).toBe(1);
  });

  it('drains: sessions say goodbye, logins are refused, nobody new comes in', async () => {
    server = await startTestServer({ authenticate: adaOnly });
    const open = await WireClient.connect(server.port);
    open.send(startup);
    await open.types('Z');
    const authenticating = await WireClient.connect(server.port);
    authenticating.send(encodeStartup([['user', 'bob']]));
    await authenticating.message();
    const silent = await WireClient.connect(server.port);

    const drained = server.listener.drain();

    expect(await open.error()).toBe('FATAL 57P01 terminating connection due to administrator command');
    expect(await authenticating.error()).toBe('FATAL 57P03 the database system is shutting down');
    expect(await silent.error()).toBe('closed');
    await drained;
    await expect(WireClient.connect(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(server.sessions[0]?.told).toEqual(['closed']);
  });

  it('terminates: sessions that have not finished are closed with a word to their clients', async () => {
    server = await startTestServer({ authenticate: adaOnly });
    const open = await WireClient.connect(server.port);
    open.send(startup);
    await open.types('Z');

    const terminated = server.listener.terminate();

    expect(await open.error()).toBe('FATAL 57P01 terminating connection due to administrator command');
    await terminated;
    expect(server.sessions[0]?.told).toEqual(['closed']);
  });
});
