import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { Client } from 'pg';
import type { OwnTable } from '../../shared/own-table';
import { tableOf } from '../../shared/table-of-own';
import { createSilentLog } from '../../tests/support/silent-log';
import { type Engine, startEngine } from './engine';
import { quotedShadow, signature } from './evaluation';

let engine: Engine;
const clients: Client[] = [];

beforeAll(async () => {
  engine = await startEngine({
    binDirectory: null,
    cacheDirectory: join(tmpdir(), 'sluice-test-cache'),
    maxConnections: 20,
    log: createSilentLog(),
  });
}, 60_000);

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.end()));
});

afterAll(() => engine.stop());

async function connect(user: string, database = user): Promise<Client> {
  await engine.prepareUser(user);
  const client = new Client({ host: dirname(engine.socketPath), user, database });
  await client.connect();
  clients.push(client);
  return client;
}

const own = (schema: string, name: string, columns: OwnTable['columns'], primaryKey: string | null = 'id') =>
  tableOf({
    schema,
    name,
    columns,
    destination: { type: 'raw_rows', target: { database: 'd', table: name }, primaryKey },
  });

const ID = { name: 'id', type: 'int8' } as const;
const NOTE = { name: 'note', type: 'text' } as const;

async function columnsOf(client: Client, schema: string, table: string): Promise<string[]> {
  const { rows } = await client.query<{ c: string }>(
    `SELECT column_name || ' ' || data_type || ' ' || is_nullable AS c FROM information_schema.columns
     WHERE table_schema = $1 AND table_name = $2 ORDER BY ordinal_position`,
    [schema, table],
  );
  return rows.map(({ c }) => c);
}

const signed = (text: string) => signature(text) + text;

const code = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: { code?: string }) => error.code ?? 'none',
  );

describe("tables of a user's own", () => {
  test('are there with their schema, and refuse what gateway tables refuse', async () => {
    expect(
      await engine.showTables('mia', [own('raw:plant 1', 'x y', [ID, NOTE]), own('raw', 'batches', [ID])]),
    ).toBe(true);
    const mia = await connect('mia');

    expect(await columnsOf(mia, 'raw:plant 1', 'x y')).toEqual(['id bigint NO', 'note text YES']);
    expect(await code(mia.query('SELECT * FROM "raw:plant 1"."x y"'))).toBe('0A000');
    expect(
      await code(
        mia.query(
          'MERGE INTO raw.batches USING (SELECT 1) s ON false WHEN NOT MATCHED THEN INSERT VALUES (1)',
        ),
      ),
    ).toBe('0A000');
    for (const text of [
      'DROP TABLE raw.batches',
      'ALTER TABLE raw.batches ADD a int',
      'CREATE TABLE raw.t (a int)',
      'CREATE INDEX ON raw.batches (id)',
    ])
      expect(await code(mia.query(text))).toBe('42501');
    const shadow = quotedShadow({ schema: 'raw:plant 1', name: 'x y' });
    expect(
      (
        await mia.query(
          signed(`INSERT INTO ${shadow} (id) SELECT 70 + i FROM generate_series(1, 2) i RETURNING id`),
        )
      ).rows,
    ).toEqual([{ id: '71' }, { id: '72' }]);
  });

  test('have a key that is made up where their maker named none', async () => {
    await engine.showTables('kim', [own('public', 'loose', [NOTE], null)]);

    expect(await columnsOf(await connect('kim'), 'public', 'loose')).toEqual([
      'note text YES',
      '_raw_key text NO',
    ]);
  });

  test('get columns, change and go while sessions are there', async () => {
    await engine.showTables('ada', [own('raw', 'a', [ID]), own('raw', 'b', [ID])]);
    const ada = await connect('ada');
    await ada.query('PREPARE before AS INSERT INTO raw.a VALUES ($1)');
    await ada.query('BEGIN');

    expect(await engine.showTables('ada', [own('raw', 'a', [ID, NOTE]), own('raw', 'c', [ID])])).toBe(true);

    expect(await columnsOf(ada, 'raw', 'a')).toEqual(['id bigint NO', 'note text YES']);
    expect(await columnsOf(ada, 'raw', 'b')).toEqual([]);
    expect(await columnsOf(ada, 'raw', 'c')).toEqual(['id bigint NO']);
    await ada.query('ROLLBACK');
    expect(
      (
        await ada.query(
          signed(`INSERT INTO ${quotedShadow({ schema: 'raw', name: 'a' })} VALUES (1, 'n') RETURNING note`),
        )
      ).rows,
    ).toEqual([{ note: 'n' }]);
    expect(await engine.showTables('ada', [own('raw', 'a', [{ ...ID, type: 'text' }])])).toBe(true);
    expect(await columnsOf(ada, 'raw', 'a')).toEqual(['id text NO']);
  });

  test('wait for a transaction that uses them, and for no other', async () => {
    await engine.showTables('bob', [own('raw', 'used', [ID])]);
    const bob = await connect('bob');
    await bob.query('BEGIN; SELECT FROM raw.used WHERE false');

    expect(await engine.showTables('bob', [own('raw', 'free', [ID])])).toBe(false);
    expect(await columnsOf(bob, 'raw', 'free')).toEqual(['id bigint NO']);
    expect(await columnsOf(bob, 'raw', 'used')).not.toEqual([]);
    await bob.query('COMMIT');
    expect(await engine.showTables('bob', [own('raw', 'free', [ID])])).toBe(true);
    expect(await columnsOf(bob, 'raw', 'used')).toEqual([]);
  });

  test('take the name from what a user has made', async () => {
    const zoe = await connect('zoe');
    await zoe.query('CREATE TABLE mine (a int); CREATE VIEW seen AS SELECT 1 AS a');

    expect(await engine.showTables('zoe', [own('public', 'mine', [ID]), own('public', 'seen', [ID])])).toBe(
      true,
    );

    expect(await columnsOf(zoe, 'public', 'mine')).toEqual(['id bigint NO']);
    expect(await columnsOf(zoe, 'public', 'seen')).toEqual(['id bigint NO']);
  });

  test.each([
    ['a domain', 'CREATE DOMAIN taken AS int'],
    ['an enumeration', "CREATE TYPE taken AS ENUM ('a')"],
    ['a composite type', 'CREATE TYPE taken AS (a int)'],
    ['ranges', 'CREATE TYPE taken AS RANGE (subtype = int)'],
    ['multiranges', 'CREATE TYPE r AS RANGE (subtype = int, multirange_type_name = taken)'],
  ])('take the name from %s', async (_, text) => {
    const zoe = await connect('zoe');
    await engine.showTables('zoe', []);
    await zoe.query(`DROP TYPE IF EXISTS r, taken CASCADE`);
    await zoe.query(text);

    expect(await engine.showTables('zoe', [own('public', 'taken', [ID, NOTE])])).toBe(true);

    expect(await columnsOf(zoe, 'public', 'taken')).toEqual(['id bigint NO', 'note text YES']);
  });

  test('cannot be made to run what their names hold', async () => {
    const name = `x'; DROP ROLE zoe; --$sluice$"`;

    expect(await engine.showTables('eve', [own('public', name, [{ name: `c"'`, type: 'text' }, ID])])).toBe(
      true,
    );
    expect(await columnsOf(await connect('eve'), 'public', name)).toEqual([`c"' text YES`, 'id bigint NO']);
  });
});

