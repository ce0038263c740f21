import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { OwnTable } from '../../shared/own-table';
import { LoneSession } from '../../tests/support/lone-session';
import { MemoryDefinitions } from '../../tests/support/memory-definitions';
import { createSilentLog } from '../../tests/support/silent-log';
import { type Engine, startEngine } from '../engine/engine';
import { loadParser } from '../sql/head-exact';

let engine: Engine;
let store: MemoryDefinitions;
let jo: LoneSession;

beforeAll(async () => {
  [engine] = await Promise.all([
    startEngine({
      binDirectory: null,
      cacheDirectory: join(tmpdir(), 'sluice-test-cache'),
      maxConnections: 20,
      log: createSilentLog(),
    }),
    loadParser(),
  ]);
}, 60_000);

afterAll(() => engine.stop());

beforeEach(async () => {
  store = new MemoryDefinitions(engine);
  jo = await open();
});

afterEach(() => jo.session.closed());

const open = () => LoneSession.open(engine, {}, undefined, store);

const film: OwnTable = {
  ...{ id: '1', schema: 'public', name: 'films', createdTime: 0 },
  destination: { type: 'raw_rows', target: { database: 'd', table: 'films' }, primaryKey: 'title' },
  columns: [
    { name: 'title', type: 'text' },
    { name: 'year', type: 'int4' },
  ],
};

async function query(text: string, session = jo): Promise<string[]> {
  session.send(`Query ${text}`);
  return session.until('ReadyForQuery');
}

/** Bodies of what is queued, of those that travel in messages. */
const bodies = () =>
  jo.queued.map(({ payload, bodyBytes }) => {
    const bytes = payload.place === 'message' ? Buffer.from(payload.base64, 'base64') : Buffer.alloc(0);
    return JSON.parse(gunzipSync(bytes.subarray(0, bodyBytes)).toString()) as unknown;
  });

