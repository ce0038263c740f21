// Holds the stand-in against CDF's own OpenAPI document, where CDF_OPENAPI names that file: operations, success statuses,
// required fields, limits of items, texts, integers and enumerations, each at its edge and one beyond.
import { readFileSync } from 'node:fs';
import { assets } from './resources/assets';
import { events } from './resources/events';
import { extractionPipelines } from './resources/extraction-pipelines';
import { timeSeries } from './resources/time-series';
import { ROUTES } from './routes';
import type { Cdf } from './server';
import { startCdf } from './server';
import type { TestClient } from './test-client';
import { connect } from './test-client';

interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly required?: readonly string[] | readonly ['true'];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly allOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxProperties?: number;
  readonly enum?: readonly unknown[];
}

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const RESOURCES = [assets, events, timeSeries, extractionPipelines];

const file = process.env['CDF_OPENAPI'] ?? '';
const specification = (file === '' ? { paths: {} } : JSON.parse(readFileSync(file, 'utf8'))) as Specification;

/** The schema without references and allOf: properties and required fields are joined. */
function flat(schema: Schema): Schema {
  if (schema.$ref !== undefined) {
    const steps = schema.$ref.slice(2).split('/');
    return flat(
      steps.reduce<unknown>(
        (at, step) => (at as Record<string, unknown>)[step.replace(/~1/g, '/')],
        specification,
      ) as Schema,
    );
  }
  const parts = (schema.allOf ?? []).map(flat);
  return parts.reduce<Schema>(
    (whole, part) => ({
      ...part,
      ...whole,
      properties: { ...part.properties, ...whole.properties },
      required: [...(part.required ?? []), ...(whole.required ?? [])],
    }),
    schema,
  );
}

function bodyOf(path: string): Schema {
  return flat(specification.paths[path]!['post']!.requestBody!.content['application/json']!.schema);
}

function itemOf(path: string): Schema {
  return flat(flat(bodyOf(path).properties!['items']!).items!);
}

/** What a create needs at least, made new for each request. */
let serial = 0;
const CREATES: Readonly<Record<string, () => Record<string, unknown>>> = {
  '/assets': () => ({ name: 'x' }),
  '/events': () => ({}),
  '/timeseries': () => ({}),
  '/extpipes': () => ({ externalId: `p${serial++}`, name: 'x', dataSetId: 1 }),
  '/extpipes/runs': () => ({ externalId: 'pipeline', status: 'seen' }),
  '/raw/dbs': () => ({ name: `d${serial++}` }),
  '/raw/dbs/{dbName}/tables': () => ({ name: `t${serial++}` }),
  '/raw/dbs/{dbName}/tables/{tableName}/rows': () => ({ key: 'k', columns: {} }),
};

/** Where a value within its own limits is refused for what it points at. */
const POINTERS = ['parentId', 'parentExternalId', 'assetId', 'assetIds'];

/** Texts whose form, not only length, is checked. */
const FORMED = ['schedule'];

interface Edge {
  readonly path: string;
  readonly name: string;
  readonly good: unknown;
  readonly bad: unknown;
}

function edgesOf(path: string): Edge[] {
  const item = itemOf(path);
  return Object.entries(item.properties ?? {})
    .filter(([name]) => !POINTERS.includes(name) && !FORMED.includes(name))
    .flatMap(([name, schema]) =>
      edgesOfField(flat(schema)).map(([good, bad]) => ({ path, name, good, bad })),
    );
}

function edgesOfField(schema: Schema): [good: unknown, bad: unknown][] {
  const { maxLength, minLength, minimum, maximum, maxItems, maxProperties } = schema;
  const edges: [unknown, unknown][] = [];
  if (schema.enum !== undefined) return schema.enum.map((value) => [value, `${String(value)}?`]);
  if (maxLength !== undefined) edges.push(['é'.repeat(maxLength), 'é'.repeat(maxLength + 1)]);
  if (minLength !== undefined && minLength > 0) edges.push(['x'.repeat(minLength), '']);
  if (minimum !== undefined) edges.push([minimum, minimum - 1]);
  if (maximum !== undefined) edges.push([maximum, maximum + 1]);
  if (maxItems !== undefined)
    edges.push([[], Array.from({ length: maxItems + 1 }, (_, i) => ({ externalId: `${i}` }))]);
  if (maxProperties !== undefined) edges.push([pairs(maxProperties), pairs(maxProperties + 1)]);
  if (schema.type === 'boolean') edges.push([true, 'true']);
  return edges;
}

