// Holds the stand-in's requests against CDF's own OpenAPI document, where CDF_OPENAPI names that file: operations, success
// statuses, required fields, limits of items, texts, integers and enumerations, each at its edge and one beyond.
import type { Resource } from '../resource';
import { assets } from '../resources/assets';
import { dataSets } from '../resources/data-sets';
import { events } from '../resources/events';
import { extractionPipelines } from '../resources/extraction-pipelines';
import { files } from '../resources/files';
import { relationships } from '../resources/relationships';
import { sequences } from '../resources/sequences';
import { timeSeries } from '../resources/time-series';
import { ROUTES } from '../routes';
import type { Cdf } from '../server';
import { startCdf } from '../server';
import type { TestClient } from '../test-client';
import { connect } from '../test-client';
import type { Schema } from './specification';
import { bodyOf, flat, isSpecified, itemOf, operationAt } from './specification';

const UPDATED: readonly Resource[] = [
  ...[assets, events, timeSeries, extractionPipelines],
  ...[dataSets, relationships, files, sequences],
];

/** What a create needs at least, made new for each request. */
let serial = 0;
let dataSetId: unknown;
const CREATES: Readonly<Record<string, () => Record<string, unknown>>> = {
  '/assets': () => ({ name: 'x' }),
  '/events': () => ({}),
  '/timeseries': () => ({}),
  '/datasets': () => ({}),
  '/labels': () => ({ externalId: `l${serial++}`, name: 'x' }),
  '/relationships': () => ({
    ...{ externalId: `r${serial++}`, sourceExternalId: 'a', sourceType: 'asset' },
    ...{ targetExternalId: 'b', targetType: 'event' },
  }),
  '/files': () => ({ name: 'x' }),
  '/sequences': () => ({ columns: [{ externalId: 'c' }] }),
  '/extpipes': () => ({ externalId: `p${serial++}`, name: 'x', dataSetId }),
  '/extpipes/runs': () => ({ externalId: 'pipeline', status: 'seen' }),
  '/raw/dbs': () => ({ name: `d${serial++}` }),
  '/raw/dbs/{dbName}/tables': () => ({ name: `t${serial++}` }),
  '/raw/dbs/{dbName}/tables/{tableName}/rows': () => ({ key: 'k', columns: {} }),
  '/models/spaces': () => ({ space: `s${serial++}` }),
  '/models/containers': () => ({
    ...{ space: 'plant', externalId: `c${serial++}` },
    properties: { p: { type: { type: 'text' } } },
  }),
  '/models/views': () => ({ space: 'plant', externalId: `v${serial++}`, version: '1' }),
  '/models/datamodels': () => ({ space: 'plant', externalId: `m${serial++}`, version: '1' }),
  '/models/instances': () => ({ instanceType: 'node', space: 'plant', externalId: `n${serial++}` }),
  '/sequences/data': () => ({
    ...{ externalId: 'sequence', columns: ['c'], rows: [{ rowNumber: serial++, values: [1] }] },
  }),
};

/** Where a value within its own limits is refused for what it points at, or its form. */
const POINTERS = [
  ...[
    'parentId',
    'parentExternalId',
    'assetId',
    'assetIds',
    'dataSetId',
    'unitExternalId',
    'columns',
    'rows',
  ],
  ...['schedule', 'directory', 'sources', 'instanceType'],
];

/** A sequence stands once in a request. */
const ONCE = ['/sequences/data'];

interface Edge {
  readonly path: string;
  readonly name: string;
  readonly good: unknown;
  readonly bad: unknown;
}

function edgesOf(path: string): Edge[] {
  return Object.entries(itemOf(path).properties ?? {})
    .filter(([name]) => !POINTERS.includes(name) && path !== '/sequences/data')
    .flatMap(([name, schema]) =>
      edgesOfField(flat(schema)).map(([good, bad]) => ({ path, name, good, bad })),
    );
}

type Limits = readonly [good: unknown, bad: unknown];

function edgesOfField(schema: Schema): Limits[] {
  const { minimum, maximum, maxItems, maxProperties } = schema;
  if (schema.enum !== undefined) return schema.enum.map((value) => [value, `${String(value)}?`]);
  const edges = edgesOfText(schema);
  if (minimum !== undefined) edges.push([minimum, minimum - 1]);
  if (maximum !== undefined) edges.push([maximum, maximum + 1]);
  if (maxItems !== undefined)
    edges.push([[], Array.from({ length: maxItems + 1 }, (_, i) => ({ externalId: `${i}` }))]);
  if (maxProperties !== undefined) edges.push([pairs(maxProperties), pairs(maxProperties + 1)]);
  if (schema.type === 'boolean') edges.push([true, 'true']);
  return edges;
}

/** A pattern's texts are of letters: all patterns take those. */
function edgesOfText({ minLength = 0, maxLength, pattern }: Schema): Limits[] {
  const letter = pattern === undefined ? 'é' : 'a';
  const longest: Limits[] =
    maxLength === undefined ? [] : [[letter.repeat(maxLength), letter.repeat(maxLength + 1)]];
  return minLength > 0 ? [...longest, ['x'.repeat(minLength), '']] : longest;
}

