// Nodes and edges over HTTP: merge and replace, versions, what is created on the way, one transaction.
import type { Cdf } from '../../server';
import { startCdf } from '../../server';
import type { TestClient } from '../../test-client';
import { connect } from '../../test-client';

let cdf: Cdf;
let client: TestClient;
let time = 1000;

beforeAll(async () => {
  cdf = await startCdf({ now: () => time });
  client = await connect(cdf);
});
afterAll(() => cdf.close());
beforeEach(async () => {
  time = 1000;
  await client.control('DELETE', '/state');
  await client.post('/models/spaces', { items: [{ space: 'plant' }, { space: 'model' }] });
  await client.post('/models/containers', { items: [pump, flow] });
  await client.post('/models/views', { items: [pumpView, flowView] });
});

const pump = {
  ...{ space: 'model', externalId: 'Pump' },
  properties: {
    title: { type: { type: 'text' }, nullable: false },
    speed: { type: { type: 'int32' }, defaultValue: 7 },
    serial: { type: { type: 'text' }, immutable: true },
    next: { type: { type: 'direct' } },
    near: { type: { type: 'direct', list: true } },
    hidden: { type: { type: 'text' } },
  },
};
const flow = {
  ...{ space: 'model', externalId: 'Flow', usedFor: 'edge' },
  properties: { rate: { type: { type: 'float64' } } },
};
const mapped = (externalId: string, name: string) => ({
  container: { type: 'container', space: 'model', externalId },
  containerPropertyIdentifier: name,
});
const names = ['speed', 'serial', 'next', 'near'];
const pumpView = {
  ...{ space: 'model', externalId: 'PumpView', version: 'v1' },
  properties: {
    name: mapped('Pump', 'title'),
    ...Object.fromEntries(names.map((name) => [name, mapped('Pump', name)])),
  },
};
const flowView = {
  ...{ space: 'model', externalId: 'FlowView', version: 'v1' },
  properties: { rate: mapped('Flow', 'rate') },
};
const viewOf = (externalId: string) => ({ type: 'view', space: 'model', externalId, version: 'v1' });
const at = (externalId: string) => ({ space: 'plant', externalId });
const node = (externalId: string, properties?: object, rest: object = {}) => ({
  ...{ instanceType: 'node', ...at(externalId) },
  ...(properties === undefined ? {} : { sources: [{ source: viewOf('PumpView'), properties }] }),
  ...rest,
});
const edge = (externalId: string, rest: object = {}) => ({
  ...{ instanceType: 'edge', ...at(externalId), type: at('pipe'), startNode: at('a'), endNode: at('b') },
  ...rest,
});
const write = (items: unknown[], flags: object = {}) => client.post('/models/instances', { items, ...flags });
const byIds = (items: unknown[], view?: string) =>
  client.post('/models/instances/byids', {
    items,
    ...(view === undefined ? {} : { sources: [{ source: viewOf(view) }] }),
  });
const propertiesOf = async (externalId: string) => {
  const [found] = (await byIds([node(externalId)], 'PumpView')).body.items!;
  return (found?.['properties'] as Record<string, Record<string, object>>)['model']?.['PumpView/v1'];
};

test('a node is made with its defaults, and read through its view', async () => {
  const written = await write([node('a', { name: 'A', serial: 's' }, { type: at('type') })]);

  expect(written).toMatchObject({ status: 200 });
  expect(written.body).toEqual({
    items: [
      {
        ...{ instanceType: 'node', space: 'plant', externalId: 'a', version: 1, wasModified: true },
        ...{ createdTime: 1000, lastUpdatedTime: 1000 },
      },
    ],
    deleted: [],
  });
  expect((await byIds([node('a')], 'PumpView')).body.items).toEqual([
    {
      ...{ instanceType: 'node', space: 'plant', externalId: 'a', type: at('type'), version: 1 },
      ...{ createdTime: 1000, lastUpdatedTime: 1000 },
      properties: { model: { 'PumpView/v1': { name: 'A', speed: 7, serial: 's' } } },
    },
  ]);
});

