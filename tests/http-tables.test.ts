// RAW tables that v1's and v2's HTTP API make, written by clients whose sessions were there before: what RAW has then.
import type { Client } from 'pg';
import { type CdfApi, connectCdf } from './support/cdf-api';
import { connectPg, connectPostgresJs, copy, failureOf, psql } from './support/clients';
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
  await client.query('SELECT 1');
}, 90_000);

afterAll(async () => {
  await client.end();
  await stack.stop();
});

const TYPES = {
  ...{ t: 'TEXT', v: 'VARCHAR', b: 'BOOL', i: 'BIGINT', d: 'DOUBLE PRECISION', r: 'REAL', at: 'TIMESTAMPTZ' },
  ...{ j: 'JSON', ts: 'TEXT[]', vs: 'VARCHAR[]', bs: 'BOOL[]', is: 'BIGINT[]', ds: 'DOUBLE PRECISION[]' },
  ...{ rs: 'REAL[]', ats: 'TIMESTAMPTZ[]', js: 'JSON[]', bytes: 'BYTEA' },
};
const VALUES: Record<keyof typeof TYPES, unknown> = {
  ...{ t: 'Ä "x"', v: '', b: true, i: '42', d: 1.5, r: 0.25, at: '2024-03-01 12:00+01' },
  ...{ j: { a: [1, null] }, ts: ['a', 'b,"c"'], vs: [], bs: [true, false], is: ['1', '2'], ds: [1e300] },
  ...{ rs: [0.5], ats: ['2024-03-01T11:00:00Z'], js: [{ a: 1 }, { b: [] }], bytes: Buffer.from([0, 255]) },
};
const STORED = {
  ...VALUES,
  ...{ i: 42, is: [1, 2], at: '2024-03-01T11:00:00.000Z', ats: ['2024-03-01T11:00:00.000Z'], bytes: 'AP8=' },
};
const NAMES = Object.keys(TYPES) as (keyof typeof TYPES)[];

const v2Table = (tablename: string, primaryKey: string | null, types: Record<string, string>) => ({
  ...{ type: 'raw_rows', tablename },
  options: { database: 'v2', table: tablename, ...(primaryKey === null ? {} : { primaryKey }) },
  columns: Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }])),
});

async function rowsOf(database: string, table: string): Promise<Record<string, unknown>> {
  const rows = await cdf.rawRows(database, table);
  return Object.fromEntries(rows.map(({ key, columns }) => [key, columns]));
}

/** A session that asks the catalogue sees at once what is gone, which it else may not for some seconds. */
const lookAnew = () => client.query("SELECT to_regclass('anything')");

describe('a table of v2', () => {
  it('has every type of v2; NULL is null, what is not named is not there', async () => {
    await gateway.createTables(v2Table('all-types', 'k', { k: 'TEXT', ...TYPES }));
    const into = `INSERT INTO "all-types" (k, ${NAMES.map((name) => `"${name}"`).join(', ')})`;
    const holders = NAMES.map((_, i) => `$${i + 2}`).join(', ');

    await client.query(`${into} VALUES ($1, ${holders})`, ['full', ...NAMES.map((name) => VALUES[name])]);
    await client.query(`${into} VALUES ('empty', ${NAMES.map(() => 'NULL').join(', ')})`);
    await client.query(`INSERT INTO "all-types" (k, t) VALUES ('little', 'x')`);

    expect(await rowsOf('v2', 'all-types')).toEqual({
      full: { k: 'full', ...STORED },
      empty: { k: 'empty', ...Object.fromEntries(NAMES.map((name) => [name, null])) },
      little: { k: 'little', t: 'x' },
    });
  });

  it('takes the last row of a key, merges, changes and deletes by key, and refuses what is no value', async () => {
    await gateway.createTables(v2Table('orders', 'number', { number: 'BIGINT', a: 'BIGINT', b: 'TEXT' }));

    await client.query("INSERT INTO orders VALUES (1, 1, 'x'), (1, 2, 'y'), (2, 1, 'x'), (3, 1, 'x')");
    await client.query(
      "INSERT INTO orders (number, b) VALUES (2, 'z'), (4, 'n') ON CONFLICT (number) DO UPDATE SET b = EXCLUDED.b",
    );
    await client.query("INSERT INTO orders VALUES (2, 9, 'no'), (5, 5, 'yes') ON CONFLICT DO NOTHING");
    const updated = await client.query('UPDATE orders SET a = 7 WHERE number IN (4, 99)');
    const deleted = await client.query('DELETE FROM orders WHERE number = ANY ($1)', [[3, 98]]);

    expect([updated.rowCount, deleted.rowCount]).toEqual([1, 1]);
    expect(await rowsOf('v2', 'orders')).toEqual({
      1: { number: 1, a: 2, b: 'y' },
      2: { number: 2, a: 1, b: 'z' },
      4: { number: 4, a: 7, b: 'n' },
      5: { number: 5, a: 5, b: 'yes' },
    });
    for (const [statement, code] of [
      ["INSERT INTO orders VALUES ('one', 1, '')", '22P02'],
      ['INSERT INTO orders (number, a) VALUES (6, 9223372036854775808)', '22003'],
      ['INSERT INTO orders (a) VALUES (6)', '23502'],
      ['INSERT INTO orders (number) VALUES (NULL)', '23502'],
      ["UPDATE orders SET a = 1 WHERE b = 'x'", '0A000'],
    ] as const)
      expect({ statement, code: (await failureOf(client.query(statement))).code }).toEqual({
        statement,
        code,
      });
  });

  it('without a primary key gets a key for each row, or the one that is written', async () => {
    await gateway.createTables(v2Table('readings', null, { at: 'TIMESTAMPTZ', value: 'DOUBLE PRECISION' }));
    const lines = '2024-01-01\t1\n2024-01-01\t1\n';
    await copy(client, 'COPY readings (at, value) FROM STDIN', [lines]);
    await client.query("INSERT INTO readings (_raw_key, value) VALUES ('mine', 3)");

    const rows = await cdf.rawRows('v2', 'readings');
    expect(rows.map(({ columns }) => columns['value']).sort()).toEqual([1, 1, 3]);
    expect(rows.find(({ key }) => key === 'mine')?.columns).toEqual({ value: 3 });
  });

  it('is written by psql and postgres.js as by node-postgres', async () => {
    const sql = connectPostgresJs(stack.ready);
    await sql`SELECT 1`;
    await gateway.createTables(
      v2Table('parts', 'id', { id: 'TEXT', n: 'BIGINT', tags: 'TEXT[]', doc: 'JSON' }),
    );

    const parts = [
      { id: 'js-1', n: 1, tags: ['a', 'b'], doc: sql.json({ a: 1 }) },
      { id: 'js-2', n: 2, tags: [], doc: sql.json([]) },
    ];
    for (const part of parts) await sql`INSERT INTO parts ${sql(part)}`;
    await sql.end();
    const script = `\\copy parts (id, n) FROM STDIN CSV\nps-1,5\nps-2,\n\\.\nUPDATE parts SET n = 6 WHERE id = 'ps-2';\n`;
    const { code, stdout } = await psql(stack.ready, script, ['-v', 'ON_ERROR_STOP=1']);

    expect({ code, stdout }).toEqual({ code: 0, stdout: 'COPY 2\nUPDATE 1\n' });
    expect(await rowsOf('v2', 'parts')).toEqual({
      'js-1': { id: 'js-1', n: 1, tags: ['a', 'b'], doc: { a: 1 } },
      'js-2': { id: 'js-2', n: 2, tags: [], doc: [] },
      'ps-1': { id: 'ps-1', n: 5 },
      'ps-2': { id: 'ps-2', n: 6 },
    });
  });
});

