// Tables of a user's own from end to end: made by SQL and over HTTP, written by real clients, read back from CDF's RAW; and
// staging tables, which stay in the server.
import type { Client } from 'pg';
import { type CdfApi, connectCdf } from './support/cdf-api';
import { connectPg, copy, failureOf, psql } from './support/clients';
import { connectGateway, type GatewayApi } from './support/gateway-api';
import { type Stack, startStack } from './support/stack';

let stack: Stack;
let cdf: CdfApi;
let gateway: GatewayApi;
let client: Client;

beforeAll(async () => {
  stack = await startStack();
  cdf = connectCdf(stack.ready);
  gateway = connectGateway(stack.ready);
  client = await connectPg(stack.ready);
}, 90_000);

afterAll(async () => {
  await client.end();
  await stack.stop();
});

const byKey = (rows: { key: string; columns: Record<string, unknown> }[]) =>
  Object.fromEntries(rows.map(({ key, columns }) => [key, columns]));

describe('CREATE TABLE in schema raw', () => {
  it('makes a RAW table with the first row, whose columns have their types', async () => {
    await client.query(`CREATE TABLE raw.machines (id varchar(20) PRIMARY KEY, name text NOT NULL, speed float8,
      count bigint, started timestamptz, day date, tags text[], extra jsonb, photo bytea, is_on bool)`);
    await client.query({
      text: 'INSERT INTO raw.machines VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
      values: [
        ...['m1', 'Mill "1"', 1.5, '9007199254740993', new Date(1_700_000_000_123), '2024-02-29'],
        ...[['a', 'b,c'], { a: [1, null] }, Buffer.from([0, 255]), true],
      ],
    });
    await client.query("INSERT INTO raw.machines (id, name, speed) VALUES ('m2', 'Saw', NULL)");

    expect(byKey(await cdf.rawRows('sluice', 'machines'))).toEqual({
      m1: {
        ...{ id: 'm1', name: 'Mill "1"', speed: 1.5, count: Number('9007199254740993') },
        ...{ started: '2023-11-14T22:13:20.123Z', day: '2024-02-29', tags: ['a', 'b,c'] },
        ...{ extra: { a: [1, null] }, photo: 'AP8=', is_on: true },
      },
      m2: { id: 'm2', name: 'Saw', speed: null },
    });
    expect(await failureOf(client.query("INSERT INTO raw.machines (id) VALUES ('m3')"))).toMatchObject({
      code: '23502',
    });
  });

  it('is seen by other sessions and by what clients ask the catalogues', async () => {
    await client.query(
      'CREATE TABLE IF NOT EXISTS "raw:plant"."Orders 1" (number int PRIMARY KEY, note text)',
    );
    const other = await connectPg(stack.ready);
    await other.query('INSERT INTO "raw:plant"."Orders 1" VALUES (1, \'a\')');

    await client.query('ALTER TABLE "raw:plant"."Orders 1" ADD COLUMN weight numeric');
    await copy(other, 'COPY "raw:plant"."Orders 1" FROM STDIN (FORMAT csv)', ['2,b,1.25\n3,,\n']);
    await other.end();

    expect(byKey(await cdf.rawRows('plant', encodeURIComponent('Orders 1')))).toEqual({
      1: { number: 1, note: 'a' },
      2: { number: 2, note: 'b', weight: 1.25 },
      3: { number: 3, note: null, weight: null },
    });
    const { stdout } = await psql(stack.ready, '\\d "raw:plant"."Orders 1"\n');
    expect(stdout).toContain('number|integer||not null');
    expect(stdout).toContain('weight|numeric');
  });

  it('keeps rows apart that have no key of their own', async () => {
    await client.query('CREATE TABLE raw.readings (at timestamp, value float8)');
    await copy(client, 'COPY raw.readings (at, value) FROM STDIN', [
      '2024-01-01 00:00:00\t1\n2024-01-01 00:00:00\t1\n',
    ]);
    await client.query("INSERT INTO raw.readings VALUES ('2024-01-01', 2)");

    const rows = await cdf.rawRows('sluice', 'readings');
    expect(rows.map(({ columns }) => columns['value']).sort()).toEqual([1, 1, 2]);
  });

  it('merges where the statement says so, updates and deletes by key', async () => {
    await client.query('CREATE TABLE raw.parts (id text PRIMARY KEY, a int, b int)');
    await client.query("INSERT INTO raw.parts VALUES ('p', 1, 1), ('q', 1, 1), ('r', 1, 1)");

    await client.query(
      "INSERT INTO raw.parts (id, b) VALUES ('p', 2) ON CONFLICT (id) DO UPDATE SET b = EXCLUDED.b",
    );
    await client.query("UPDATE raw.parts SET a = 3 WHERE id = 'q'");
    await client.query("DELETE FROM raw.parts WHERE id = 'r'");

    expect(byKey(await cdf.rawRows('sluice', 'parts'))).toMatchObject({
      p: { a: 1, b: 2 },
      q: { a: 3, b: 1 },
    });
    expect(await cdf.rawRows('sluice', 'parts')).toHaveLength(2);
    await client.query('TRUNCATE raw.parts');
    expect(await cdf.rawRows('sluice', 'parts')).toEqual([]);
  });

  it('has one row for equal keys, whichever way they come, and rounds as the column says', async () => {
    await client.query('CREATE TABLE raw.prices (k numeric PRIMARY KEY, price numeric(10,2), at timestamp)');
    await client.query(
      "INSERT INTO raw.prices VALUES (1.0, 1.005, '2024-01-01 00:00:00.0001'), (100, 1, NULL)",
    );
    await copy(client, 'COPY raw.prices (k, price) FROM STDIN', ['2.00\t2\n3\t3\n']);
    await copy(client, 'COPY raw.prices FROM STDIN (FORMAT csv)', ['2.0,2.5,\n3.000,3,\n']);

    const updated = await client.query('UPDATE raw.prices SET price = 7.777 WHERE k = $1', ['3.0']);
    const deleted = await client.query('DELETE FROM raw.prices WHERE k = 100.0');

    expect([updated.rowCount, deleted.rowCount]).toEqual([1, 1]);
    expect(byKey(await cdf.rawRows('sluice', 'prices'))).toEqual({
      1: { k: 1, price: 1.01, at: '2024-01-01T00:00:00.000100' },
      2: { k: 2, price: 2.5, at: null },
      3: { k: 3, price: 7.78, at: null },
    });
    const tooLarge = client.query('INSERT INTO raw.prices (k, price) VALUES (4, 12345678901.999)');
    expect(await failureOf(tooLarge)).toMatchObject({ code: '22003' });
  });

  it('ends with DROP TABLE; the RAW table stays, unless CASCADE is said', async () => {
    await client.query("CREATE TABLE raw.kept (id text PRIMARY KEY); INSERT INTO raw.kept VALUES ('a')");
    await client.query("CREATE TABLE raw.gone (id text PRIMARY KEY); INSERT INTO raw.gone VALUES ('a')");

    await client.query('DROP TABLE raw.kept');
    await client.query('DROP TABLE raw.gone CASCADE');

    expect(await cdf.rawRows('sluice', 'kept')).toHaveLength(1);
    await expect(cdf.rawRows('sluice', 'gone')).rejects.toThrow();
    expect(await failureOf(client.query("INSERT INTO raw.kept VALUES ('b')"))).toMatchObject({
      code: '42P01',
    });
    expect((await client.query('DROP TABLE IF EXISTS raw.kept')).command).toBe('DROP');
  });
});

