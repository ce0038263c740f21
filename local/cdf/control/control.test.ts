// Faults, counters and resets under /control, and what the server itself refuses.
import { gzipSync } from 'node:zlib';
import type { Cdf } from '../server';
import { startCdf } from '../server';
import type { TestClient } from '../test-client';
import { connect, send } from '../test-client';

let cdf: Cdf;
let client: TestClient;

beforeEach(async () => {
  cdf = await startCdf();
  client = await connect(cdf);
});
afterEach(() => cdf.close());

const fault = (value: object) => client.control('POST', '/faults', value);
const create = () => client.post('/assets', { items: [{ name: 'x' }] });
const count = async () => (await client.post('/assets/aggregate', {})).body.items![0]!['count'];

test('a status comes as often as asked for, and nothing is applied', async () => {
  await fault({ method: 'POST', path: '/assets', status: 429, headers: { 'retry-after': '1' }, times: 2 });

  const first = await create();

  expect(first).toMatchObject({ status: 429, body: { error: { code: 429 } } });
  expect(first.headers.get('retry-after')).toBe('1');
  expect((await client.get('/assets')).status).toBe(200);
  expect((await create()).status).toBe(429);
  expect(await count()).toBe(0);
  expect((await create()).status).toBe(201);
});

test('a path may be a regular expression, a body anything, and a fault last until it is cleared', async () => {
  await fault({ path: '^/assets/(list|byids)$', status: 502, body: '<html>' });

  expect((await client.post('/assets/list', {})).status).toBe(502);
  expect((await client.post('/assets/list', {})).status).toBe(502);
  expect(await count()).toBe(0);
  expect((await client.control('GET', '/faults')).body.items).toHaveLength(1);
  await client.control('DELETE', '/faults');
  expect((await client.post('/assets/list', {})).status).toBe(200);
});

test('a limit of the project can be reached, in the words of CDF, on every operation', async () => {
  const error = { code: 400, message: 'Project limit reached: maximum number of time series is 1000000.' };
  await fault({ method: 'POST', path: '^/(timeseries|models/instances)$', status: 400, body: { error } });

  const answers = [
    await client.post('/timeseries', { items: [{}] }),
    await client.post('/models/instances', { items: [] }),
  ];

  for (const answer of answers) expect(answer).toMatchObject({ status: 400, body: { error } });
  expect((await client.control('GET', '/requests')).body).toMatchObject({
    requests: {
      'POST /timeseries': { count: 1, statuses: { 400: 1 } },
      'POST /models/instances': { count: 1, statuses: { 400: 1 } },
    },
    maxConcurrency: { timeseries: 1, instances: 1 },
  });
});

test('a connection is dropped before or after the write', async () => {
  await fault({ path: '/assets', drop: 'before', times: 1 });
  await expect(create()).rejects.toThrow();
  expect(await count()).toBe(0);

  await fault({ path: '^/assets$', drop: 'after', times: 1 });
  await expect(create()).rejects.toThrow();
  expect(await count()).toBe(1);
});

test('the token endpoint has faults too', async () => {
  await fault({ path: '/oauth2/v2.0/token', status: 503, times: 1 });

  expect((await send(cdf.tokenUrl, { method: 'POST' })).status).toBe(503);
  expect((await send(cdf.tokenUrl, { method: 'POST' })).status).toBe(400);
});

test.each([
  [{ status: 99 }],
  [{ drop: 'sometimes' }],
  [{ latencyMs: -1 }],
  [{ path: '^(' }],
  [{ sattus: 500 }],
  [{ times: 0 }],
])('the fault %j is refused', async (value) => {
  expect((await fault(value)).status).toBe(400);
});

test('requests are counted by operation and status', async () => {
  await client.control('DELETE', '/requests');

  await create();
  await client.get('/raw/dbs/x/tables');

  expect((await client.control('GET', '/requests')).body['requests']).toEqual({
    'POST /assets': { count: 1, statuses: { 201: 1 } },
    'GET /raw/dbs/{dbName}/tables': { count: 1, statuses: { 404: 1 } },
  });
});

test('the most requests that a service had in hand at once are counted', async () => {
  await fault({ path: '/assets', latencyMs: 600_000 });
  const waiting = [create(), create(), create()].map((answer) => answer.catch(() => 'broken off'));
  const traffic = async () =>
    (await client.control('GET', '/requests')).body as unknown as {
      requests: Record<string, { count: number } | undefined>;
      maxConcurrency: Record<string, number>;
    };

  while (((await traffic()).requests['POST /assets']?.count ?? 0) < 3);
  await client.get('/raw/dbs');

  expect((await traffic()).maxConcurrency).toMatchObject({ assets: 3, raw: 1 });
  await cdf.close();
  await Promise.all(waiting);
  cdf = await startCdf();
});

test('the state can be emptied', async () => {
  await create();

  await client.control('DELETE', '/state');

  expect(await count()).toBe(0);
  expect((await client.control('POST', '/nonsense')).status).toBe(404);
});

test('closing breaks off what waits', async () => {
  await fault({ path: '/assets', latencyMs: 600_000 });
  const waiting = create().catch(() => 'broken off');
  await client.get('/raw/dbs');

  await cdf.close();

  expect(await waiting).toBe('broken off');
  cdf = await startCdf();
});

test('every answer has a request id; what is no JSON, no gzip, or no operation is refused', async () => {
  const ids = [await create(), await create()].map(({ headers }) => headers.get('x-request-id'));

  expect(new Set(ids).size).toBe(2);
  expect((await client.post('/assets', Buffer.from('{'))).status).toBe(400);
  expect((await client.post('/assets', Buffer.from('[]'))).status).toBe(400);
  expect((await client.post('/assets', Buffer.from('x'), { 'content-encoding': 'gzip' })).status).toBe(400);
  expect((await client.post('/assets', Buffer.from('x'), { 'content-encoding': 'br' })).status).toBe(400);
  const items = gzipSync(JSON.stringify({ items: [{ name: 'x' }] }));
  expect((await client.post('/assets', items, { 'content-encoding': 'gzip' })).status).toBe(201);
  expect((await client.post('/nothing', {})).status).toBe(404);
  expect((await client.get('/raw/dbs/%ff/tables')).status).toBe(400);
});
