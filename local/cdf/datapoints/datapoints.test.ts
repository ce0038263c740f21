// Data points over HTTP: what is inserted is read back, limits at their edges, nothing of a refused request is kept.
import { gzipSync } from 'node:zlib';
import type { Cdf } from '../server';
import { startCdf } from '../server';
import type { TestClient } from '../test-client';
import { connect } from '../test-client';
import type { TestSeries } from './insertion-body';
import { encodeInsertion } from './insertion-body';

let cdf: Cdf;
let client: TestClient;

beforeAll(async () => {
  cdf = await startCdf();
  client = await connect(cdf);
});
afterAll(() => cdf.close());
beforeEach(async () => {
  await client.control('DELETE', '/state');
  await client.post('/timeseries', { items: [{ externalId: 'n' }, { externalId: 's', isString: true }] });
});

const insert = (...items: unknown[]) => client.post('/timeseries/data', { items });
const insertOne = (externalId: string, ...datapoints: unknown[]) => insert({ externalId, datapoints });
const insertProtobuf = (series: readonly TestSeries[], headers = {}) =>
  client.post('/timeseries/data', encodeInsertion(series), {
    'content-type': 'application/protobuf',
    ...headers,
  });
const list = (item: object, query: object = {}) =>
  client.post('/timeseries/data/list', { items: [{ externalId: 'n', ...item }], ...query });
const pointsOf = async (item: object = {}) => (await list(item)).body.items![0]!['datapoints'];

test('protobuf and gzipped protobuf arrive', async () => {
  const plain = await insertProtobuf([
    { externalId: 'n', points: [{ timestamp: 2, value: -1.5 }] },
    { externalId: 's', isString: true, points: [{ timestamp: 1, value: 'é' }] },
  ]);
  const gzipped = await client.post(
    '/timeseries/data',
    gzipSync(encodeInsertion([{ externalId: 'n', points: [{ timestamp: 1, value: 0.1 }] }])),
    { 'content-type': 'application/protobuf', 'content-encoding': 'gzip' },
  );

  expect(plain).toMatchObject({ status: 200, body: {} });
  expect(gzipped.status).toBe(200);
  expect(await pointsOf()).toEqual([
    { timestamp: 1, value: 0.1 },
    { timestamp: 2, value: -1.5 },
  ]);
  expect((await list({ externalId: 's' })).body.items).toMatchObject([
    { externalId: 's', isString: true, type: 'string', datapoints: [{ timestamp: 1, value: 'é' }] },
  ]);
});

test('the last of a timestamp counts, in one request and over requests', async () => {
  await insertOne('n', { timestamp: 1, value: 1 }, { timestamp: 1, value: 2 }, { timestamp: 5, value: 5 });
  await insertOne('n', { timestamp: 5, value: 6 });

  expect(await pointsOf()).toEqual([
    { timestamp: 1, value: 2 },
    { timestamp: 5, value: 6 },
  ]);
});

test.each([
  ['timestamp', { timestamp: -2208988800000, value: 1 }, { timestamp: -2208988800001, value: 1 }],
  ['timestamp', { timestamp: 4102444799999, value: 1 }, { timestamp: 4102444800000, value: 1 }],
  ['timestamp', { timestamp: 1, value: 1 }, { timestamp: 1.5, value: 1 }],
  ['value', { timestamp: 1, value: 9.99e99 }, { timestamp: 1, value: 1e100 }],
  ['value', { timestamp: 1, value: 1 }, { timestamp: 1, value: null }],
  ['value', { timestamp: 1, value: 1 }, { timestamp: 1, value: '1' }],
  ['value', { timestamp: 1, status: { symbol: 'Bad' } }, { timestamp: 1 }],
])('a numeric point: %s is taken at its limit and refused beyond', async (_, good, bad) => {
  expect((await insertOne('n', { timestamp: 9, value: 9 }, bad)).status).toBe(400);
  expect(await pointsOf()).toEqual([]);
  expect((await insertOne('n', good)).status).toBe(200);
});

test('a string has at most 1023 bytes', async () => {
  expect((await insertOne('s', { timestamp: 1, value: 'é'.repeat(511) + 'x' })).status).toBe(200);
  expect((await insertOne('s', { timestamp: 1, value: 'é'.repeat(512) })).status).toBe(400);
  const protobuf = { externalId: 's', isString: true, points: [{ timestamp: 1, value: 'é'.repeat(512) }] };
  expect((await insertProtobuf([protobuf])).status).toBe(400);
});

test('the wrong kind is refused in JSON and protobuf', async () => {
  expect((await insertOne('s', { timestamp: 1, value: 1 })).body.error).toMatchObject({
    message: 'Expected string value for datapoint',
  });
  const answer = await insertProtobuf([{ externalId: 's', points: [{ timestamp: 1, value: 1 }] }]);
  expect(answer.body.error).toMatchObject({ code: 400, message: 'Expected string value for datapoint' });
});

