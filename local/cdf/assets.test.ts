// Assets over HTTP: life, limits at their edges, hierarchy.
import type { Cdf } from './server';
import { startCdf } from './server';
import type { TestClient } from './test-client';
import { connect } from './test-client';

let cdf: Cdf;
let client: TestClient;

beforeAll(async () => {
  cdf = await startCdf();
  client = await connect(cdf);
});
afterAll(() => cdf.close());
beforeEach(async () => {
  await client.control('DELETE', '/state');
});

const create = (...items: unknown[]) => client.post('/assets', { items });
const update = (...items: unknown[]) => client.post('/assets/update', { items });

test('an asset is created, read, listed, counted, changed and deleted', async () => {
  await newLabels(2);
  const whole = {
    externalId: 'pump',
    name: 'Pump',
    description: 'd',
    dataSetId: await newDataSet(),
    metadata: { a: '1', b: '2' },
    source: 's',
    labels: labels(1),
    geoLocation: { type: 'Feature', geometry: { type: 'Point', coordinates: [1, 2] }, properties: {} },
  };

  const created = await create(whole);
  const asset = created.body.items![0]!;

  expect(created.status).toBe(201);
  expect(asset).toEqual({
    ...whole,
    id: expect.any(Number) as number,
    rootId: asset['id'],
    createdTime: expect.any(Number) as number,
    lastUpdatedTime: expect.any(Number) as number,
  });
  expect((await client.post('/assets/byids', { items: [{ externalId: 'pump' }] })).body.items).toEqual([
    asset,
  ]);
  expect((await client.get(`/assets/${String(asset['id'])}`)).body).toEqual(asset);
  expect((await client.post('/assets/list', { filter: { metadata: { a: '1' } } })).body).toEqual({
    items: [asset],
  });
  expect((await client.post('/assets/aggregate', {})).body).toEqual({ items: [{ count: 1 }] });

  const updated = await update({
    externalId: 'pump',
    update: {
      externalId: { set: 'pump2' },
      name: { set: 'Pump 2' },
      description: { setNull: true },
      metadata: { add: { c: '3' }, remove: ['a', 'zz'] },
      labels: { add: labels(2), remove: [{ externalId: 'no' }] },
    },
  });

  expect(updated.status).toBe(200);
  const { description: _gone, ...rest } = asset;
  expect(updated.body.items).toEqual([
    {
      ...rest,
      externalId: 'pump2',
      name: 'Pump 2',
      metadata: { b: '2', c: '3' },
      labels: labels(2),
      lastUpdatedTime: expect.any(Number) as number,
    },
  ]);
  expect(await client.post('/assets/delete', { items: [{ id: asset['id'] }] })).toMatchObject({
    status: 200,
    body: {},
  });
  expect((await client.post('/assets/byids', { items: [{ externalId: 'pump2' }] })).body.error).toMatchObject(
    {
      code: 400,
      missing: [{ externalId: 'pump2' }],
    },
  );
});

test.each([
  ['name', 'n'.repeat(140), 'n'.repeat(141)],
  ['name', 'n', ''],
  ['externalId', '😀'.repeat(255), '😀'.repeat(256)],
  ['description', 'd'.repeat(500), 'd'.repeat(501)],
  ['source', 's'.repeat(128), 's'.repeat(129)],
  ['metadata', { ['k'.repeat(128)]: 'v' }, { ['k'.repeat(127) + 'é']: 'v' }],
  ['metadata', { k: 'v'.repeat(10_239) }, { k: 'v'.repeat(10_240) }],
  ['metadata', many(256), many(257)],
  ['metadata', { a: '' }, { a: null }],
  ['metadata', {}, { a: 1 }],
  ['labels', labels(10), labels(11)],
  ['description', '', null],
  ['source', 'x', 7],
])('%s is taken at its limit and refused beyond', async (field, good, bad) => {
  await newLabels(10);
  expect((await create({ name: 'x', [field]: bad })).status).toBe(400);
  expect((await create({ name: 'x', [field]: good })).status).toBe(201);
});

async function newDataSet(): Promise<unknown> {
  return (await client.post('/datasets', { items: [{}] })).body.items![0]!['id'];
}

