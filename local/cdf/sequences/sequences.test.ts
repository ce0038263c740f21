// Sequences and their rows over HTTP: columns, cells, limits, reads.
import type { Cdf } from '../server';
import { startCdf } from '../server';
import type { TestClient } from '../test-client';
import { connect } from '../test-client';

let cdf: Cdf;
let client: TestClient;

beforeAll(async () => {
  cdf = await startCdf();
  client = await connect(cdf);
});
afterAll(() => cdf.close());
beforeEach(async () => {
  await client.control('DELETE', '/state');
  await create({ externalId: 's', columns });
});

const columns = [
  { externalId: 'd', name: 'number' },
  { externalId: 'l', valueType: 'LONG' },
  { externalId: 't', valueType: 'STRING' },
];

const create = (...items: unknown[]) => client.post('/sequences', { items });
const insert = (...items: unknown[]) => client.post('/sequences/data', { items });
const update = (change: object) =>
  client.post('/sequences/update', { items: [{ externalId: 's', update: change }] });
const list = (request: object = {}) => client.post('/sequences/data/list', { externalId: 's', ...request });
const rowsOf = async (request: object = {}) => (await list(request)).body['rows'];
const rows = (...values: unknown[][]) => values.map((cells, i) => ({ rowNumber: i, values: cells }));

test('a column is a DOUBLE unless it says otherwise, and has its times', async () => {
  const [sequence] = (await client.post('/sequences/byids', { items: [{ externalId: 's' }] })).body.items!;

  expect(sequence!['columns']).toEqual(
    columns.map((column) => ({
      valueType: 'DOUBLE',
      ...column,
      createdTime: expect.any(Number) as number,
      lastUpdatedTime: expect.any(Number) as number,
    })),
  );
});

test('columns are added, changed and removed; what was removed counts towards the limit', async () => {
  await insert({ externalId: 's', columns: ['d', 't'], rows: rows([1, 'a']) });

  const changed = await update({
    columns: {
      modify: [{ externalId: 'd', update: { externalId: { set: 'e' }, name: { setNull: true } } }],
      add: [{ externalId: 'n' }],
      remove: [{ externalId: 'l' }],
    },
  });

  expect(changed.body.items![0]!['columns']).toMatchObject([
    { externalId: 'e' },
    { externalId: 't' },
    { externalId: 'n' },
  ]);
  expect(await rowsOf()).toEqual([{ rowNumber: 0, values: [1, 'a', null] }]);
  const add = (count: number) => Array.from({ length: count }, (_, i) => ({ externalId: `x${i}` }));
  expect((await update({ columns: { add: add(397) } })).status).toBe(400);
  expect((await update({ columns: { add: add(396) } })).status).toBe(200);
});

test.each([
  ['a column twice', { columns: [{ externalId: 'a' }, { externalId: 'a' }] }],
  ['no column', { columns: [] }],
  ['too many texts', { columns: texts(201) }],
  ['a type that is none', { columns: [{ externalId: 'a', valueType: 'INT' }] }],
])('%s is refused', async (_, item) => {
  expect((await create(item)).status).toBe(400);
});

function texts(count: number): object[] {
  return Array.from({ length: count }, (_, i) => ({ externalId: `c${i}`, valueType: 'STRING' }));
}

test('a change that names no column, or changes a type, is refused', async () => {
  const modify = (externalId: string, change: object) =>
    update({ columns: { modify: [{ externalId, update: change }] } });

  expect((await modify('no', { name: { set: 'x' } })).body.error).toMatchObject({
    missing: [{ externalId: 'no' }],
  });
  expect((await modify('d', { valueType: { set: 'LONG' } })).status).toBe(400);
  expect(
    (await update({ columns: { remove: columns.map(({ externalId }) => ({ externalId })) } })).status,
  ).toBe(400);
});