test('100 000 points and 10 000 series are taken, one more is not', async () => {
  const points = Array.from({ length: 100_001 }, (_, i) => ({ timestamp: i, value: i }));
  const series = Array.from({ length: 10_001 }, (_, id) => ({ id: id + 1, points: [] }));

  expect((await insertOne('n', ...points)).status).toBe(400);
  expect((await insertOne('n', ...points.slice(1))).status).toBe(200);
  expect((await insertProtobuf(series)).body.error).not.toHaveProperty('missing');
  const unknown = (await insertProtobuf(series.slice(1))).body.error as { missing: object[] };
  expect(unknown.missing).toHaveLength(10_000);
});

test('a series twice is 422, unknown ones are all listed, and nothing is kept', async () => {
  const datapoints = [{ timestamp: 1, value: 1 }];
  const items = (...externalIds: string[]) => externalIds.map((externalId) => ({ externalId, datapoints }));

  expect(await insert(...items('n', 'n'))).toMatchObject({
    status: 422,
    body: { error: { duplicated: [{ externalId: 'n' }] } },
  });
  expect((await insert(...items('x', 'n', 'y'))).body.error).toMatchObject({
    code: 400,
    missing: [{ externalId: 'x' }, { externalId: 'y' }],
  });
  expect(await pointsOf()).toEqual([]);
});

test('bad and uncertain points are shown on request only', async () => {
  await insertOne(
    'n',
    { timestamp: 1, value: 1 },
    { timestamp: 2, value: 2, status: { symbol: 'Uncertain' } },
    { timestamp: 3, value: 'NaN', status: { code: 2147483648 } },
    { timestamp: 4, status: { symbol: 'Bad', code: 2147483648 } },
  );

  expect(await pointsOf()).toEqual([{ timestamp: 1, value: 1 }]);
  expect(await pointsOf({ ignoreBadDataPoints: false, includeStatus: true })).toEqual([
    { timestamp: 1, value: 1 },
    { timestamp: 2, value: 2, status: { code: 1073741824, symbol: 'Uncertain' } },
    { timestamp: 3, value: 'NaN', status: { code: 2147483648, symbol: 'Bad' } },
    { timestamp: 4, status: { code: 2147483648, symbol: 'Bad' } },
  ]);
});

test('a list is a window, in pages', async () => {
  await insertOne('n', ...Array.from({ length: 10 }, (_, i) => ({ timestamp: i * 10, value: i })));

  const first = await list({ start: 10, end: 50, limit: 3 });
  const second = await list({ start: 10, end: 50, limit: 3, cursor: first.body.items![0]!['nextCursor'] });

  expect(first.body.items![0]!['datapoints']).toMatchObject([{ value: 1 }, { value: 2 }, { value: 3 }]);
  expect(second.body.items![0]!['datapoints']).toMatchObject([{ value: 4 }]);
  expect(second.body.items![0]).not.toHaveProperty('nextCursor');
  expect((await list({ limit: 100_001 })).status).toBe(400);
  expect((await list({ start: 5, end: 5 })).status).toBe(400);
  expect((await list({ targetUnit: 'x' })).status).toBe(400);
});

test('aggregates count by granularity', async () => {
  await insertOne(
    'n',
    { timestamp: 0, value: 1 },
    { timestamp: 999, value: 3 },
    { timestamp: 2000, value: 5 },
  );

  const answer = await list({ aggregates: ['count', 'average', 'min', 'max', 'sum'], granularity: '1s' });

  expect(answer.body.items![0]!['datapoints']).toEqual([
    { timestamp: 0, count: 2, average: 2, min: 1, max: 3, sum: 4 },
    { timestamp: 2000, count: 1, average: 5, min: 5, max: 5, sum: 5 },
  ]);
});

test('latest and delete', async () => {
  await insertOne('n', { timestamp: 1, value: 1 }, { timestamp: 2, value: 2 }, { timestamp: 3, value: 3 });
  const latest = (item: object) =>
    client.post('/timeseries/data/latest', { items: [{ externalId: 'n', ...item }] });

  expect((await latest({})).body.items).toMatchObject([{ datapoints: [{ timestamp: 3, value: 3 }] }]);
  expect((await latest({ before: '3' })).body.items).toMatchObject([{ datapoints: [{ timestamp: 2 }] }]);
  await client.post('/timeseries/data/delete', {
    items: [
      { externalId: 'n', inclusiveBegin: 1 },
      { externalId: 'n', inclusiveBegin: 3, exclusiveEnd: 4 },
    ],
  });
  expect(await pointsOf()).toEqual([{ timestamp: 2, value: 2 }]);
  await client.post('/timeseries/delete', { items: [{ externalId: 'n' }] });
  expect((await list({})).body.error).toMatchObject({ missing: [{ externalId: 'n' }] });
});
