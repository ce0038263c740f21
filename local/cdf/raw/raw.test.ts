// RAW over HTTP: parents, whole rows, limits at their edges, reads.
import type { Cdf } from '../server';
import { startCdf } from '../server';
import type { TestClient } from '../test-client';
import { connect } from '../test-client';

let cdf: Cdf;
let client: TestClient;
let time = 1000;

beforeAll(async () => {
  cdf = await startCdf({ now: () => time });
  client = await connect(cdf);
});
afterAll(() => cdf.close());
beforeEach(async () => {
  await client.control('DELETE', '/state');
});

const ROWS = '/raw/dbs/d%20b/tables/t%2F1/rows';
const insert = (...items: unknown[]) => client.post(`${ROWS}?ensureParent=true`, { items });
const rowsOf = async (query = '') => (await client.get(ROWS + query)).body.items;

test('rows need their parents, which a request may ask for', async () => {
  const items = [{ key: 'k', columns: {} }];

  expect((await client.post(ROWS, { items })).body.error).toMatchObject({
    code: 404,
    missing: [{ name: 'd b' }],
  });
  expect(await insert(...items)).toMatchObject({ status: 200, body: {} });
  expect((await client.get('/raw/dbs')).body.items).toEqual([{ name: 'd b' }]);
  expect((await client.get('/raw/dbs/d%20b/tables')).body.items).toEqual([{ name: 't/1' }]);
  expect((await client.post('/raw/dbs/d%20b/tables/no/rows', { items })).body.error).toMatchObject({
    code: 404,
    missing: [{ name: 'no' }],
  });
});

test('a row is replaced whole, and its time moves only when its content differs', async () => {
  const columns = { a: 1, b: [null, { c: 'é' }], d: null };
  await insert({ key: 'k', columns }, { key: 'l', columns: {} });

  time = 2000;
  await insert({ key: 'k', columns: { x: 1 } }, { key: 'l', columns: {} });

  expect(await rowsOf()).toEqual([
    { key: 'k', columns: { x: 1 }, lastUpdatedTime: 2000 },
    { key: 'l', columns: {}, lastUpdatedTime: 1000 },
  ]);
  expect(await rowsOf('?minLastUpdatedTime=1000')).toHaveLength(1);
  expect(await rowsOf('?maxLastUpdatedTime=1000')).toHaveLength(1);
  time = 1000;
});

test('rows are read by key, by column, by page, and deleted', async () => {
  await insert(...Array.from({ length: 30 }, (_, i) => ({ key: `k/${i}`, columns: { a: i, b: 1 } })));

  expect((await client.get(`${ROWS}/k%2F3`)).body).toMatchObject({ key: 'k/3', columns: { a: 3, b: 1 } });
  expect((await client.get(`${ROWS}/no`)).status).toBe(404);
  expect(await rowsOf()).toHaveLength(25);
  expect(await rowsOf('?columns=a&limit=1')).toMatchObject([{ columns: { a: 0 } }]);
  expect((await rowsOf('?columns=,&limit=1'))![0]!['columns']).toEqual({});
  const { nextCursor } = (await client.get(ROWS)).body;
  expect(await rowsOf(`?cursor=${String(nextCursor)}`)).toHaveLength(5);
  await client.post(`${ROWS}/delete`, { items: [{ key: 'k/3' }, { key: 'no' }] });
  expect(await rowsOf('?limit=10000')).toHaveLength(29);
  expect((await client.get(`${ROWS}?limit=10001`)).status).toBe(400);
});

test.each([
  ['no key', { columns: {} }, { missingFields: ['key'] }],
  ['no columns', { key: 'k' }, { missingFields: ['columns'] }],
  ['a null key', { key: null, columns: {} }, { error: { code: 400 } }],
  ['a numeric key', { key: 1, columns: {} }, { error: { code: 400 } }],
  ['null columns', { key: 'k', columns: null }, { error: { code: 400 } }],
  ['a list of columns', { key: 'k', columns: [] }, { error: { code: 400 } }],
  ['null', null, { error: { code: 400 } }],
  ['a long key', { key: 'k'.repeat(1025), columns: {} }, { error: { code: 400 } }],
  ['a long value', { key: 'k', columns: { a: 'v'.repeat(2_621_441) } }, { error: { code: 400 } }],
  [
    'more than 5 MiB of columns',
    { key: 'k', columns: { a: 'v'.repeat(2_621_440), b: 'v'.repeat(2_621_440) } },
    { error: { code: 400 } },
  ],
])('%s is refused, and the rows beside it are not written', async (_, row, body) => {
  expect(await insert({ key: 'good', columns: {} }, row)).toMatchObject({ status: 400, body });
  expect((await client.get(ROWS)).status).toBe(404);
});

test('rows at their limits are taken', async () => {
  expect((await insert({ key: '😀'.repeat(1024), columns: {} })).status).toBe(200);
  expect((await insert({ key: 'k', columns: { a: 'v'.repeat(2_621_440), b: 1 } })).status).toBe(200);
  const rows = Array.from({ length: 10_001 }, (_, i) => ({ key: `${i}`, columns: {} }));
  expect((await insert(...rows)).status).toBe(400);
  expect((await insert(...rows.slice(1))).status).toBe(200);
});

test('databases and tables are made once, within their limits, and deleted', async () => {
  const name = (length: number) => ({ name: 'n'.repeat(length) });

  expect((await client.post('/raw/dbs', { items: [name(32)] })).status).toBe(201);
  expect((await client.post('/raw/dbs', { items: [name(33)] })).status).toBe(400);
  expect((await client.post('/raw/dbs', { items: [{}] })).body).toMatchObject({
    code: 400,
    missingFields: ['name'],
  });
  expect(await client.post('/raw/dbs', { items: [name(32)] })).toMatchObject({
    status: 409,
    body: { error: { duplicated: [name(32)] } },
  });
  const tables = `/raw/dbs/${'n'.repeat(32)}/tables`;
  expect((await client.post(tables, { items: [name(64)] })).status).toBe(201);
  expect((await client.post(tables, { items: [name(65)] })).status).toBe(400);
  expect((await client.post('/raw/dbs/delete', { items: [name(32)] })).status).toBe(400);
  expect((await client.post(`${tables}/delete`, { items: [name(64)] })).status).toBe(200);
  expect((await client.post('/raw/dbs/delete', { items: [name(32)] })).status).toBe(200);
  expect((await client.post('/raw/dbs/delete', { items: [name(32)] })).status).toBe(404);
  expect(
    (await client.post(`/raw/dbs/x/tables/${'t'.repeat(65)}/rows?ensureParent=true`, { items: [] })).status,
  ).toBe(400);
});