function pairs(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
}

const whereSpecified = isSpecified ? describe : describe.skip;

whereSpecified('requests, as the OpenAPI document has them', () => {
  let cdf: Cdf;
  let client: TestClient;

  beforeEach(async () => {
    cdf = await startCdf();
    client = await connect(cdf);
    dataSetId = (await client.post('/datasets', { items: [{}] })).body.items![0]!['id'];
    await client.post('/extpipes', { items: [{ externalId: 'pipeline', name: 'x', dataSetId }] });
    await client.post('/raw/dbs/db/tables/table/rows?ensureParent=true', { items: [] });
    await client.post('/models/spaces', { items: [{ space: 'plant' }] });
    await client.post('/sequences', { items: [{ externalId: 'sequence', columns: [{ externalId: 'c' }] }] });
  });
  afterEach(() => cdf.close());

  const create = (path: string, items: unknown[]) =>
    client.post(
      path.replace('{dbName}', 'db').replace('{tableName}', 'table'),
      path === '/files' ? items[0] : { items },
    );

  test.each(ROUTES.map(({ method, path }) => [method, path] as const))('%s %s exists', (method, path) => {
    expect(operationAt(method, path)).toBeDefined();
  });

  test.each(Object.keys(CREATES))('%s answers with a status that the document has', async (path) => {
    const { status } = await create(path, [CREATES[path]!()]);

    expect(Object.keys(operationAt('post', path)!.responses)).toContain(`${status}`);
    expect(status).toBeLessThan(300);
  });

  test.each(Object.keys(CREATES))('%s refuses an item without a required field', async (path) => {
    const required = itemOf(path).required ?? [];
    const named = required.map((name) => (name === 'id' ? 'externalId' : name));

    expect(Object.keys(CREATES[path]!())).toEqual(expect.arrayContaining(named));
    for (const name of named) {
      const { [name]: _, ...rest } = CREATES[path]!();
      expect((await create(path, [rest])).status).toBe(400);
    }
  });

  test.each(Object.keys(CREATES).filter((path) => path !== '/files'))(
    '%s takes as many items as the document says',
    async (path) => {
      const { minItems = 0, maxItems } = flat(bodyOf(path).properties!['items']!);
      const items = (count: number) => Array.from({ length: count }, () => CREATES[path]!());

      if (minItems > 0) expect((await create(path, items(minItems - 1))).status).toBe(400);
      if (maxItems === undefined) return;
      expect((await create(path, items(maxItems + 1))).status).toBe(400);
      if (!ONCE.includes(path)) expect((await create(path, items(maxItems))).status).toBeLessThan(300);
    },
  );

  test.each(
    isSpecified
      ? Object.keys(CREATES)
          .flatMap(edgesOf)
          .map((edge) => [edge.path, edge.name, edge] as const)
      : [['none', 'none', {} as Edge]],
  )('%s takes %s at its limit and refuses it beyond', async (_path, _name, { path, name, good, bad }) => {
    expect((await create(path, [{ ...CREATES[path]!(), [name]: bad }])).status).toBe(400);
    await prepare(path, name, good);
    expect((await create(path, [{ ...CREATES[path]!(), [name]: good }])).status).toBeLessThan(300);
  });

  /** What the good value points at. */
  async function prepare(path: string, name: string, good: unknown): Promise<void> {
    if (path === '/extpipes/runs' && name === 'externalId')
      await create('/extpipes', [{ ...CREATES['/extpipes']!(), externalId: good }]);
    if (path.startsWith('/models') && path !== '/models/spaces' && name === 'space')
      await create('/models/spaces', [{ space: good }]);
  }

  test.each(UPDATED.map((resource) => [`/${resource.name}`, resource] as const))(
    '%s/update changes what the document says',
    (path, resource) => {
      const specified = Object.keys(flat(itemOf(`${path}/update`).properties!['update']!).properties ?? {});
      const ours = Object.entries(resource.fields).filter(([, field]) => field.update !== undefined);

      expect(ours.map(([name]) => name).sort()).toEqual(specified.sort());
    },
  );

  test.each(
    ROUTES.filter(({ method, path }) => method === 'POST' && /\/(update|delete|byids)$/.test(path)).map(
      ({ path }) => path,
    ),
  )('%s takes as many items as the document says', async (path) => {
    const { minItems = 0, maxItems } = flat(bodyOf(path).properties!['items']!);
    const item = (i: number) => ({ externalId: `x${i}`, update: {} });
    const send = (count: number) =>
      create(
        path,
        Array.from({ length: count }, (_, i) => item(i)),
      );
    const sizeFault = /items: size must be between/;

    if (minItems > 0) expect((await send(minItems - 1)).body.error).toMatchObject({ message: sizeMessage });
    if (maxItems === undefined) return;
    expect((await send(maxItems + 1)).body.error).toMatchObject({ message: sizeMessage });
    const { error } = (await send(maxItems)).body as { error?: { message?: string } };
    expect(error?.message ?? '').not.toMatch(sizeFault);
  });
});

const sizeMessage = expect.stringContaining('items: size must be between') as unknown;