test('rows overwrite the cells that they name, and no others', async () => {
  await insert({ externalId: 's', columns: ['d', 'l', 't'], rows: rows([1.5, 1, 'a'], [2.5, 2, 'b']) });

  expect((await insert({ externalId: 's', columns: ['t'], rows: rows(['c'], [null]) })).body).toEqual({});

  expect((await list()).body).toMatchObject({
    ...{ externalId: 's', columns: [{ externalId: 'd', name: 'number', valueType: 'DOUBLE' }, {}, {}] },
    rows: rows([1.5, 1, 'c'], [2.5, 2, null]),
  });
});

test('a LONG keeps all its 64 bits', async () => {
  const body =
    '{"items":[{"externalId":"s","columns":["l"],"rows":[{"rowNumber":1,"values":[9007199254740993]}]}]}';
  expect((await client.post('/sequences/data', Buffer.from(body))).status).toBe(200);

  const listed = await list({ columns: ['l'] });

  expect(listed.text).toContain('"values":[9007199254740993]');
});

test.each([
  ['a text in a number', ['d'], ['x']],
  ['a number in a text', ['t'], [1]],
  ['a fraction in a LONG', ['l'], [1.5]],
  ['a number beyond 1e100', ['d'], [1e101]],
  ['a long text', ['t'], ['x'.repeat(257)]],
  ['too few values', ['d', 'l'], [1]],
  ['a column twice', ['d', 'd'], [1, 2]],
])('%s is refused, and nothing is written', async (_, names, values) => {
  const item = { externalId: 's', columns: names, rows: [{ rowNumber: 1, values }] };

  expect((await insert(item)).status).toBe(400);
  expect(await rowsOf()).toEqual([]);
});

test('an unknown column is 404, an unknown sequence 400, both named', async () => {
  const item = { columns: ['no'], rows: rows([1]) };

  expect((await insert({ externalId: 's', ...item })).body.error).toMatchObject({
    code: 404,
    missing: [{ externalId: 'no' }],
  });
  expect((await insert({ externalId: 'no', ...item })).body.error).toMatchObject({
    code: 400,
    missing: [{ externalId: 'no' }],
  });
});

test('a request holds 10 000 rows and 100 000 values in all', async () => {
  await create({ externalId: 'w', columns: texts(11) });
  const names = texts(11).map((column) => (column as { externalId: string }).externalId);
  const many = (count: number, width: number) =>
    rows(...Array.from({ length: count }, () => new Array<unknown>(width).fill(null)));
  const put = (count: number, width: number) =>
    insert({ externalId: 'w', columns: names.slice(0, width), rows: many(count, width) });

  expect((await put(10_000, 10)).status).toBe(200);
  expect((await put(10_000, 11)).status).toBe(400);
  expect((await put(10_001, 1)).status).toBe(400);
  const halves = [many(5_000, 1), many(5_001, 1)];
  const items = halves.map((half, i) => ({
    externalId: 'sw'[i],
    columns: [i === 0 ? 'd' : 'c0'],
    rows: half,
  }));
  expect((await insert(...items)).status).toBe(400);
});

test('rows are listed by number, column and page, and deleted', async () => {
  const numbered = [5, 3, 9, 7].map((rowNumber) => ({ rowNumber, values: [rowNumber] }));
  await insert({ externalId: 's', columns: ['d'], rows: numbered });
  const numbersOf = async (request: object) =>
    ((await rowsOf(request)) as { rowNumber: number }[]).map(({ rowNumber }) => rowNumber);

  expect(await numbersOf({ start: 5, end: 9 })).toEqual([5, 7]);
  expect(await rowsOf({ columns: ['t', 'd'], limit: 1 })).toEqual([{ rowNumber: 3, values: [null, 3] }]);
  const { nextCursor } = (await list({ limit: 3 })).body;
  expect(await numbersOf({ cursor: nextCursor })).toEqual([9]);
  expect(
    (await client.post('/sequences/data/latest', { externalId: 's', before: 9 })).body['rows'],
  ).toMatchObject([{ rowNumber: 7 }]);
  await client.post('/sequences/data/delete', { items: [{ externalId: 's', rows: [3, 4, 9] }] });
  expect(await numbersOf({})).toEqual([5, 7]);
  await client.post('/sequences/delete', { items: [{ externalId: 's' }] });
  await create({ externalId: 's', columns });
  expect(await rowsOf()).toEqual([]);
});