async function newLabels(count: number): Promise<void> {
  await client.post('/labels', { items: labels(count).map((label) => ({ ...label, name: 'l' })) });
}

function many(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, '']));
}

function labels(count: number): object[] {
  return Array.from({ length: count }, (_, i) => ({ externalId: `l${i}` }));
}

test('a request holds 1 to 1000 items, and is written whole or not at all', async () => {
  const items = Array.from({ length: 1001 }, (_, i) => ({ name: `${i}` }));

  expect((await create(...items)).status).toBe(400);
  expect((await create()).status).toBe(400);
  expect((await create(...items.slice(0, 999), { externalId: 'no name' })).body.error).toMatchObject({
    code: 400,
    missingFields: ['name'],
  });
  expect((await client.post('/assets/aggregate', {})).body.items).toEqual([{ count: 0 }]);
  expect((await create(...items.slice(0, 1000))).status).toBe(201);
});

test('external ids that are taken are all listed, and nothing is written', async () => {
  await create({ externalId: 'a', name: 'a' }, { externalId: 'b', name: 'b' });

  const answer = await create(...['a', 'c', 'b'].map((externalId) => ({ externalId, name: 'x' })));

  expect(answer.status).toBe(409);
  expect(answer.body.error).toMatchObject({ duplicated: [{ externalId: 'a' }, { externalId: 'b' }] });
  expect((await client.post('/assets/aggregate', {})).body.items).toEqual([{ count: 2 }]);
  const twice = await create({ externalId: 'd', name: 'd' }, { externalId: 'd', name: 'd' });
  expect(twice).toMatchObject({ status: 409, body: { error: { duplicated: [{ externalId: 'd' }] } } });
});

test('parents come from CDF or from the same request, and name the root', async () => {
  const first = await create(
    { externalId: 'leaf', name: 'leaf', parentExternalId: 'middle' },
    { externalId: 'middle', name: 'middle', parentExternalId: 'root' },
    { externalId: 'root', name: 'root' },
  );
  const [leaf, middle, root] = first.body.items!;

  expect(leaf).toMatchObject({ parentId: middle!['id'], parentExternalId: 'middle', rootId: root!['id'] });
  const later = await create({ name: 'later', parentId: leaf!['id'] });
  expect(later.body.items![0]).toMatchObject({ rootId: root!['id'], parentExternalId: 'leaf' });
  const properties = { aggregatedProperties: ['childCount', 'depth', 'path'] };
  const read = await client.post('/assets/byids', { items: [{ externalId: 'leaf' }], ...properties });
  expect(read.body.items![0]!['aggregates']).toEqual({
    childCount: 1,
    depth: 2,
    path: [root, middle, leaf].map((asset) => ({ id: asset!['id'] })),
  });
});

test.each([
  ['an unknown parent', [{ name: 'x', parentExternalId: 'nobody' }]],
  ['an unknown parent id', [{ name: 'x', parentId: 12 }]],
  ['two parents', [{ name: 'x', parentId: 12, parentExternalId: 'a' }]],
  [
    'a circle',
    [
      { externalId: 'p', name: 'p', parentExternalId: 'q' },
      { externalId: 'q', name: 'q', parentExternalId: 'p' },
    ],
  ],
  ['an unknown field', [{ name: 'x', nmae: 'y' }]],
])('%s is refused', async (_, items) => {
  expect((await create(...items)).status).toBe(400);
});

test('an asset moves under its root only, and a root stays one', async () => {
  await create(
    { externalId: 'r', name: 'r' },
    { externalId: 'a', name: 'a', parentExternalId: 'r' },
    { externalId: 'b', name: 'b', parentExternalId: 'r' },
    { externalId: 'other', name: 'other' },
  );
  const move = (externalId: string, to: string) =>
    update({ externalId, update: { parentExternalId: { set: to } } });

  expect((await move('a', 'other')).status).toBe(400);
  expect((await move('other', 'r')).status).toBe(400);
  expect((await move('a', 'a')).status).toBe(400);
  expect((await move('a', 'b')).body.items![0]).toMatchObject({ parentExternalId: 'b' });
  expect((await move('b', 'a')).status).toBe(400);
  expect((await move('a', 'r')).body.items![0]).toMatchObject({ parentExternalId: 'r' });
  const both = { parentExternalId: { set: 'b' }, parentId: { set: 12 } };
  expect((await update({ externalId: 'a', update: both })).status).toBe(400);
});