describe('a table that is made elsewhere', () => {
  it('is there at the next statement that names it, and takes rows', async () => {
    expect(await query('SELECT 1')).toContain('DataRow 1');
    store.add(film);

    expect(await query("INSERT INTO films (title, year) VALUES ('Alien', 1979), ('Brazil', NULL)")).toEqual([
      'CommandComplete INSERT 0 2',
      'ReadyForQuery I',
    ]);
    expect(bodies()).toEqual([
      {
        items: [
          { key: 'Alien', columns: { title: 'Alien', year: 1979 } },
          { key: 'Brazil', columns: { title: 'Brazil', year: null } },
        ],
      },
    ]);
    expect(jo.queued[0]).toMatchObject({
      table: 'films',
      target: { database: 'd', table: 'films' },
      own: { key: ['title'], request: { kind: 'raw-rows' } },
    });
  });

  it('is seen by catalogue queries at once, and by all sessions', async () => {
    await query('SELECT 1');
    const other = await open();
    store.add(film);

    const asked = "SELECT count(*) FROM information_schema.columns WHERE table_name = 'films'";
    expect(await query(asked)).toContain('DataRow 2');
    expect(await query(asked, other)).toContain('DataRow 2');
    other.session.closed();
  });

  it('is known to prepared statements and COPY', async () => {
    store.add(film);
    jo.send('Parse name=p INSERT INTO films VALUES ($1, $2 + 1)', 'Describe S p', 'Sync');
    expect(await jo.until('ReadyForQuery')).toContain('ParameterDescription 25 23');
    jo.send('Bind statement=p Alien 1978', 'Execute', 'Sync', 'Query COPY films FROM STDIN');
    await jo.until('CopyInResponse');
    jo.send('CopyData Brazil\\t1985\\n', 'CopyDone');
    await jo.until('ReadyForQuery');

    expect(
      bodies().flatMap((body) => (body as { items: { key: string }[] }).items.map(({ key }) => key)),
    ).toEqual(['Alien', 'Brazil']);
  });

  it('that gets a column leaves what is prepared for others as it is', async () => {
    store.add(film);
    store.add({ ...film, name: 'other' });
    jo.send('Parse name=p INSERT INTO other VALUES ($1, $2)', 'Sync');
    await jo.until('ReadyForQuery');
    store.remove('public', 'films');
    store.time += 10_000;

    jo.send('Bind statement=p a 1', 'Execute', 'Sync');
    expect(await jo.until('ReadyForQuery')).toContain('CommandComplete INSERT 0 1');
    expect(await query("INSERT INTO films VALUES ('a')")).toContain('ErrorResponse 42P01');
  });

  it('that gets a column takes rows with it at the next statement, and is looked for once where it never had it', async () => {
    store.add(film);
    await query("INSERT INTO films (title) VALUES ('a')");
    store.remove('public', 'films');
    store.add({ ...film, columns: [...film.columns, { name: 'more', type: 'text' }] });

    expect(await query("INSERT INTO films (title, more) VALUES ('b', 'x')")).toContain(
      'CommandComplete INSERT 0 1',
    );
    const { looks } = store;
    for (let i = 0; i < 3; i++)
      expect(await query("UPDATE films SET nothing = 1 WHERE title = 'b'")).toContain('ErrorResponse 42703');
    expect(store.looks).toBe(looks + 1);
  });

  it('that gets a column still takes what was prepared for it, until it is another table', async () => {
    await query('CREATE TABLE raw.x (a int PRIMARY KEY, b text)');
    jo.send('Parse name=p INSERT INTO raw.x VALUES ($1, $2)', 'Sync');
    await jo.until('ReadyForQuery');
    await query('ALTER TABLE raw.x ADD c int');
    jo.send('Bind statement=p 1 b', 'Execute', 'Sync');
    expect(await jo.until('ReadyForQuery')).toContain('CommandComplete INSERT 0 1');

    await query('DROP TABLE raw.x; CREATE TABLE raw.x (a text PRIMARY KEY, b text)');
    jo.send('Bind statement=p 1 b', 'Execute', 'Sync');
    expect(await jo.until('ReadyForQuery')).toContain('ErrorResponse 0A000');
  });

  it('goes away within seconds for loads, and at once for what asks', async () => {
    store.add(film);
    await query("INSERT INTO films VALUES ('a')");
    store.remove('public', 'films');

    expect(await query("SELECT to_regclass('films') IS NULL")).toContain('DataRow t');
    expect(await query("INSERT INTO films VALUES ('a')")).toContain('ErrorResponse 42P01');
  });
});

describe('a session', () => {
  it('does not look again for a load into a table that it knows', async () => {
    store.add(film);
    await query("INSERT INTO films VALUES ('a')");
    const before = store.looks;
    for (const title of ['b', 'c', 'd']) await query(`INSERT INTO films VALUES ('${title}')`);

    expect(store.looks).toBe(before);
    store.time += 10_000;
    await query("INSERT INTO films VALUES ('e')");
    expect(store.looks).toBe(before + 1);
  });

  it('does not look for transactions, settings and its own temporary tables', async () => {
    await query('CREATE TEMP TABLE t (a int)');
    await query('INSERT INTO t VALUES (1)');
    const before = store.looks;
    for (const text of [
      'BEGIN',
      'SET LOCAL DateStyle = iso',
      'INSERT INTO t VALUES (2)',
      'COMMIT',
      'SHOW DateStyle',
    ])
      await query(text);

    expect(store.looks).toBe(before);
  });

  it('goes on with what it knows while storage is away, and says so where it knows nothing', async () => {
    store.add(film);
    await query('SELECT 1');
    store.isFailing = true;
    expect(await query('SELECT 2 FROM pg_class LIMIT 1')).toContain('DataRow 2');

    jo.session.closed();
    jo = await open();
    expect(await query('SELECT 3')).toContain('ErrorResponse 58030');
    store.isFailing = false;
    expect(await query('SELECT 4')).toContain('DataRow 4');
  });
});

