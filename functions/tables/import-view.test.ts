import { tableOf } from '../../shared/table-of-own';
import type { HttpApi } from '../../tests/support/http-api';
import { startHttpApi } from '../../tests/support/http-api';

let api: HttpApi;
let username: string;
beforeAll(async () => {
  api = await startHttpApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  ({ username } = await api.createUser());
});

const create = (options: object, tablename = 'pumps') =>
  api.call('POST', `/api/v1/projects/plant/postgresgateway/tables/${username}`, {
    items: [{ type: 'view', tablename, options }],
  });

const container = { type: 'container', space: 'plant', externalId: 'Pump' };

/** A property as CDF describes one that is mapped to a container. */
const mapped = (type: object, rest: object = {}) => ({
  type,
  container,
  containerPropertyIdentifier: 'p',
  nullable: true,
  immutable: false,
  autoIncrement: false,
  ...rest,
});

const aView = (properties: object, rest: object = {}) => ({
  space: 'plant',
  externalId: 'Pump',
  version: 'v1',
  createdTime: 1,
  lastUpdatedTime: 1,
  writable: true,
  queryable: true,
  usedFor: 'node',
  isGlobal: false,
  mappedContainers: [container],
  properties,
  ...rest,
});

function serve(...views: object[]): void {
  api.views = { status: 200, body: { items: views } };
}

const OPTIONS = { space: 'plant', externalId: 'Pump', version: 'v1' };

async function stored() {
  return tableOf((await api.tables.list(username)).tables[0]!);
}

test("a view's properties become columns of PostgreSQL's types, after the instance's own", async () => {
  const types = [
    'text',
    'int32',
    'int64',
    'float32',
    'float64',
    'boolean',
    'timestamp',
    'date',
    'json',
    'direct',
  ];
  const more = ['enum', 'timeseries', 'file', 'sequence'];
  const names = [...types, ...more];
  serve(
    aView({
      ...Object.fromEntries(names.map((type) => [`one_${type}`, mapped({ type })])),
      ...Object.fromEntries(names.map((type) => [`list_${type}`, mapped({ type, list: true })])),
    }),
  );

  expect((await create(OPTIONS)).status).toBe(200);

  expect((await stored()).columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
    ...['space text', 'external_id text', 'one_text text', 'one_int32 int4', 'one_int64 int8'],
    ...['one_float32 float4', 'one_float64 float8', 'one_boolean bool', 'one_timestamp timestamptz'],
    ...['one_date date', 'one_json json', 'one_direct json', 'one_enum text', 'one_timeseries text'],
    ...['one_file text', 'one_sequence text', 'list_text text[]', 'list_int32 int4[]', 'list_int64 int8[]'],
    ...['list_float32 float4[]', 'list_float64 float8[]', 'list_boolean bool[]'],
    ...['list_timestamp timestamptz[]', 'list_date date[]', 'list_json json[]', 'list_direct json[]'],
    ...['list_enum text[]', 'list_timeseries text[]', 'list_file text[]', 'list_sequence text[]'],
  ]);
});

test('the table writes instances of its view, and is listed as nodes', async () => {
  serve(aView({ name: mapped({ type: 'text' }) }));

  const created = await create({ ...OPTIONS, autoCreateDirectRelations: false });

  expect(await stored()).toMatchObject({
    key: ['space', 'external_id'],
    acl: 'dataModelInstancesAcl',
    request: {
      kind: 'instances',
      of: 'node',
      view: OPTIONS,
      autoCreateDirectRelations: false,
      autoCreateStartNodes: false,
      autoCreateEndNodes: false,
    },
  });
  const shown = {
    tablename: 'pumps',
    columns: { space: { type: 'TEXT' }, external_id: { type: 'TEXT' }, name: { type: 'TEXT' } },
    options: { ...OPTIONS, autoCreateDirectRelations: false },
  };
  expect(created.body.items).toEqual([{ type: 'view', ...shown, createdTime: 1_790_000_000_000 }]);
  const listed = await api.call('GET', `/api/v1/projects/plant/postgresgateway/tables/${username}`);
  expect(listed.body.items).toEqual([{ type: 'nodes', ...shown }]);
});