test('a write merges, and null empties a property', async () => {
  await write([node('a', { name: 'A', serial: 's', speed: 1 })]);
  time = 2000;

  const { body } = await write([node('a', { speed: 2 })]);

  expect(body.items).toMatchObject([{ version: 2, createdTime: 1000, lastUpdatedTime: 2000 }]);
  expect(await propertiesOf('a')).toEqual({ name: 'A', serial: 's', speed: 2 });
  await write([node('a', { speed: null })]);
  await write([node('a', { name: 'B' })]);
  expect(await propertiesOf('a')).toEqual({ name: 'B', serial: 's' });
});

test('a write that changes nothing says so and moves neither version nor time', async () => {
  await write([node('a', { name: 'A' })]);
  time = 2000;

  const { body } = await write([node('a', { name: 'A' }), node('a2', { name: 'A' })]);

  expect(body.items).toMatchObject([
    { wasModified: false, version: 1, lastUpdatedTime: 1000 },
    { wasModified: true, version: 1, lastUpdatedTime: 2000 },
  ]);
});

test('replace empties what is not given, of the whole container', async () => {
  const source = { type: 'container', space: 'model', externalId: 'Pump' };
  await write([{ ...node('a'), sources: [{ source, properties: { title: 'A', hidden: 'h', speed: 1 } }] }]);

  expect((await write([node('a', { speed: 2 })], { replace: true })).status).toBe(400);
  expect((await write([node('a', { name: 'B' })], { replace: true })).status).toBe(200);

  expect(await propertiesOf('a')).toEqual({ name: 'B', speed: 7 });
});

test.each([
  ['a required property is missing', { speed: 1 }],
  ['a required property is null', { name: null }],
  ['a property is unknown', { name: 'A', no: 1 }],
  ['a value is of another type', { name: 'A', speed: 'x' }],
])('%s: nothing of the request is written', async (_, properties) => {
  expect((await write([node('b', { name: 'B' }), node('a', properties)])).status).toBe(400);
  expect((await byIds([node('a'), node('b')])).body.items).toEqual([]);
});

test('an immutable property stays', async () => {
  await write([node('a', { name: 'A', serial: 's' })]);

  expect((await write([node('a', { serial: 's', speed: 1 })])).status).toBe(200);
  expect((await write([node('a', { serial: 't' })])).body.error).toMatchObject({
    message: "Cannot update immutable property 'PumpView.serial'",
  });
});

test('existingVersion refuses what is newer; 0 only creates', async () => {
  expect((await write([node('a', { name: 'A' }, { existingVersion: 0 })])).status).toBe(200);
  const conflict = await write([node('b', { name: 'B' }), node('a', { name: 'B' }, { existingVersion: 0 })]);

  expect(conflict.status).toBe(409);
  expect(conflict.body.error).toEqual({ code: 409, message: expect.any(String) as string });
  expect((await byIds([node('b')])).body.items).toEqual([]);
  expect((await write([node('a', { name: 'B' }, { existingVersion: 1 })])).status).toBe(200);
  const skipped = await write([node('a', { name: 'C' }, { existingVersion: 1 })], {
    skipOnVersionConflict: true,
  });
  expect(skipped.body.items).toMatchObject([{ wasModified: false, version: 2 }]);
});

test('targets of direct relations are created unless the request says no', async () => {
  const pointing = node('a', { name: 'A', next: at('b'), near: [at('c'), at('d')] });

  expect((await write([pointing], { autoCreateDirectRelations: false })).status).toBe(400);
  expect((await write([pointing])).status).toBe(200);
  expect((await byIds(['b', 'c', 'd'].map((name) => node(name)))).body.items).toHaveLength(3);
});

