import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { tableNamed, TABLES } from '../../shared/tables/catalogue';
import { createSilentLog } from '../../tests/support/silent-log';
import { type Engine, startEngine } from './engine';
import { quotedShadow, signature } from './evaluation';

const SYSTEM = '/usr/lib/postgresql';
const systemBinaries = existsSync(SYSTEM)
  ? readdirSync(SYSTEM)
      .map((version) => join(SYSTEM, version, 'bin'))
      .filter((folder) => existsSync(join(folder, 'initdb')))
  : [];

/** What could tell a client something about a gateway table's rows. */
const READS = [
  'SELECT * FROM assets',
  'TABLE assets',
  'SELECT FROM ONLY assets',
  "SELECT * FROM assets WHERE external_id = 'x'",
  "SELECT * FROM assets WHERE external_id IN ('x', 'y') AND name = 'z'",
  "SELECT * FROM assets WHERE external_id > 'x' ORDER BY external_id LIMIT 1",
  'SELECT * FROM assets WHERE parent_id IS NULL',
  "SELECT * FROM assets WHERE ctid = '(9,9)'",
  'SELECT * FROM time_series WHERE is_string',
  'SELECT count(*) FROM assets',
  'SELECT max(external_id) FROM assets',
  'SELECT EXISTS (SELECT FROM assets)',
  'SELECT (SELECT name FROM assets LIMIT 1)',
  "SELECT 1 FROM pg_class c LEFT JOIN assets a ON a.name = c.relname WHERE c.relname = 'assets'",
  'SELECT 1 FROM pg_class c WHERE NOT EXISTS (SELECT FROM assets a WHERE a.external_id = c.relname)',
  'SELECT 1 FROM pg_class c, LATERAL (SELECT FROM assets a WHERE a.external_id = c.relname) a',
  'SELECT * FROM assets WHERE id = 1 FOR UPDATE',
  'COPY assets TO STDOUT',
  'COPY (SELECT name FROM assets) TO STDOUT (FORMAT binary)',
  'CREATE TEMP TABLE a AS SELECT * FROM assets',
  'EXPLAIN ANALYZE SELECT * FROM assets',
  'SELECT * FROM "sluice evaluation".assets',
  "SET LOCAL enable_seqscan = off; SELECT * FROM assets WHERE external_id = 'x'",
  "SET LOCAL cpu_operator_cost = 0; SELECT * FROM assets WHERE external_id = 'x'",
  "PREPARE q AS SELECT FROM assets WHERE external_id = $1; EXECUTE q('x')",
  'BEGIN; DECLARE c CURSOR FOR SELECT * FROM assets; FETCH c',
];

const EMPTY_READS = [
  'SELECT * FROM assets WHERE false',
  'SELECT * FROM assets WHERE 1 = 0',
  'SELECT * FROM assets LIMIT 0',
  'SELECT * FROM (SELECT * FROM assets) AS t WHERE 1 = 2',
  'CREATE TEMP TABLE s AS SELECT * FROM assets WHERE 0 = 1',
  'CREATE TEMP TABLE s AS SELECT * FROM assets WITH NO DATA',
  'CREATE TEMP TABLE s (LIKE assets INCLUDING ALL)',
  'EXPLAIN SELECT * FROM assets',
];

const WRITES = [
  "INSERT INTO assets (external_id, name) VALUES ('x', 'y')",
  "INSERT INTO assets (external_id, name) VALUES ('x', 'y') ON CONFLICT (external_id) DO UPDATE SET name = 'z'",
  'INSERT INTO assets (name) SELECT relname FROM pg_class WHERE false',
  "WITH new AS (INSERT INTO assets (external_id, name) VALUES ('x', 'y') RETURNING 1) SELECT 1",
  "UPDATE assets SET name = 'x' WHERE external_id = 'y'",
  'DELETE FROM assets',
  'DELETE FROM assets USING pg_class c WHERE assets.name = c.relname',
  'TRUNCATE assets',
  "MERGE INTO assets a USING pg_class c ON a.name = c.relname WHEN NOT MATCHED THEN INSERT (name) VALUES ('x')",
  'COPY assets (external_id, name) FROM STDIN',
  "EXPLAIN ANALYZE INSERT INTO assets (external_id, name) VALUES ('x', 'y')",
];

const SHADOW = quotedShadow({ name: 'assets' });

