import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { Client } from 'pg';
import { createSilentLog } from '../../tests/support/silent-log';
import { openAdminSession } from './admin-query';
import { TEMPLATE_DATABASE } from './configuration';
import { type Engine, startEngine } from './engine';
import { CANCEL_GRACE_MS, MAX_STAGING_AGE_MS, StagingWatch } from './staging-watch';
import { createRunInDatabase } from './user-databases';

const MIB = 1024 ** 2;

let engine: Engine;
let client: Client;
let watch: StagingWatch;
let now = 0;
let end: () => void;

beforeAll(async () => {
  engine = await startEngine({
    binDirectory: null,
    cacheDirectory: join(tmpdir(), 'sluice-test-cache'),
    maxConnections: 20,
    log: createSilentLog(),
  });
  await engine.prepareUser('jo');
  client = new Client({ host: dirname(engine.socketPath), user: 'jo', database: 'jo' });
  await client.connect();
  const admin = await openAdminSession(engine.socketPath, TEMPLATE_DATABASE);
  end = () => admin.end();
  const run = createRunInDatabase(engine.socketPath);
  watch = new StagingWatch(
    { ask: (text) => admin.query(text), run, present: () => ['jo'], now: () => now },
    24 * MIB,
  );
}, 60_000);

afterAll(async () => {
  await client.end();
  end();
  await engine.stop();
});

const exists = async (name: string) =>
  (await client.query<{ is: boolean }>('SELECT to_regclass($1) IS NOT NULL AS is', [name])).rows[0]!.is;

test('a staging table is gone after a day, a temporary one stays with its session', async () => {
  await client.query(
    'CREATE TABLE staged (a int PRIMARY KEY); CREATE VIEW "my view" AS SELECT a FROM staged; CREATE TEMP TABLE t (a int)',
  );
  await watch.look();
  now += MAX_STAGING_AGE_MS - 1;
  await watch.look();
  expect(await exists('staged')).toBe(true);

  await client.query('CREATE TABLE young (a int)');
  now += MAX_STAGING_AGE_MS / 2;
  await watch.look();

  expect(await exists('staged')).toBe(false);
  expect(await exists('"my view"')).toBe(false);
  expect([await exists('young'), await exists('t'), await exists('assets')]).toEqual([true, true, true]);
});

test('who holds too much is over the limit, until it is less', async () => {
  await watch.look();
  expect(watch.isOver('jo')).toBe(false);
  await client.query("CREATE TABLE big AS SELECT repeat('x', 1000) AS a FROM generate_series(1, 30000)");

  await watch.look();
  expect(watch.isOver('jo')).toBe(true);
  await client.query('DROP TABLE big');
  await watch.look();
  expect(watch.isOver('jo')).toBe(false);
});

test('who was over the limit is measured anew before anything is refused', async () => {
  await client.query("CREATE TABLE big AS SELECT repeat('x', 1000) AS a FROM generate_series(1, 30000)");
  await watch.look();
  expect(await watch.overLimit('jo')).toEqual({ hasFunctions: false });
  await client.query('CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1');
  expect(await watch.overLimit('jo')).toEqual({ hasFunctions: true });

  await client.query('DROP TABLE big; DROP FUNCTION f');

  expect(watch.isOver('jo')).toBe(true);
  expect(await watch.overLimit('jo')).toBeNull();
  expect(watch.isOver('jo')).toBe(false);
});

test('what makes it grow further is cancelled', async () => {
  await client.query("CREATE TABLE big AS SELECT repeat('x', 1000) AS a FROM generate_series(1, 30000)");
  const growing = client
    .query("INSERT INTO big SELECT repeat('x', 1000) || pg_sleep(0.001) FROM big a, big b")
    .then(
      () => null,
      (error: { code: string }) => error.code,
    );
  let code: string | null | undefined;
  void growing.then((found) => (code = found));

  while (code === undefined) await watch.look();
  expect(code).toBe('57014');
});

/** Runs it in a session of its own, and looks until that has ended. */
async function codeOfEnd(text: string): Promise<string> {
  const other = new Client({ host: dirname(engine.socketPath), user: 'jo', database: 'jo' });
  other.on('error', () => undefined);
  await other.connect();
  let code: string | undefined;
  const run = other.query(text).then(
    () => (code = 'done'),
    (error: { code: string }) => (code = error.code),
  );
  while (code === undefined) {
    await watch.look();
    now += CANCEL_GRACE_MS / 10;
  }
  await run;
  await other.end();
  return code;
}

const fillOf = (rows: number) => `INSERT INTO big SELECT repeat('x', 1000) FROM generate_series(1, ${rows});`;

test('what does not heed that loses its session', async () => {
  await client.query('TRUNCATE big');
  const loop = `BEGIN ${fillOf(20)} PERFORM pg_sleep(0.1);
    EXCEPTION WHEN query_canceled THEN NULL; END`;
  const text = `DO $$ BEGIN ${fillOf(20000)} LOOP ${loop}; END LOOP; END $$`;

  expect(await codeOfEnd(text)).toBe('57P01');
});

test('where it is far too much, a statement that has just begun ends, too', async () => {
  await client.query('TRUNCATE big');

  const short = `FOR i IN 1..100000 LOOP ${fillOf(10)} PERFORM pg_sleep(0.01); END LOOP;`;
  expect(await codeOfEnd(`DO $$ BEGIN ${fillOf(60000)} ${short} END $$`)).toBe('57P01');
});

test('a read, and an evaluation of the gateway, is left alone', async () => {
  await client.query('TRUNCATE big');
  await client.query(fillOf(30000));

  expect(await codeOfEnd('SELECT pg_sleep(2.5)')).toBe('done');
});