test('the ends of an edge must be there, unless the request creates them', async () => {
  expect((await write([edge('e')])).status).toBe(400);
  expect((await write([edge('e')], { autoCreateStartNodes: true })).status).toBe(400);
  const flags = { autoCreateStartNodes: true, autoCreateEndNodes: true };
  expect((await write([edge('e')], flags)).status).toBe(200);
  expect((await byIds([node('a'), node('b'), node('pipe')])).body.items).toHaveLength(3);
  expect((await write([edge('f'), node('x')])).status).toBe(200);
});

test('an edge has properties of its own, and no node has an edge’s', async () => {
  const sources = [{ source: viewOf('FlowView'), properties: { rate: 1.5 } }];
  await write([node('a'), node('b'), edge('e', { sources })]);

  expect(
    (
      await byIds(
        [edge('e')].map(({ instanceType, space, externalId }) => ({ instanceType, space, externalId })),
        'FlowView',
      )
    ).body.items,
  ).toMatchObject([
    {
      ...{ startNode: at('a'), endNode: at('b'), type: at('pipe') },
      properties: { model: { 'FlowView/v1': { rate: 1.5 } } },
    },
  ]);
  expect((await write([{ ...node('n'), sources }])).status).toBe(400);
  expect((await write([node('e')])).status).toBe(400);
});

test('a node takes its edges along, what is not there is ignored, an unknown space is refused', async () => {
  await write([node('a'), node('b'), edge('e')]);
  const remove = (...items: unknown[]) => client.post('/models/instances/delete', { items });

  expect((await remove(node('a'), node('no'))).body.items).toEqual([node('a')]);
  expect((await client.post('/models/instances/list', { instanceType: 'edge' })).body.items).toEqual([]);
  expect((await remove({ ...node('a'), space: 'no' })).status).toBe(400);
});

test('writes and deletes go together', async () => {
  await write([node('a')]);

  const { body } = await write([node('b')], { delete: [node('a'), node('no')] });

  expect(body).toMatchObject({ items: [{ externalId: 'b' }], deleted: [node('a')] });
  expect((await write([node('b')], { delete: [node('b')] })).status).toBe(400);
});

test('a request holds 1000 instances, deletes included, each once', async () => {
  const nodes = Array.from({ length: 1000 }, (_, i) => node(`n${i}`));

  expect((await write(nodes, { delete: [node('x')] })).status).toBe(400);
  expect((await write([...nodes, node('x')])).status).toBe(400);
  expect((await write([node('a'), node('a')])).status).toBe(400);
  expect((await write(nodes)).status).toBe(200);
  expect((await write([])).status).toBe(200);
});

test('what a write names must be there', async () => {
  const sources = [{ source: viewOf('No'), properties: { name: 'A' } }];

  expect((await write([{ ...node('a'), sources }])).status).toBe(400);
  expect((await write([{ ...node('a'), space: 'no' }])).status).toBe(400);
});

test('a list is filtered, paged, and shows what has data in the view', async () => {
  await write([node('a', { name: 'A' }), node('b', { name: 'B' }), node('c')]);
  const list = async (request: object) => (await client.post('/models/instances/list', request)).body;
  const sources = [{ source: viewOf('PumpView') }];
  const equals = (property: string[], value: unknown) => ({ equals: { property, value } });

  expect((await list({})).items).toHaveLength(3);
  expect((await list({ sources })).items).toHaveLength(2);
  expect((await list({ filter: equals(['model', 'PumpView/v1', 'name'], 'B') })).items).toMatchObject([
    { externalId: 'b' },
  ]);
  const filter = {
    and: [
      { hasData: [viewOf('PumpView')] },
      { in: { property: ['node', 'externalId'], values: ['a', 'c'] } },
    ],
  };
  expect((await list({ filter })).items).toMatchObject([{ externalId: 'a' }]);
  const first = await list({ limit: 2 });
  expect((await list({ limit: 2, cursor: first['nextCursor'] })).items).toMatchObject([{ externalId: 'c' }]);
  expect((await client.post('/models/instances/list', { filter: { prefix: {} } })).status).toBe(400);
});