function pairs(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 'v']));
}

const whereSpecified = file === '' ? describe.skip : describe;

whereSpecified('as the OpenAPI document has it', () => {
  let cdf: Cdf;
  let client: TestClient;

  beforeEach(async () => {
    cdf = await startCdf();
    client = await connect(cdf);
    await client.post('/extpipes', { items: [{ externalId: 'pipeline', name: 'x', dataSetId: 1 }] });
    await client.post('/raw/dbs/db/tables/table/rows?ensureParent=true', { items: [] });
  });
  afterEach(() => cdf.close());

  const create = (path: string, items: unknown[]) =>
    client.post(path.replace('{dbName}', 'db').replace('{tableName}', 'table'), { items });

  test.each(ROUTES.map(({ method, path }) => [method, path] as const))('%s %s exists', (method, path) => {
    expect(specification.paths[path]?.[method.toLowerCase()]).toBeDefined();
  });

  test.each(Object.keys(CREATES))('%s answers with a status that the document has', async (path) => {
    const { status } = await create(path, [CREATES[path]!()]);

    expect(Object.keys(specification.paths[path]!['post']!.responses)).toContain(`${status}`);
    expect(status).toBeLessThan(300);
  });

  test.each(Object.keys(CREATES))('%s refuses an item without a required field', async (path) => {
    const required = itemOf(path).required ?? [];

    expect(Object.keys(CREATES[path]!())).toEqual(expect.arrayContaining([...required]));
    for (const name of required) {
      const { [name]: _, ...rest } = CREATES[path]!();
      expect((await create(path, [rest])).status).toBe(400);
    }
  });

  test.each(Object.keys(CREATES))('%s takes as many items as the document says', async (path) => {
    const { minItems = 0, maxItems } = flat(bodyOf(path).properties!['items']!);
    const items = (count: number) => Array.from({ length: count }, () => CREATES[path]!());

    if (minItems > 0) expect((await create(path, items(minItems - 1))).status).toBe(400);
    if (maxItems === undefined) return;
    expect((await create(path, items(maxItems))).status).toBeLessThan(300);
    expect((await create(path, items(maxItems + 1))).status).toBe(400);
  });

  test.each(
    file === ''
      ? [['none', 'none', {} as Edge]]
      : Object.keys(CREATES)
          .flatMap(edgesOf)
          .map((edge) => [edge.path, edge.name, edge] as const),
  )('%s takes %s at its limit and refuses it beyond', async (_path, _name, { path, name, good, bad }) => {
    expect((await create(path, [{ ...CREATES[path]!(), [name]: bad }])).status).toBe(400);
    // A run points at its pipeline.
    if (path === '/extpipes/runs' && name === 'externalId')
      await create('/extpipes', [{ ...CREATES['/extpipes']!(), externalId: good }]);
    expect((await create(path, [{ ...CREATES[path]!(), [name]: good }])).status).toBeLessThan(300);
  });

  test.each(['/assets', '/events', '/timeseries', '/extpipes'])(
    '%s/update changes what the document says',
    (path) => {
      const variants = (itemOf(`${path}/update`) as { oneOf?: readonly Schema[] }).oneOf ?? [];
      const specified = Object.keys(flat(flat(variants[0]!).properties!['update']!).properties ?? {});
      const resource = RESOURCES.find(({ name }) => `/${name}` === path)!;
      const ours = Object.entries(resource.fields).filter(([, field]) => field.update !== undefined);

      expect(ours.map(([name]) => name).sort()).toEqual(specified.sort());
    },
  );
});