test('only what a container holds is a column; what must be given is required', async () => {
  serve(
    aView({
      must: mapped({ type: 'text' }, { nullable: false, immutable: true, description: 'A must.' }),
      hasDefault: mapped({ type: 'int32' }, { nullable: false, defaultValue: 7 }),
      counted: mapped({ type: 'int64' }, { nullable: false, autoIncrement: true }),
      edges: { connectionType: 'multi_edge_connection', source: OPTIONS, direction: 'outwards' },
      reverse: { connectionType: 'multi_reverse_direct_relation', source: OPTIONS },
      future: mapped({ type: 'quaternion' }),
    }),
  );

  await create(OPTIONS);

  const columns = (await stored()).columns.slice(2);
  expect(columns).toEqual([
    {
      name: 'must',
      type: 'text',
      property: 'properties.must',
      access: 'required',
      immutable: true,
      description: 'A must.',
    },
    { name: 'hasDefault', type: 'int4', property: 'properties.hasDefault', description: '' },
    { name: 'counted', type: 'int8', property: 'properties.counted', description: '' },
  ]);
});

test('properties keep their names, where PostgreSQL and the instance leave them', async () => {
  const long = 'x'.repeat(200);
  serve(
    aView(
      {
        type: mapped({ type: 'text' }),
        startNode: mapped({ type: 'text' }),
        xmin: mapped({ type: 'text' }),
        [long]: mapped({ type: 'text' }),
        [`${long}y`]: mapped({ type: 'text' }),
      },
      { usedFor: 'edge' },
    ),
  );

  await create(OPTIONS);

  const columns = (await stored()).columns;
  expect(columns.slice(0, 5).map(({ name, property }) => [name, property])).toEqual([
    ['space', 'space'],
    ['external_id', 'externalId'],
    ['type', 'type'],
    ['start_node', 'startNode'],
    ['end_node', 'endNode'],
  ]);
  expect(columns.slice(5).map(({ property }) => property)).toEqual([
    'properties.type',
    'properties.startNode',
    'properties.xmin',
    `properties.${long}`,
    `properties.${long}y`,
  ]);
  const names = columns.map(({ name }) => name);
  expect(names.slice(5, 8)).toEqual(['type_property', 'startNode', 'xmin_property']);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(Buffer.byteLength(name)).toBeLessThan(64);
});

test('without a version the one made last is taken', async () => {
  serve(aView({}, { version: 'old', createdTime: 5 }), aView({}, { version: 'new', createdTime: 9 }));

  const { body } = await create({ space: 'plant', externalId: 'Pump' });

  expect(body.items[0]).toMatchObject({ options: { version: 'new' } });
});

test('a view for both nodes and edges asks which', async () => {
  serve(aView({ name: mapped({ type: 'text' }) }, { usedFor: 'all' }));

  const asked = await create(OPTIONS);
  const chosen = await create({ ...OPTIONS, instanceType: 'edge' });

  expect([asked.status, asked.body.error.message]).toEqual([
    400,
    expect.stringContaining('set options.instanceType'),
  ]);
  expect(chosen.status).toBe(200);
  expect((await stored()).request).toMatchObject({ of: 'edge' });
});

test.each<[string, object, object, string]>([
  ['for edges', { usedFor: 'edge' }, { instanceType: 'node' }, 'is used for edges only'],
  ['for records', { usedFor: 'record' }, {}, 'is used for records'],
])('a view %s has no other table', async (_, view, options, message) => {
  serve(aView({}, view));

  const { status, body } = await create({ ...OPTIONS, ...options });

  expect([status, body.error.message]).toEqual([400, expect.stringContaining(message)]);
});

test('a view that CDF does not have is named', async () => {
  serve();

  const { status, body } = await create(OPTIONS);

  expect([status, body.error.missing]).toEqual([400, [OPTIONS]]);
  expect((await api.tables.list(username)).tables).toEqual([]);
});

test.each<[number, number, string]>([
  [400, 400, 'CDF refused view plant:Pump/v1: no'],
  [403, 400, 'add dataModelsAcl: READ'],
  [503, 502, 'CDF did not answer'],
  [429, 502, 'CDF did not answer'],
])("CDF's %i is answered %i", async (status, answered, message) => {
  api.views = { status, body: { error: { code: status, message: 'no' } } };

  const answer = await create(OPTIONS);

  expect([answer.status, answer.body.error.message]).toEqual([answered, expect.stringContaining(message)]);
});