describe('CREATE TABLE in schema raw', () => {
  it('makes a table that the next statement of the same Query can fill', async () => {
    const lines = await query(
      `CREATE TABLE raw.machines (id varchar(20) PRIMARY KEY, "Name" text NOT NULL, at timestamp with time zone,
         n numeric(10,2), tags text[], raw bytea, j jsonb, ok bool);
       INSERT INTO raw.machines VALUES ('m1', 'n', '2024-03-01 12:00+01', 1.50, '{a,b}', 'bytes', '{"a": 1}', true)`,
    );

    expect(lines).toEqual(['CommandComplete CREATE TABLE', 'CommandComplete INSERT 0 1', 'ReadyForQuery I']);
    expect(store.tables[0]).toMatchObject({
      schema: 'raw',
      name: 'machines',
      destination: { type: 'raw_rows', target: { database: 'sluice', table: 'machines' }, primaryKey: 'id' },
    });
    expect(bodies()).toEqual([
      {
        items: [
          {
            key: 'm1',
            columns: {
              ...{
                id: 'm1',
                Name: 'n',
                at: '2024-03-01T11:00:00.000Z',
                n: 1.5,
                tags: ['a', 'b'],
                raw: 'Ynl0ZXM=',
              },
              ...{ j: { a: 1 }, ok: true },
            },
          },
        ],
      },
    ]);
  });

  it('takes the RAW database from the schema, and works by the extended protocol', async () => {
    jo.send('Parse CREATE TABLE "raw:plant"."t 1" (a int)', 'Bind', 'Execute', 'Sync');
    expect(await jo.until('ReadyForQuery')).toEqual([
      ...['ParseComplete', 'BindComplete', 'CommandComplete CREATE TABLE', 'ReadyForQuery I'],
    ]);

    await query('INSERT INTO "raw:plant"."t 1" VALUES (1), (1)');
    expect(jo.queued[0]).toMatchObject({ rows: 2, target: { database: 'plant', table: 't 1' } });
    const { items } = bodies()[0] as { items: { key: string; columns: unknown }[] };
    expect(items.map(({ columns }) => columns)).toEqual([{ a: 1 }, { a: 1 }]);
    expect(new Set(items.map(({ key }) => key)).size).toBe(2);
  });

  it('follows search_path, as a table in any schema does', async () => {
    await query('SET search_path = raw');
    await query('CREATE TABLE found (a int PRIMARY KEY); CREATE TEMP TABLE t (a int)');
    await query('INSERT INTO found VALUES (1)');

    expect(store.tables.map(({ schema, name }) => `${schema}.${name}`)).toEqual(['raw.found']);
    expect(jo.queued).toHaveLength(1);
    expect(await query('DROP TABLE found')).toContain('CommandComplete DROP TABLE');
  });

  it.each([
    ['CREATE TABLE raw.x (a int DEFAULT 1)', '0A000'],
    ['CREATE TABLE raw.x (a serial)', '0A000'],
    ['CREATE TABLE raw.x (a int GENERATED ALWAYS AS IDENTITY)', '0A000'],
    ['CREATE TABLE raw.x (a int CHECK (a > 0))', '0A000'],
    ['CREATE TABLE raw.x (a int UNIQUE)', '0A000'],
    ['CREATE TABLE raw.x (a interval)', '0A000'],
    ['CREATE TABLE raw.x (a int, b int, PRIMARY KEY (a, b))', '0A000'],
    ['CREATE TABLE raw.x (a float8 PRIMARY KEY)', '0A000'],
    ['CREATE TABLE raw.x AS SELECT 1 AS a', '0A000'],
    ['CREATE TABLE raw.x (a int, a text)', '42701'],
    ['CREATE TABLE raw.x (a nothing)', '42704'],
    ['CREATE TABLE raw.x (a int', '42601'],
    ['CREATE TABLE raw.x (_raw_key text)', '42701'],
    [`CREATE TABLE raw.${'x'.repeat(61)} (a int)`, '42602'],
    [`CREATE TABLE "raw:${'x'.repeat(33)}".x (a int)`, '42602'],
  ])('refuses %s', async (text, code) => {
    expect(await query(text)).toEqual([`ErrorResponse ${code}`, 'ReadyForQuery I']);
    expect(store.tables).toEqual([]);
    expect(await query("SELECT to_regclass('raw.x')")).toContain('DataRow NULL');
  });

  it('says that a table exists, or skips it', async () => {
    await query('CREATE TABLE raw.x (a int)');

    expect(await query('CREATE TABLE raw.x (b int)')).toContain('ErrorResponse 42P07');
    expect(await query('CREATE TABLE IF NOT EXISTS raw.x (b int)')).toEqual([
      ...['NoticeResponse NOTICE 42P07', 'CommandComplete CREATE TABLE', 'ReadyForQuery I'],
    ]);
    expect(store.tables).toHaveLength(1);
  });

  it('takes effect at once in a block, and says so; an error in it leaves the block failed', async () => {
    await query('BEGIN');
    expect(await query('CREATE TABLE raw.x (a int PRIMARY KEY)')).toEqual([
      ...['NoticeResponse NOTICE 00000', 'CommandComplete CREATE TABLE', 'ReadyForQuery T'],
    ]);
    expect(await query('INSERT INTO raw.x VALUES (1)')).toContain('CommandComplete INSERT 0 1');
    expect(await query('CREATE TABLE raw.y (a nothing)')).toEqual(['ErrorResponse 42704', 'ReadyForQuery E']);
    expect(await query('CREATE TABLE raw.y (a int)')).toContain('ErrorResponse 25P02');
    expect(await query('ROLLBACK')).toContain('CommandComplete ROLLBACK');

    expect(store.tables.map(({ name }) => name)).toEqual(['x']);
    expect(jo.queued).toEqual([]);
  });

  it('copies the columns of another table', async () => {
    store.add({ ...film, schema: 'raw' });
    await query('CREATE TABLE raw.again (LIKE raw.films)');

    expect(store.tables.find(({ name }) => name === 'again')?.columns).toMatchObject([
      { name: 'title', type: 'text', access: 'required' },
      { name: 'year', type: 'int4' },
    ]);
  });
});