test('a parent is deleted with its children, or recursively, or not', async () => {
  const tree = [
    { externalId: 'r', name: 'r' },
    { externalId: 'a', name: 'a', parentExternalId: 'r' },
  ];
  const remove = (items: unknown[], recursive = false) => client.post('/assets/delete', { items, recursive });

  await create(...tree);
  expect((await remove([{ externalId: 'r' }])).status).toBe(400);
  expect((await remove([{ externalId: 'r' }, { externalId: 'a' }])).status).toBe(200);
  await create(...tree);
  expect((await remove([{ externalId: 'r' }], true)).status).toBe(200);
  expect((await client.post('/assets/aggregate', {})).body.items).toEqual([{ count: 0 }]);
});

test.each([
  ['id', { id: { set: 1 } }],
  ['rootId', { rootId: { set: 1 } }],
  ['name to null', { name: { setNull: true } }],
  ['name by null', { name: { set: null } }],
  ['two verbs', { description: { set: 'x', setNull: true } }],
  ['no verb', { description: {} }],
  ['metadata beyond its limit', { metadata: { add: many(257) } }],
  ['metadata to null', { metadata: { setNull: true } }],
])('an update of %s is refused and changes nothing', async (_, change) => {
  await create({ externalId: 'a', name: 'a' }, { externalId: 'b', name: 'b' });

  const answer = await update(
    { externalId: 'b', update: { name: { set: 'changed' } } },
    { externalId: 'a', update: change },
  );

  expect(answer.status).toBe(400);
  const read = await client.post('/assets/byids', { items: [{ externalId: 'b' }] });
  expect(read.body.items).toMatchObject([{ name: 'b' }]);
});

test('an update lists all that is missing, refuses a taken external id, and lets two exchange theirs', async () => {
  await create(
    { externalId: 'a', name: 'a' },
    { externalId: 'b', name: 'b' },
    { externalId: 'c', name: 'c' },
  );
  const rename = (from: string, to: string) => ({ externalId: from, update: { externalId: { set: to } } });

  expect((await update(rename('x', 'y'), rename('a', 'z'), { id: 5, update: {} })).body.error).toMatchObject({
    missing: [{ externalId: 'x' }, { id: 5 }],
  });
  expect(await update(rename('a', 'c'))).toMatchObject({ status: 409 });
  expect(await update(rename('a', 'z'), rename('b', 'z'))).toMatchObject({ status: 409 });
  expect(await update(rename('a', 'z'), rename('a', 'z'))).toMatchObject({ status: 409 });
  expect((await update(rename('a', 'b'), rename('b', 'a'))).body.items).toMatchObject([
    { name: 'a' },
    { name: 'b' },
  ]);
});

test('a list comes in pages that survive deletes', async () => {
  await create(...Array.from({ length: 5 }, (_, i) => ({ externalId: `${i}`, name: `${i}` })));

  const first = await client.post('/assets/list', { limit: 2 });
  await client.post('/assets/delete', { items: [{ externalId: '1' }, { externalId: '2' }] });
  const second = await client.post('/assets/list', { limit: 2, cursor: first.body['nextCursor'] });

  expect(first.body.items!.map((asset) => asset['name'])).toEqual(['0', '1']);
  expect(second.body.items!.map((asset) => asset['name'])).toEqual(['3', '4']);
  expect(second.body).not.toHaveProperty('nextCursor');
  expect((await client.get('/assets?limit=1')).body.items).toHaveLength(1);
  expect((await client.post('/assets/list', { limit: 1001 })).status).toBe(400);
  expect((await client.post('/assets/list', { filter: { unheard: 1 } })).status).toBe(400);
  expect((await client.post('/assets/list', { cursor: 'x' })).status).toBe(400);
});