describe('a table of v1', () => {
  const user = () => `/user/${stack.ready.postgres.user}/tables`;

  it('is text; a running session sees it change its name, get columns, and go', async () => {
    const item = {
      ...{ destination: 'raw', name: 'movies', columns: ['title', 'year'] },
      options: { primary_key: 'title', database: 'v1', table: 'movies' },
    };
    const { items } = await gateway.ask('POST', user(), { items: [item] });
    const id = items[0]!['id'];
    await client.query({
      name: 'prepared',
      text: 'INSERT INTO movies VALUES ($1, $2)',
      values: ['Alien', 1979],
    });

    const update = { name: { set: 'films' }, columns: { add: ['budget'] } };
    await gateway.ask('POST', `${user()}/update`, { items: [{ id, update }] });
    await client.query("INSERT INTO films (title, budget) VALUES ('Heat', '60')");

    await lookAnew();
    expect(await failureOf(client.query("INSERT INTO movies VALUES ('x')"))).toMatchObject({ code: '42P01' });
    expect(await rowsOf('v1', 'movies')).toEqual({
      Alien: { title: 'Alien', year: '1979' },
      Heat: { title: 'Heat', budget: '60' },
    });
    await gateway.ask('POST', `${user()}/delete`, { items: [{ id }] });
    await lookAnew();
    expect(await failureOf(client.query("INSERT INTO films (title) VALUES ('x')"))).toMatchObject({
      code: '42P01',
    });
    expect(await rowsOf('v1', 'movies')).toHaveProperty('Heat');
  });

  it('without a primary key has as many rows as were written', async () => {
    const item = {
      ...{ destination: 'raw', name: 'loose', columns: ['a'] },
      options: { database: 'v1', table: 'loose' },
    };
    await gateway.ask('POST', user(), { items: [item] });
    await client.query("INSERT INTO loose (a) VALUES ('x'), ('x')");

    expect((await cdf.rawRows('v1', 'loose')).map(({ columns }) => columns)).toEqual([
      { a: 'x' },
      { a: 'x' },
    ]);
  });
});

test('what was prepared for a table that was made anew with other types must be prepared again', async () => {
  const tables = `/api/v1/projects/${stack.ready.cdf.project}/postgresgateway/tables/${stack.ready.postgres.user}`;
  await gateway.createTables(v2Table('anew', 'k', { k: 'TEXT', x: 'BIGINT' }));
  const write = (x: unknown) =>
    client.query({ name: 'anew', text: 'INSERT INTO anew (k, x) VALUES ($1, $2)', values: ['a', x] });
  await write(1);
  await gateway.ask('POST', `${tables}/delete`, { items: [{ tablename: 'anew' }] });
  await gateway.createTables(v2Table('anew', 'k', { k: 'TEXT', x: 'TEXT' }));

  await lookAnew();
  await client.query("INSERT INTO anew (k, x) VALUES ('b', 'text')");
  expect(await failureOf(write(2))).toMatchObject({
    message: expect.stringContaining('cached plan') as string,
  });

  expect(await rowsOf('v2', 'anew')).toEqual({ a: { k: 'a', x: 1 }, b: { k: 'b', x: 'text' } });
});