describe('a table that is made over HTTP', () => {
  it('is there for a session that runs already, and gone when it is deleted', async () => {
    const { user } = stack.ready.postgres;
    const item = {
      ...{ destination: 'raw', name: 'movies', columns: ['title', 'year'] },
      options: { primary_key: 'title', database: 'films', table: 'movies' },
    };
    await gateway.ask('POST', `/user/${user}/tables`, { items: [item] });

    await client.query("INSERT INTO movies (title, year) VALUES ('Alien', '1979')");

    expect(byKey(await cdf.rawRows('films', 'movies'))).toEqual({ Alien: { title: 'Alien', year: '1979' } });
    await client.query('DROP TABLE movies');
    expect(await gateway.ask('GET', `/user/${user}/tables`)).not.toMatchObject({
      items: [{ name: 'movies' }],
    });
  });
});

describe('a staging table', () => {
  it('is merged into a gateway table from another connection, and gone after the last session', async () => {
    await client.query('CREATE TABLE public.staged (k text PRIMARY KEY, v text); CREATE INDEX ON staged (v)');
    await copy(client, 'COPY staged FROM STDIN', ['st-1\tone\nst-2\ttwo\n']);
    const other = await connectPg(stack.ready);
    const merged = await other.query(
      'INSERT INTO events (external_id, description) SELECT k, v FROM staged ON CONFLICT (external_id) DO UPDATE SET description = EXCLUDED.description',
    );
    expect(merged.rowCount).toBe(2);
    expect(await cdf.byExternalIds('events', ['st-1', 'st-2'])).toMatchObject([
      { description: 'one' },
      { description: 'two' },
    ]);
    expect(await failureOf(other.query('CREATE TABLE assets (a int)'))).toMatchObject({ code: '42P07' });

    await other.end();
    await client.end();
    client = await connectPg(stack.ready);
    expect(await failureOf(client.query('SELECT * FROM staged'))).toMatchObject({ code: '42P01' });
  });

  it('is merged in every form that needs no look at what CDF has; others say which form does', async () => {
    await client.query(`CREATE TABLE loaded (k text, v text);
      INSERT INTO loaded VALUES ('up-1', 'one'), ('up-2', 'two');
      INSERT INTO events (external_id, description) VALUES ('up-1', 'old')`);
    const missing = 'NOT EXISTS (SELECT FROM events e WHERE e.external_id = k)';
    for (const [statement, hint] of [
      [
        `INSERT INTO events (external_id, description) SELECT k, v FROM loaded WHERE ${missing}`,
        'DO NOTHING',
      ],
      [
        'INSERT INTO events (external_id) SELECT k FROM loaded LEFT JOIN events ON external_id = k WHERE external_id IS NULL',
        'DO NOTHING',
      ],
      [
        `MERGE INTO events USING loaded ON external_id = k WHEN MATCHED THEN UPDATE SET description = v
         WHEN NOT MATCHED THEN INSERT (external_id, description) VALUES (k, v)`,
        'Instead of MERGE: INSERT ... SELECT ... ON CONFLICT',
      ],
    ] as const)
      expect(await failureOf(client.query(statement))).toMatchObject({
        code: '0A000',
        hint: expect.stringContaining(hint) as string,
      });
    const said = () => cdf.byExternalIds('events', ['up-1', 'up-2']);
    expect(await said()).toMatchObject([{ description: 'old' }]);

    const into = 'INSERT INTO events (external_id, description) SELECT k, v FROM loaded';
    const { rowCount } = await client.query(
      'UPDATE events SET description = v FROM loaded WHERE events.external_id = loaded.k',
    );
    expect(rowCount).toBe(1);
    await client.query(`${into} ON CONFLICT DO NOTHING`);
    expect(await said()).toMatchObject([{ description: 'one' }, { description: 'two' }]);
    await client.query("UPDATE loaded SET v = v || '!'");
    await client.query(
      `MERGE INTO loaded USING (VALUES ('up-3', 'three')) n (nk, nv) ON k = nk WHEN NOT MATCHED THEN INSERT VALUES (nk, nv)`,
    );
    await client.query(into);
    expect(await said()).toMatchObject([{ description: 'one!' }, { description: 'two!' }]);
    expect((await client.query('DELETE FROM events USING loaded WHERE external_id = k')).rowCount).toBe(3);
  });
});
