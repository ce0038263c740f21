// Spaces, containers, views and data models over HTTP.
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
  time = 1000;
  await client.control('DELETE', '/state');
  await post('spaces', { space: 'plant' });
  await post('containers', pump);
});

const post = (path: string, ...items: unknown[]) => client.post(`/models/${path}`, { items });
const pump = {
  ...{ space: 'plant', externalId: 'Pump' },
  properties: {
    name: { type: { type: 'text' }, nullable: false },
    speed: { type: { type: 'float64' }, defaultValue: 3 },
    next: { type: { type: 'direct' } },
  },
};
const container = { type: 'container', space: 'plant', externalId: 'Pump' };
const mapped = (name: string) => ({ container, containerPropertyIdentifier: name });
const reference = (externalId: string) => ({ type: 'view', space: 'plant', externalId, version: '1' });
const view = (externalId: string, properties: object, rest: object = {}) => ({
  ...{ space: 'plant', externalId, version: '1', properties },
  ...rest,
});

test('what is written again unchanged keeps its time', async () => {
  time = 2000;

  const again = await post('spaces', { space: 'plant' });
  const changed = await post('spaces', { space: 'plant', name: 'Plant' });

  expect(again.body.items).toEqual([
    { space: 'plant', createdTime: 1000, lastUpdatedTime: 1000, isGlobal: false },
  ]);
  expect(changed.body.items).toMatchObject([{ name: 'Plant', createdTime: 1000, lastUpdatedTime: 2000 }]);
});

test('byids leaves out what there is not', async () => {
  expect((await post('spaces/byids', { space: 'plant' }, { space: 'no' })).body.items).toHaveLength(1);
  expect((await post('views/byids', { space: 'plant', externalId: 'No' })).body).toEqual({ items: [] });
});

test('a container shows its properties with their defaults', async () => {
  const [stored] = (await post('containers/byids', { space: 'plant', externalId: 'Pump' })).body.items!;

  expect(stored).toMatchObject({
    usedFor: 'node',
    properties: {
      name: {
        type: { type: 'text', list: false, collation: 'ucs_basic' },
        nullable: false,
        immutable: false,
      },
      speed: {
        type: { type: 'float64', list: false },
        nullable: true,
        autoIncrement: false,
        defaultValue: 3,
      },
    },
  });
});

test('a view shows the types behind its properties, and whether it can be written', async () => {
  const whole = await post(
    'views',
    view('Whole', { called: mapped('name'), next: { ...mapped('next'), source: reference('Whole') } }),
  );
  const part = await post('views', view('Part', { speed: mapped('speed') }));

  expect(whole.body.items).toMatchObject([
    {
      ...{ writable: true, queryable: true, usedFor: 'node', mappedContainers: [container] },
      properties: {
        called: { ...mapped('name'), type: { type: 'text' }, nullable: false },
        next: { type: { type: 'direct', source: reference('Whole') } },
      },
    },
  ]);
  expect(part.body.items).toMatchObject([{ writable: false }]);
});

test('a view has what it implements, and its own wins', async () => {
  const called = { ...mapped('name'), description: 'own' };
  await post(
    'views',
    view('Child', { called }, { implements: [reference('Parent')] }),
    view('Parent', {
      ...{ called: mapped('name'), speed: mapped('speed') },
    }),
  );
  const read = async (query: string) => {
    const { body } = await client.post(`/models/views/byids${query}`, {
      items: [{ space: 'plant', externalId: 'Child', version: '1' }],
    });
    return body.items![0]!['properties'];
  };

  expect(await read('')).toMatchObject({
    called: { description: 'own' },
    speed: { type: { type: 'float64' } },
  });
  expect(Object.keys((await read('?includeInheritedProperties=false')) as object)).toEqual(['called']);
});

test('without a version all versions are read, and a list shows the last', async () => {
  await post('views', view('V', {}), { ...view('V', {}), version: '2' });

  expect((await post('views/byids', { space: 'plant', externalId: 'V' })).body.items).toHaveLength(2);
  expect((await client.get('/models/views?space=plant')).body.items).toMatchObject([{ version: '2' }]);
  expect((await client.get('/models/views?allVersions=true&limit=1')).body).toHaveProperty('nextCursor');
});

test('a data model names views, or spells them out', async () => {
  const model = {
    space: 'plant',
    externalId: 'M',
    version: '1',
    views: [view('V', { name: mapped('name') })],
  };
  const byId = { space: 'plant', externalId: 'M' };

  expect((await post('datamodels', model)).body.items).toMatchObject([{ views: [reference('V')] }]);
  const inline = await client.post('/models/datamodels/byids?inlineViews=true', { items: [byId] });
  expect(inline.body.items).toMatchObject([{ views: [{ externalId: 'V', writable: true }] }]);
  const unknown = { ...model, views: [reference('No')] };
  expect((await post('datamodels', unknown)).status).toBe(400);
});

test.each([
  ['spaces', { space: 'cdf' }],
  ['spaces', { space: '1st' }],
  ['containers', { ...pump, space: 'no' }],
  ['containers', { ...pump, properties: {} }],
  ['containers', { ...pump, properties: { p: { type: { type: 'decimal' } } } }],
  ['containers', { ...pump, properties: { space: { type: { type: 'text' } } } }],
  ['containers', { ...pump, properties: { e: { type: { type: 'enum', values: {} } } } }],
  ['views', view('V', { p: mapped('no') })],
  ['views', view('V', {}, { implements: [reference('No')] })],
  ['views', view('V', { p: { connectionType: 'some' } })],
])('%s %j is refused', async (kind, item) => {
  expect((await post(kind, item)).status).toBe(400);
});

test('only an empty space is deleted', async () => {
  expect((await post('spaces/delete', { space: 'plant' })).status).toBe(400);
  await post('containers/delete', { space: 'plant', externalId: 'Pump' });
  expect((await post('spaces/delete', { space: 'plant' }, { space: 'no' })).body.items).toEqual([
    { space: 'plant' },
  ]);
});

test('the statistics count', async () => {
  expect((await client.get('/models/statistics')).body).toMatchObject({
    ...{ containers: { count: 1 }, containerProperties: { count: 3 }, concurrentWriteLimit: 4 },
  });
});