describe('the key of a table in schema raw', () => {
  const items = () => bodies().flatMap((body) => (body as { items: { key: string }[] }).items);

  it.each([
    ...['1', '1.0', "'1.00'", '1e0', '0.5 + 0.5', '1::bigint'].map(
      (value) => ['numeric', value, '1'] as const,
    ),
    ...['1', '1.0', "'1.00'", '0.5 + 0.5'].map((value) => ['numeric(10,2)', value, '1'] as const),
    ['timestamptz', "'2024-01-01 02:00:00.0001+02'", '2024-01-01T00:00:00.000100Z'],
    ['timestamptz', "'2024-01-01 00:00:00.0001+00'::timestamptz + '0 s'", '2024-01-01T00:00:00.000100Z'],
  ] as const)('of type %s is the same of INSERT, UPDATE and DELETE: %s', async (type, value, key) => {
    await query(`CREATE TABLE raw.keyed (k ${type} PRIMARY KEY, v int)`);
    await query(`INSERT INTO raw.keyed VALUES (${value}, 1)`);
    await query(`UPDATE raw.keyed SET v = 2 WHERE k = ${value}`);
    await query(`DELETE FROM raw.keyed WHERE k = ${value}`);

    expect(items().map((item) => item.key)).toEqual([key, key, key]);
  });

  it('of type numeric(p,s) is rounded by INSERT, and equals nothing that would have to be', async () => {
    await query('CREATE TABLE raw.keyed (k numeric(4,2) PRIMARY KEY, v numeric(4,2))');
    expect(store.tables[0]?.columns).toMatchObject([{ type: 'numeric(4,2)' }, { type: 'numeric(4,2)' }]);
    expect(await query('INSERT INTO raw.keyed VALUES (1.005, 99.994)')).toContain(
      'CommandComplete INSERT 0 1',
    );
    expect(await query('INSERT INTO raw.keyed VALUES (1, 99.995)')).toContain('ErrorResponse 22003');
    expect(await query('UPDATE raw.keyed SET v = 1 WHERE k = 1.005')).toContain('CommandComplete UPDATE 0');
    expect(await query('DELETE FROM raw.keyed WHERE k IN (1.005, 12345)')).toContain(
      'CommandComplete DELETE 0',
    );
    expect(await query('DELETE FROM raw.keyed WHERE k = 1.010')).toContain('CommandComplete DELETE 1');

    expect(items()).toEqual([{ key: '1.01', columns: { k: 1.01, v: 99.99 } }, { key: '1.01' }]);
  });

  it('is not what SET reads where a column has the name that the key has inside', async () => {
    await query('CREATE TABLE raw.cc (k text PRIMARY KEY, c0 text, b text)');

    for (const name of ['c0', 'sluice_key_0.c0', 'k', 'cc.c0'])
      for (const where of ["k = 'x'", "k IN ('x', 'y')", "k = ANY (ARRAY['x'])", "k IN (SELECT 'x')"])
        expect(await query(`UPDATE raw.cc SET b = ${name} || '!' WHERE ${where}`)).toContain(
          name.startsWith('sluice') ? 'ErrorResponse 42P01' : 'ErrorResponse 0A000',
        );
    expect(jo.queued).toEqual([]);
  });
});