/** Statements of a client, by which rows would go nowhere. */
const SHADOW_WRITES = [
  `INSERT INTO ${SHADOW} (name) VALUES ('x')`,
  `INSERT INTO ${SHADOW} (name) SELECT 'x' WHERE false`,
  `COPY ${SHADOW} (name) FROM STDIN`,
  `SET LOCAL search_path = "sluice evaluation", public; INSERT INTO assets (name) VALUES ('x')`,
  `WITH x AS (INSERT INTO ${SHADOW} (name) VALUES ('x') RETURNING name) TABLE x`,
  `DO $$ BEGIN INSERT INTO ${SHADOW} (name) VALUES ('x'); END $$`,
  `PREPARE lose AS INSERT INTO ${SHADOW} (name) VALUES ('x'); EXECUTE lose`,
  `CREATE VIEW lost AS TABLE ${SHADOW}; INSERT INTO lost (name) VALUES ('x')`,
  `CREATE TABLE s (a text); CREATE RULE r AS ON INSERT TO s DO ALSO INSERT INTO ${SHADOW} (name) VALUES ('x');
   INSERT INTO s VALUES ('x')`,
];

const FORBIDDEN = [
  'CREATE TABLE raw.t (a int)',
  'CREATE TABLE sluice.t (a int)',
  'CREATE TABLE "sluice evaluation".t (a int)',
  'SELECT * FROM "sluice evaluation"."evaluation secret"',
  'UPDATE "sluice evaluation".assets SET name = NULL',
  'DELETE FROM "sluice evaluation".assets',
  'CREATE SCHEMA s',
  'CREATE ROLE r',
  'ALTER TABLE assets DISABLE ROW LEVEL SECURITY',
  'ALTER TABLE assets DISABLE TRIGGER ALL',
  'DROP TABLE assets',
  'SET session_replication_role = replica',
  'SET ROLE postgres',
  'SET SESSION AUTHORIZATION postgres',
  "SELECT pg_read_file('PG_VERSION')",
  "SELECT pg_ls_dir('.')",
  "SELECT lo_import('/etc/passwd')",
  'SELECT lo_create(0)',
  "COPY (SELECT 1) TO PROGRAM 'true'",
  "COPY pg_class TO '/tmp/x'",
  "SELECT set_config('log_min_messages', 'debug', false)",
  'SELECT pg_reload_conf()',
];

const binaries: [string, string | null][] = [
  ['of npm', null],
  ...systemBinaries.map((folder): [string, string] => [`in ${folder}`, folder]),
];