describe('staging tables', () => {
  test("are the user's own beside the gateway's, which keep their names", async () => {
    const [one, two] = [await connect('sam'), await connect('sam')];
    await one.query('CREATE TABLE staged (a int PRIMARY KEY); INSERT INTO staged VALUES (1)');
    await one.query('CREATE TABLE public."Other" AS TABLE staged');

    expect(
      (
        (await two.query(
          'ALTER TABLE staged ADD b int; SELECT count(*)::int AS n FROM staged, public."Other"',
        )) as unknown as { rows: unknown[] }[]
      )[1]!.rows,
    ).toEqual([{ n: 1 }]);
    expect(await code(one.query('CREATE TABLE assets (a int)'))).toBe('42P07');
    expect(await code(one.query('CREATE TABLE IF NOT EXISTS assets (a int); DROP TABLE assets'))).toBe(
      '42501',
    );
    expect(
      (
        await two.query(
          signed(
            `INSERT INTO ${quotedShadow({ name: 'assets' })} (name) SELECT 'n' || a FROM staged RETURNING name`,
          ),
        )
      ).rows,
    ).toEqual([{ name: 'n1' }]);
  });

  test('are gone with the last session, and what comes next is as new', async () => {
    const leave = [engine.enterUser('tom'), engine.enterUser('tom')] as const;
    await engine.showTables('tom', [own('raw', 'kept', [ID])]);
    const tom = await connect('tom');
    await tom.query(
      'CREATE TABLE staged (a int); CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1; CREATE TYPE t AS ENUM ()',
    );
    leave[0].leave();
    leave[0].leave();
    await engine.prepareUser('tom');
    expect(await columnsOf(tom, 'public', 'staged')).toHaveLength(1);

    await tom.end();
    clients.pop();
    leave[1].leave();
    const again = await connect('tom');

    expect(await columnsOf(again, 'public', 'staged')).toEqual([]);
    expect(await columnsOf(again, 'raw', 'kept')).toHaveLength(1);
    expect(await code(again.query('SELECT f()'))).toBe('42883');
    await again.query('CREATE TEMP TABLE works (a int)');
  });

  test("are no way to the superuser's rights", async () => {
    const mal = await connect('mal');
    await mal.query(`CREATE FUNCTION public.to_regclass(varchar) RETURNS regclass LANGUAGE plpgsql AS
      $$ BEGIN ALTER ROLE mal SUPERUSER; RETURN 0; END $$;
      CREATE FUNCTION public.join(text, varchar) RETURNS text LANGUAGE plpgsql AS
      $$ BEGIN ALTER ROLE mal SUPERUSER; RETURN ''; END $$;
      CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = varchar, FUNCTION = public.join)`);

    await engine.showTables('mal', [own('public', 'x', [ID])]);
    await engine.showTables('mal', []);

    expect(
      (await mal.query<{ s: boolean }>('SELECT rolsuper AS s FROM pg_roles WHERE rolname = current_user'))
        .rows[0]!.s,
    ).toBe(false);
  });
});

describe('a user who is deleted', () => {
  test('keeps the database until the last session has ended', async () => {
    const entry = engine.enterUser('old');
    const client = await connect('old');
    await engine.dropUser('old');
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);

    await client.end();
    clients.pop();
    entry.leave();
    const other = await connect('new');

    await expect(
      other.query("SELECT FROM pg_database WHERE datname = 'old'").then(({ rowCount }) => rowCount),
    ).resolves.toBe(0);
    expect(await code(engine.dropUser('nobody at all'))).toBeNull();
  });

  test('has none from now on where nobody is in it', async () => {
    await engine.prepareUser('idle');
    await engine.dropUser('idle');

    const other = await connect('new');
    expect((await other.query("SELECT FROM pg_roles WHERE rolname = 'idle'")).rowCount).toBe(0);
    expect((await other.query("SELECT FROM pg_database WHERE datname = 'idle'")).rowCount).toBe(0);
  });
});
