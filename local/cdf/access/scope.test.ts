// Scopes of capabilities over HTTP: what a grant does not reach is 403 to write and to read by id, and does not show in lists.
import type { Cdf } from '../server';
import { startCdf } from '../server';
import type { TestClient } from '../test-client';
import { connect } from '../test-client';
import type { Capability } from './capability';

let cdf: Cdf;
let all: TestClient;
let mine: number;
let other: number;

beforeAll(async () => {
  cdf = await startCdf();
  all = await connect(cdf);
});
afterAll(() => cdf.close());
beforeEach(async () => {
  await all.control('DELETE', '/state');
  const { items } = (
    await all.post('/datasets', { items: [{ externalId: 'mine' }, { externalId: 'other' }] })
  ).body;
  [mine, other] = items!.map(({ id }) => id) as [number, number];
});

/** A client that may do this and nothing else. */
async function clientWith(
  acl: `${string}Acl`,
  actions: string[],
  scope: Record<string, unknown>,
): Promise<TestClient> {
  const client = { id: 'scoped', secret: 'secret-of-scoped' };
  const capabilities: Capability[] = [
    { [acl]: { actions, scope } },
    { datasetsAcl: { actions: ['READ'], scope: { all: {} } } },
    { dataModelsAcl: { actions: ['READ'], scope: { all: {} } } },
  ];
  await all.control('POST', '/clients', { ...client, capabilities });
  return connect(cdf, client);
}

const FORBIDDEN = { code: 403, message: expect.stringContaining('insufficient access rights') as string };

test.each([
  ['assetsAcl', '/assets', { name: 'a' }],
  ['eventsAcl', '/events', {}],
  ['timeSeriesAcl', '/timeseries', {}],
  ['sequencesAcl', '/sequences', { columns: [{ externalId: 'c' }] }],
  ['labelsAcl', '/labels', { name: 'l' }],
  [
    'relationshipsAcl',
    '/relationships',
    { sourceExternalId: 'a', sourceType: 'asset', targetExternalId: 'b', targetType: 'event' },
  ],
] as const)('%s: a data set bounds what is written and seen', async (acl, path, item) => {
  const client = await clientWith(acl, ['READ', 'WRITE'], { datasetScope: { ids: [`${mine}`] } });
  const create = (by: TestClient, externalId: string, dataSetId?: number) =>
    by.post(path, { items: [{ ...item, externalId, ...(dataSetId === undefined ? {} : { dataSetId }) }] });

  expect((await create(client, 'in', mine)).status).toBe(201);
  expect((await create(client, 'out', other)).body.error).toEqual(FORBIDDEN);
  expect((await create(client, 'none')).body.error).toEqual(FORBIDDEN);
  await create(all, 'out', other);

  const items = [{ externalId: 'out' }];
  expect((await client.post(`${path}/delete`, { items })).body.error).toEqual(FORBIDDEN);
  expect((await client.post(`${path}/byids`, { items })).body.error).toEqual(FORBIDDEN);
  expect((await client.post(`${path}/list`, {})).body.items).toMatchObject([{ externalId: 'in' }]);
  expect((await all.post(`${path}/list`, {})).body.items).toHaveLength(2);
});

test('an item cannot be moved into a data set or out of one that the grant does not reach', async () => {
  const client = await clientWith('eventsAcl', ['READ', 'WRITE'], { datasetScope: { ids: [mine] } });
  await all.post('/events', {
    items: [
      { externalId: 'in', dataSetId: mine },
      { externalId: 'out', dataSetId: other },
    ],
  });
  const move = (externalId: string, set: number) =>
    client.post('/events/update', { items: [{ externalId, update: { dataSetId: { set } } }] });

  expect((await move('in', other)).status).toBe(403);
  expect((await move('out', mine)).status).toBe(403);
  expect((await move('in', mine)).status).toBe(200);
});

test('data points and sequence rows go by their series and sequences', async () => {
  await all.post('/timeseries', { items: [{ externalId: 'out', dataSetId: other }] });
  await all.post('/sequences', {
    items: [{ externalId: 'out', columns: [{ externalId: 'c' }], dataSetId: other }],
  });
  const points = await clientWith('timeSeriesAcl', ['READ', 'WRITE'], { datasetScope: { ids: [mine] } });
  const datapoints = [{ timestamp: 1, value: 1 }];
  expect((await points.post('/timeseries/data', { items: [{ externalId: 'out', datapoints }] })).status).toBe(
    403,
  );
  expect((await points.post('/timeseries/data/list', { items: [{ externalId: 'out' }] })).status).toBe(403);

  const rows = await clientWith('sequencesAcl', ['READ', 'WRITE'], { datasetScope: { ids: [mine] } });
  const item = { externalId: 'out', columns: ['c'], rows: [{ rowNumber: 1, values: [1] }] };
  expect((await rows.post('/sequences/data', { items: [item] })).status).toBe(403);
  expect((await rows.post('/sequences/data/list', { externalId: 'out' })).status).toBe(403);
});