describe.each(binaries)('the engine on the PostgreSQL %s', (_name, binDirectory) => {
  let engine: Engine;
  let client: Client;

  beforeAll(async () => {
    engine = await startEngine({
      binDirectory,
      cacheDirectory: join(tmpdir(), 'sluice-test-cache'),
      maxConnections: 20,
      log: createSilentLog(),
    });
    await engine.prepareUser('Jo "the" user');
    client = await connectAs('Jo "the" user');
  });

  afterAll(async () => {
    await client?.end();
    await engine?.stop();
    expect(existsSync(dirname(engine.socketPath))).toBe(false);
  });

  async function connectAs(user: string, database = user): Promise<Client> {
    const connection = new Client({ host: dirname(engine.socketPath), user, database });
    await connection.connect();
    return connection;
  }

  /** Runs it in a transaction of its own and returns the error's fields. */
  async function refusal(text: string): Promise<{ code?: string; message?: string; hint?: string }> {
    try {
      await client.query(`ROLLBACK; BEGIN; ${text}`);
      return {};
    } catch (error) {
      return error as Error & { code: string };
    } finally {
      await client.query('ROLLBACK');
    }
  }

  test.each(READS)('refuses %s', async (text) => {
    const { code, message, hint } = await refusal(text);

    expect(message).toMatch(/^cannot read gateway table "(assets|time_series)"$/);
    expect(code).toBe('0A000');
    expect(hint).toContain('Cognite Data Fusion');
    expect(hint).toContain('ON CONFLICT DO NOTHING');
  });

  test.each(TABLES.map((table) => table.name))('refuses to read %s', async (name) => {
    expect(await refusal(`SELECT * FROM ${name}`)).toMatchObject({
      code: '0A000',
      message: `cannot read gateway table "${name}"`,
    });
  });

  test.each(EMPTY_READS)('answers %s', async (text) => {
    expect(await refusal(text)).toEqual({});
  });

  test('describes the tables and says what may be NULL and what the key is', async () => {
    const { fields } = await client.query({
      text: 'SELECT * FROM assets WHERE name = $1 LIMIT 0',
      values: ['x'],
    });
    const { rows: columns } = await client.query<{ column_name: string; is_nullable: string }>(
      "SELECT column_name, is_nullable FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 'assets'",
    );
    const { rows: keys } = await client.query<{ column_name: string }>(
      "SELECT column_name FROM information_schema.key_column_usage WHERE table_name = 'double_datapoints' ORDER BY ordinal_position",
    );
    const required = columns
      .filter((column) => column.is_nullable === 'NO')
      .map((column) => column.column_name);

    expect(fields.map((field) => field.name)).toEqual(
      tableNamed('assets')!.columns.map((column) => column.name),
    );
    expect(required.sort()).toEqual(['external_id', 'name']);
    expect(keys.map((key) => key.column_name)).toEqual(['external_id', 'timestamp']);
  });

  test('explains each column', async () => {
    const { rows } = await client.query<{ comment: string }>(
      "SELECT col_description('assets'::regclass, 1) AS comment, obj_description('assets'::regclass)",
    );

    expect(rows[0]?.comment).toBe("CDF's own id of the asset. Read-only. (CDF: id)");
  });

  test.each(WRITES)('refuses %s', async (text) => {
    expect(await refusal(text)).toMatchObject({
      code: '0A000',
      hint: expect.stringContaining('INSERT') as string,
    });
  });

  test('infers the parameters of a write without running it', async () => {
    await client.query(
      'PREPARE w AS INSERT INTO assets (external_id, id) VALUES ($1, $2) ON CONFLICT (external_id) DO NOTHING',
    );
    const { rows } = await client.query<{ types: string }>(
      "SELECT parameter_types::text AS types FROM pg_prepared_statements WHERE name = 'w'",
    );
    await client.query('DEALLOCATE w');

    expect(rows[0]?.types).toBe('{"character varying",bigint}');
  });

  test('evaluates rows in the shadow of a table and stores none', async () => {
    const text = `INSERT INTO ${SHADOW} (name, id) SELECT 'n' || i, i + 0.4 FROM generate_series(1, 3) i RETURNING name, id`;
    const { rows } = await client.query(signature(text) + text);

    expect(rows).toEqual([1, 2, 3].map((i) => ({ name: `n${i}`, id: String(i) })));
    const tooLong = `INSERT INTO ${SHADOW} (name) VALUES (repeat('x', 141))`;
    await expect(client.query(signature(tooLong) + tooLong)).rejects.toMatchObject({ code: '22001' });
    expect(await refusal(`TABLE ${SHADOW}`)).toMatchObject({ code: '0A000' });
  });

  test('evaluates with parameters, also where those are told in errors', async () => {
    const text = `INSERT INTO ${SHADOW} (name) VALUES ($1 || 'b') RETURNING name`;
    await client.query('SET log_parameter_max_length_on_error = 100');
    const { rows } = await client.query(signature(text) + text, ['a\na']);
    await client.query('RESET log_parameter_max_length_on_error');

    expect(rows).toEqual([{ name: 'a\nab' }]);
  });

  test.each(SHADOW_WRITES)('refuses %s, whose rows would be lost', async (text) => {
    expect(await refusal(text)).toMatchObject({
      code: '0A000',
      hint: expect.stringContaining('Write to "public"."assets".') as string,
    });
  });

  test('refuses what only looks signed, and what runs within a signed statement', async () => {
    const good = `INSERT INTO ${SHADOW} (name) VALUES ('x')`;
    const nested = `INSERT INTO ${SHADOW} (name) SELECT pg_temp.lose() RETURNING name`;
    const lose = `INSERT INTO ${SHADOW} (name) VALUES ('l')`;
    for (const make of [
      `CREATE FUNCTION pg_temp.lose() RETURNS text LANGUAGE sql AS $$ ${lose} RETURNING name $$`,
      `CREATE FUNCTION pg_temp.lose() RETURNS text LANGUAGE plpgsql AS $$ BEGIN ${lose}; RETURN 'x'; END $$`,
    ]) {
      await client.query(make);
      await expect(client.query(signature(nested) + nested)).rejects.toMatchObject({ code: '0A000' });
      await client.query('DROP FUNCTION pg_temp.lose');
    }
    for (const text of [signature(good) + good.replace('x', 'y'), `/*${'0'.repeat(64)}*/${good}`])
      await expect(client.query(text)).rejects.toMatchObject({ code: '0A000' });
    expect(() => signature(`WITH l AS (${good}) ${good}`)).toThrow('for the gateway only');
  });

  test.each(FORBIDDEN)('forbids a user %s', async (text) => {
    expect((await refusal(text)).code).toBe('42501');
  });

  test.each(['CREATE DATABASE d', "ALTER SYSTEM SET sluice.ack = 'queued'", 'DROP DATABASE gateway'])(
    'forbids a user %s',
    async (text) => {
      await expect(client.query(text)).rejects.toMatchObject({ code: '42501' });
    },
  );

  test('lets a user have temporary tables, cursors and anonymous blocks', async () => {
    await client.query(
      'CREATE TEMP TABLE t (a int); INSERT INTO t VALUES (1), (2); DO $$ BEGIN UPDATE t SET a = a + 1; END $$',
    );

    expect((await client.query('SELECT sum(a)::int AS sum FROM t')).rows).toEqual([{ sum: 5 }]);
  });

  test.each(['postgres', 'gateway', 'other'])('keeps a user out of database %s', async (database) => {
    await engine.prepareUser('other');

    await expect(connectAs('Jo "the" user', database)).rejects.toMatchObject({
      code: expect.stringMatching(/42501|3D000/) as string,
    });
  });

  test('shows the settings of the gateway, and lets them be set and reset', async () => {
    const show = async () =>
      (await client.query<{ a: string }>("SELECT current_setting('sluice.ack') AS a")).rows[0]?.a;

    const before = await show();
    await client.query("SET sluice.ack = 'queued'");
    const between = await show();
    await client.query('RESET sluice.ack');

    expect([before, between, await show()]).toEqual(['written', 'queued', 'written']);
    expect((await client.query('SHOW sluice.on_error; SHOW sluice.handover')) as unknown).toHaveLength(2);
  });

  test('prepares a user once for all that ask at the same time', async () => {
    await Promise.all(Array.from({ length: 10 }, () => engine.prepareUser('crowd')));
    await engine.prepareUser('crowd');

    const crowd = await connectAs('crowd');
    await crowd.end();
  });

  test.each(['postgres', 'gateway', 'sluice', 'pg_monitor', '', 'x'.repeat(64)])(
    'refuses "%s" as a user name, and goes on',
    async (name) => {
      await expect(engine.prepareUser(name)).rejects.toMatchObject({ code: '28000' });
    },
  );

  test('reports what a fresh session of a user reports', async () => {
    const messages: [string, string][] = [];
    const fresh = new Client({ host: dirname(engine.socketPath), user: 'crowd', database: 'crowd' });
    const { connection } = fresh as unknown as { connection: NodeJS.EventEmitter };
    connection.on('parameterStatus', (message: { parameterName: string; parameterValue: string }) =>
      messages.push([message.parameterName, message.parameterValue]),
    );
    await engine.prepareUser('crowd');
    await fresh.connect();
    await fresh.end();

    const others = messages.filter(
      ([name]) => name !== 'session_authorization' && name !== 'client_encoding',
    );
    expect(Object.fromEntries(engine.parameterStatus)).toMatchObject(Object.fromEntries(others));
    expect(engine.serverVersion).toBe(engine.parameterStatus.get('server_version'));
  });

  test('says nothing silently to psql, whose \\d works', async () => {
    const psql = async (command: string) =>
      promisify(execFile)('psql', [
        '-X',
        '-h',
        dirname(engine.socketPath),
        '-U',
        'crowd',
        '-c',
        command,
        'crowd',
      ]);
    if (!existsSync('/usr/bin/psql')) return;
    await engine.prepareUser('crowd');

    expect((await psql('\\d assets')).stdout).toContain('"assets_pkey" PRIMARY KEY, btree (external_id)');
    await expect(psql('\\copy assets to stdout')).rejects.toMatchObject({
      stderr: expect.stringContaining('cannot read gateway table "assets"') as string,
    });
  });
});