it('shows the type of an edge as NOT NULL also where its view has a property of that name', async () => {
  const view = { space: 's', externalId: 'v', version: '1', of: 'edge' } as const;
  const creates = { autoCreateDirectRelations: true, autoCreateStartNodes: true, autoCreateEndNodes: true };
  store.add({
    ...{ id: '2', schema: 'public', name: 'pipes', createdTime: 0 },
    destination: { type: 'view', view: { ...view, ...creates } },
    columns: [
      { name: 'type_property', property: 'type', type: 'text' },
      { name: 'external_id_property', property: 'externalId', type: 'text' },
    ],
  });
  const nullable = `SELECT string_agg(column_name, ',') FROM information_schema.columns
    WHERE table_name = 'pipes' AND is_nullable = 'YES'`;

  expect(await query(nullable)).toContain('DataRow type_property,external_id_property');
  const key = "space = 's' AND external_id = 'e'";
  expect(await query(`UPDATE pipes SET type = NULL, type_property = NULL WHERE ${key}`)).toContain(
    'ErrorResponse 23502',
  );
  expect(
    await query(
      `UPDATE pipes SET type = '"t"', type_property = NULL, external_id_property = 'i' WHERE ${key}`,
    ),
  ).toContain('CommandComplete UPDATE 1');
  expect(bodies()).toMatchObject([
    {
      items: [
        { type: { space: 's', externalId: 't' }, sources: [{ properties: { type: null, externalId: 'i' } }] },
      ],
    },
  ]);
});

describe('ALTER TABLE in schema raw', () => {
  it('adds columns, and skips those that are there', async () => {
    await query('CREATE TABLE raw.x (a int PRIMARY KEY)');
    expect(
      await query(
        'ALTER TABLE raw.x ADD b text, ADD COLUMN IF NOT EXISTS a int, ADD COLUMN c float8 NOT NULL',
      ),
    ).toEqual([...['NoticeResponse NOTICE 42701', 'CommandComplete ALTER TABLE', 'ReadyForQuery I']]);

    await query("INSERT INTO raw.x VALUES (1, 'b', 2.5)");
    expect(bodies()).toEqual([{ items: [{ key: '1', columns: { a: 1, b: 'b', c: 2.5 } }] }]);
  });

  it.each([
    ['ALTER TABLE raw.x ADD a int', '42701'],
    ['ALTER TABLE raw.x DROP COLUMN a', '0A000'],
    ['ALTER TABLE raw.x RENAME TO y', '0A000'],
    ['ALTER TABLE raw.x ADD CONSTRAINT c CHECK (a > 0)', '0A000'],
    ['ALTER TABLE raw.x ADD b int PRIMARY KEY', '0A000'],
    ['ALTER TABLE raw.x ADD b nothing', '42704'],
    ['ALTER TABLE raw.x ADD b int DEFAULT 1, ADD c int', '0A000'],
    ['ALTER TABLE raw.y ADD b int', '42P01'],
  ])('refuses %s', async (text, code) => {
    await query('CREATE TABLE raw.x (a int)');
    expect(await query(text)).toContain(`ErrorResponse ${code}`);
    expect(store.tables[0]!.columns).toHaveLength(1);
  });
});