test('a write-protected data set wants its owner', async () => {
  await all.post('/datasets/update', {
    items: [{ externalId: 'mine', update: { writeProtected: { set: true } } }],
  });
  const client = await clientWith('eventsAcl', ['READ', 'WRITE'], { all: {} });

  expect((await client.post('/events', { items: [{ dataSetId: mine }] })).status).toBe(403);
  expect((await client.post('/events', { items: [{ dataSetId: other }] })).status).toBe(201);
  expect((await all.post('/events', { items: [{ dataSetId: mine }] })).status).toBe(201);
});

test('RAW goes by tables, in either form; no tables are all of the database', async () => {
  const dbsToTables = { a: ['t'], b: { tables: ['t'] }, c: [] };
  const client = await clientWith('rawAcl', ['READ', 'WRITE', 'LIST'], { tableScope: { dbsToTables } });
  const insert = (path: string) =>
    client.post(`/raw/dbs/${path}/rows?ensureParent=true`, { items: [{ key: 'k', columns: {} }] });

  expect((await insert('a/tables/t')).status).toBe(200);
  expect((await insert('b/tables/t')).status).toBe(200);
  expect((await insert('c/tables/any')).status).toBe(200);
  expect((await insert('a/tables/u')).status).toBe(403);
  expect((await insert('d/tables/t')).status).toBe(403);
  expect((await client.get('/raw/dbs/a/tables/u/rows')).status).toBe(403);
  expect((await client.post('/raw/dbs', { items: [{ name: 'd' }] })).status).toBe(403);
  await all.post('/raw/dbs/a/tables', { items: [{ name: 'u' }] });
  expect((await client.get('/raw/dbs/a/tables')).body.items).toEqual([{ name: 't' }]);
});

test('instances go by spaces', async () => {
  await all.post('/models/spaces', { items: [{ space: 'in' }, { space: 'out' }] });
  const client = await clientWith('dataModelInstancesAcl', ['READ', 'WRITE'], {
    spaceIdScope: { spaceIds: ['in'] },
  });
  const write = (by: TestClient, space: string) =>
    by.post('/models/instances', { items: [{ instanceType: 'node', space, externalId: 'n' }] });

  expect((await write(client, 'in')).status).toBe(200);
  expect((await write(client, 'out')).body.error).toEqual(FORBIDDEN);
  await write(all, 'out');
  expect((await client.post('/models/instances/list', {})).body.items).toMatchObject([{ space: 'in' }]);
});

test('series go by their own id and by the root of their asset', async () => {
  const [root] = (await all.post('/assets', { items: [{ name: 'root' }] })).body.items!;
  const assetId = root!['id'];
  const created = await all.post('/timeseries', {
    items: [{ externalId: 'a', assetId }, { externalId: 'b' }],
  });
  const delete_ = (client: TestClient, externalId: string) =>
    client.post('/timeseries/delete', { items: [{ externalId }] });

  const byRoot = await clientWith('timeSeriesAcl', ['WRITE'], { assetRootIdScope: { rootIds: [assetId] } });
  expect((await delete_(byRoot, 'b')).status).toBe(403);
  expect((await delete_(byRoot, 'a')).status).toBe(200);
  const byId = await clientWith('timeSeriesAcl', ['WRITE'], {
    idscope: { ids: [created.body.items![1]!['id']] },
  });
  expect((await delete_(byId, 'b')).status).toBe(200);
});

test('runs go by their pipeline', async () => {
  await all.post('/extpipes', { items: [{ externalId: 'p', name: 'p', dataSetId: other }] });
  const run = { items: [{ externalId: 'p', status: 'seen' }] };
  const grant = (scope: Record<string, unknown>) => clientWith('extractionRunsAcl', ['READ', 'WRITE'], scope);

  expect((await (await grant({ datasetScope: { ids: [mine] } })).post('/extpipes/runs', run)).status).toBe(
    403,
  );
  expect((await (await grant({ datasetScope: { ids: [other] } })).post('/extpipes/runs', run)).status).toBe(
    200,
  );
});

test('a scope that is not known reaches nothing', async () => {
  const client = await clientWith('eventsAcl', ['WRITE'], { moonScope: {} });

  expect((await client.post('/events', { items: [{}] })).status).toBe(403);
});