describe('DROP TABLE in schema raw', () => {
  it('forgets the definition and leaves the RAW table', async () => {
    await query('CREATE TABLE raw.x (a int PRIMARY KEY); CREATE TABLE raw.y (a int)');
    expect(await query('DROP TABLE raw.x, raw.y')).toEqual(['CommandComplete DROP TABLE', 'ReadyForQuery I']);

    expect(store.tables).toEqual([]);
    expect(jo.queued).toEqual([]);
    expect(await query('INSERT INTO raw.x VALUES (1)')).toContain('ErrorResponse 42P01');
    expect(await query('DROP TABLE raw.x')).toContain('ErrorResponse 42P01');
    expect(await query('DROP TABLE IF EXISTS raw.x')).toContain('CommandComplete DROP TABLE');
  });

  it('deletes the RAW table, too, with CASCADE, behind the rows that came before', async () => {
    await query('CREATE TABLE raw.x (a int PRIMARY KEY)');
    await query('INSERT INTO raw.x VALUES (1); DROP TABLE raw.x CASCADE');

    expect(jo.queued.map(({ table, write }) => [table, write])).toEqual([
      ['x', undefined],
      ['raw_tables', 'delete'],
    ]);
    expect(bodies()[1]).toEqual({ items: [{ database: 'sluice', table: 'x' }] });
  });

  it('leaves tables of the catalogue and staging tables to the engine', async () => {
    await query('CREATE TABLE raw.x (a int); CREATE TABLE staged (a int)');

    expect(await query('DROP TABLE assets')).toContain('ErrorResponse 42501');
    expect(await query('DROP TABLE staged, raw.x')).toContain('ErrorResponse 0A000');
    expect(await query('DROP TABLE staged')).toContain('CommandComplete DROP TABLE');
    expect(store.tables).toHaveLength(1);
  });
});

describe('CREATE SCHEMA', () => {
  it.each(['raw', '"raw:plant"', 'public'])('IF NOT EXISTS %s is done', async (name) => {
    expect(await query(`CREATE SCHEMA IF NOT EXISTS ${name}`)).toContain('CommandComplete CREATE SCHEMA');
  });

  it('is refused for schemas that mean nothing', async () => {
    expect(await query('CREATE SCHEMA IF NOT EXISTS other')).toContain('ErrorResponse 42501');
    expect(await query('CREATE SCHEMA raw')).toContain('ErrorResponse 42P06');
  });
});

describe('a staging table', () => {
  it('is merged into a gateway table from another session, and gone after the last', async () => {
    await query('CREATE TABLE staged (k text, v int)');
    jo.send('Query COPY staged FROM STDIN');
    await jo.until('CopyInResponse');
    jo.send('CopyData a\\t1\\nb\\t2\\n', 'CopyDone');
    await jo.until('ReadyForQuery');
    const other = await open();

    other.send('Query INSERT INTO events (external_id, type) SELECT k, v FROM staged ORDER BY k');
    expect(await other.until('ReadyForQuery')).toContain('CommandComplete INSERT 0 2');
    expect(other.queued[0]!.rows).toBe(2);
    other.session.closed();
    jo.session.closed();
    jo = await open();
    expect(await query('SELECT FROM staged')).toContain('ErrorResponse 42P01');
  });
});
