// Tables over views of a data model, from end to end: made over HTTP, written by real clients, read back as instances.
import type { Client } from 'pg';
import { type CdfApi, connectCdf } from './support/cdf-api';
import { connectPg, copy, failureOf, psql } from './support/clients';
import { connectGateway, type GatewayApi } from './support/gateway-api';
import { type Stack, startStack } from './support/stack';

let stack: Stack;
let cdf: CdfApi;
let gateway: GatewayApi;
let client: Client;

const SPACE = 'plant';
const SCALARS = {
  ...{ text: 'text', int32: 'int32', int64: 'int64', float32: 'float32', float64: 'float64' },
  ...{ flag: 'boolean', at: 'timestamp', day: 'date', doc: 'json', next: 'direct', series: 'timeseries' },
};
const LISTED = ['text', 'int32', 'int64', 'float32', 'float64', 'flag', 'at', 'day', 'doc', 'next', 'series'];

beforeAll(async () => {
  stack = await startStack();
  cdf = connectCdf(stack.ready);
  gateway = connectGateway(stack.ready);
  client = await connectPg(stack.ready);
  await cdf.post('/models/spaces', { items: [{ space: SPACE }] });
  await makeView('Pump', 'all', {
    name: { type: { type: 'text' }, nullable: false },
    speed: { type: { type: 'float64' } },
    serial: { type: { type: 'text' }, immutable: true },
    runs: { type: { type: 'int32' }, defaultValue: 7 },
    next: { type: { type: 'direct' } },
    type: { type: { type: 'text' } },
  });
  await makeView('Everything', 'node', {
    ...Object.fromEntries(Object.entries(SCALARS).map(([name, type]) => [name, { type: { type } }])),
    colour: { type: { type: 'enum', values: { red: {}, blue: {} } } },
    ...Object.fromEntries(
      LISTED.map((name) => [
        `${name}s`,
        { type: { type: SCALARS[name as keyof typeof SCALARS], list: true } },
      ]),
    ),
  });
  await gateway.createTables(
    viewTable('pumps', 'Pump', { instanceType: 'node' }),
    viewTable('pipes', 'Pump', { instanceType: 'edge', autoCreateStartNodes: true }),
    viewTable('strict', 'Pump', { instanceType: 'node', autoCreateDirectRelations: false }),
    viewTable('everything', 'Everything'),
  );
}, 90_000);

afterAll(async () => {
  await client.end();
  await stack.stop();
});

const viewTable = (tablename: string, externalId: string, more: object = {}) => ({
  ...{ type: 'view', tablename },
  options: { space: SPACE, externalId, version: 'v1', ...more },
});

/** A container, and a view of the same name with all that is in it. */
async function makeView(externalId: string, usedFor: string, properties: Record<string, object>) {
  await cdf.post('/models/containers', { items: [{ space: SPACE, externalId, usedFor, properties }] });
  const container = { type: 'container', space: SPACE, externalId };
  const mapped = Object.keys(properties).map(
    (name) => [name, { container, containerPropertyIdentifier: name }] as const,
  );
  await cdf.post('/models/views', {
    items: [{ space: SPACE, externalId, version: 'v1', properties: Object.fromEntries(mapped) }],
  });
}

const place = (externalId: string) => ({ space: SPACE, externalId });

interface Instance extends Record<string, unknown> {
  readonly properties?: Record<string, Record<string, Record<string, unknown>>>;
}

async function instance(externalId: string, of = 'node', view?: string): Promise<Instance | undefined> {
  const answer = await cdf.post('/models/instances/byids', {
    items: [{ instanceType: of, ...place(externalId) }],
    ...(view === undefined ? {} : { sources: [{ source: { type: 'view', ...place(view), version: 'v1' } }] }),
  });
  return (answer['items'] as Instance[])[0];
}

async function properties(externalId: string, view = 'Pump', of = 'node') {
  return (await instance(externalId, of, view))?.properties?.[SPACE]?.[`${view}/v1`];
}

describe('a table over a node view', () => {
  const insert = (values: string, tail = '') =>
    client.query(`INSERT INTO pumps (space, external_id, name, speed) VALUES ${values} ${tail}`);

  it('upserts: what the statement does not name stays, NULL unsets, defaults are for new ones only', async () => {
    expect((await insert("('plant', 'p1', 'One', 1.5), ('plant', 'p2', 'Two', NULL)")).rowCount).toBe(2);
    await client.query("UPDATE pumps SET runs = 9 WHERE space = 'plant' AND external_id = 'p1'");
    await client.query("INSERT INTO pumps (space, external_id, name) VALUES ('plant', 'p1', 'Uno')");
    await client.query(
      "INSERT INTO pumps (space, external_id, runs) VALUES ('plant', 'p2', 3) ON CONFLICT (space, external_id) DO UPDATE SET runs = EXCLUDED.runs",
    );

    expect(await properties('p1')).toEqual({ name: 'Uno', speed: 1.5, runs: 9 });
    expect(await properties('p2')).toEqual({ name: 'Two', runs: 3 });
    await insert("('plant', 'p1', 'One', NULL)");
    expect(await properties('p1')).toEqual({ name: 'One', runs: 9 });
  });

  it('takes the last of a key within a unit, or the first where the statement says DO NOTHING', async () => {
    await insert("('plant', 'd1', 'a', 1), ('plant', 'd1', 'b', 2)");
    expect(await properties('d1')).toMatchObject({ name: 'b', speed: 2 });

    const kept = await insert(
      "('plant', 'd1', 'c', 3), ('plant', 'd2', 'first', 1), ('plant', 'd2', 'second', 2)",
      'ON CONFLICT DO NOTHING',
    );
    expect(kept.rowCount).toBe(2); // what was there counts 0, a duplicate within the statement counts
    expect([await properties('d1'), await properties('d2')]).toMatchObject([
      { name: 'b', speed: 2 },
      { name: 'first', speed: 1 },
    ]);
  });

  it('takes COPY as text, csv and from psql', async () => {
    await copy(client, 'COPY pumps (space, external_id, name, speed, next) FROM STDIN', [
      'plant\tc1\tTab\\there\t1e3\t"c2"\nplant\tc2\tüñ\t\\N\t{"space":"plant","externalId":"c9"}\n',
    ]);
    const script =
      '\\copy pumps (space, external_id, name, type) FROM STDIN CSV\nplant,c3,"A ""B""",kind\n\\.\n';
    expect(await psql(stack.ready, script, ['-v', 'ON_ERROR_STOP=1'])).toMatchObject({ code: 0, stderr: '' });

    expect(await properties('c1')).toMatchObject({ name: 'Tab\there', speed: 1000, next: place('c2') });
    expect(await properties('c2')).toMatchObject({ name: 'üñ', next: place('c9') });
    expect(await properties('c3')).toMatchObject({ name: 'A "B"', type: 'kind' });
    expect(await instance('c9')).toBeDefined();
  });

  it('counts what UPDATE and DELETE have found', async () => {
    await insert("('plant', 'u1', 'a', 1), ('plant', 'u2', 'a', 1)");
    const key = '(space, external_id)';
    const updated = await client.query(
      `UPDATE pumps SET speed = 5, type = 'x' WHERE ${key} IN (('plant', 'u1'), ('plant', 'nobody'))`,
    );
    const deleted = await client.query('DELETE FROM pumps WHERE space = $1 AND external_id = ANY ($2)', [
      'plant',
      ['u2', 'nobody'],
    ]);

    expect([updated.rowCount, deleted.rowCount]).toEqual([1, 1]);
    expect(await properties('u1')).toMatchObject({ name: 'a', speed: 5, type: 'x' });
    expect(await instance('u2')).toBeUndefined();
    expect(await instance('nobody')).toBeUndefined();
  });

  it('refuses at once what the table itself tells', async () => {
    const refusals = [
      ["INSERT INTO pumps (external_id, name) VALUES ('x', 'a')", '23502', '"space"'],
      ["INSERT INTO pumps (space, external_id, name) VALUES ('plant', NULL, 'a')", '23502', '"external_id"'],
      ["INSERT INTO pumps (space, external_id, name) VALUES ('plant', 'x', NULL)", '23502', '"name"'],
      ["INSERT INTO pumps (space, external_id, name, speed) VALUES ('plant', 'x', 'a', 'fast')", '22P02', ''],
      ["INSERT INTO pumps (space, external_id, name, runs) VALUES ('plant', 'x', 'a', 3e9)", '22003', ''],
      ["INSERT INTO pumps (space, external_id, name, next) VALUES ('plant', 'x', 'a', '{')", '22P02', 'json'],
      ["UPDATE pumps SET serial = 'b' WHERE space = 'plant' AND external_id = 'p1'", '22023', 'serial'],
      ["UPDATE pumps SET name = 'b' WHERE external_id = 'p1'", '0A000', ''],
      ['TRUNCATE pumps', '0A000', ''],
      ['SELECT * FROM pumps', '0A000', ''],
      ['INSERT INTO pumps (nothing) VALUES (1)', '42703', 'nothing'],
    ] as const;
    for (const [statement, code, says] of refusals) {
      const error = await failureOf(client.query(statement));
      expect({ statement, ...error, message: error.message }).toMatchObject({
        ...{ statement, code },
        message: expect.stringContaining(says) as string,
      });
    }
    expect(await instance('x')).toBeUndefined();
  });

  it('names the rows that only CDF can refuse', async () => {
    const error = await failureOf(
      client.query(`INSERT INTO pumps (space, external_id, name) VALUES
        ('plant', 'r1', 'a'), ('nowhere', 'r2', 'a'), ('plant', 'r3', 'a')`),
    );
    expect(error.detail).toMatch(/^row 2 \(nowhere:r2\): .*nowhere$/);
    expect(error.hint).toContain('2 of 3');
    expect(await properties('r1')).toMatchObject({ name: 'a' });

    const noName = "INSERT INTO pumps (space, external_id, speed) VALUES ('plant', 'r9', 1)";
    expect((await failureOf(client.query(noName))).detail).toContain('name');
  });

  it('points only at what is there, where the table says so', async () => {
    const write = (next: string) =>
      client.query("INSERT INTO strict (space, external_id, name, next) VALUES ('plant', 's1', 'a', $1)", [
        JSON.stringify(next),
      ]);
    await insert("('plant', 'there', 'a', 1)");

    expect((await failureOf(write('not-there'))).detail).toContain('not-there');
    await write('there');
    expect(await properties('s1')).toMatchObject({ next: place('there') });
  });
});

describe('a table over an edge view', () => {
  it('writes edges with their ends; start nodes are made, end nodes must be there', async () => {
    await client.query(
      "INSERT INTO pumps (space, external_id, name) VALUES ('plant', 'e-end', 'a'), ('plant', 'kind', 'k')",
    );
    const write = (externalId: string, end: string) =>
      client.query(
        `INSERT INTO pipes (space, external_id, type, start_node, end_node, name, type_property)
         VALUES ('plant', $1, '"kind"', '{"space": "plant", "externalId": "made"}', $2, 'Pipe', 'steel')`,
        [externalId, JSON.stringify(end)],
      );
    await write('e1', 'e-end');

    expect(await instance('e1', 'edge')).toMatchObject({
      ...{ type: place('kind'), startNode: place('made'), endNode: place('e-end') },
    });
    expect(await properties('e1', 'Pump', 'edge')).toMatchObject({ name: 'Pipe', type: 'steel' });
    expect(await instance('made')).toBeDefined();
    expect((await failureOf(write('e2', 'no-end'))).detail).toContain('no-end');

    await client.query("UPDATE pipes SET speed = 2 WHERE space = 'plant' AND external_id = 'e1'");
    expect(await properties('e1', 'Pump', 'edge')).toMatchObject({ speed: 2, type: 'steel' });
    await client.query("DELETE FROM pipes WHERE space = 'plant' AND external_id = 'e1'");
    expect(await instance('e1', 'edge')).toBeUndefined();
    expect(
      await failureOf(
        client.query("INSERT INTO pipes (space, external_id, name) VALUES ('plant', 'e3', 'a')"),
      ),
    ).toMatchObject({ code: '23502' });
  });
});

describe('a table over a view with every type of property', () => {
  const VALUES: Record<string, unknown> = {
    ...{ text: 'Ä\n"', int32: -2147483648, int64: '9007199254740993', float32: 0.5, float64: 1e300 },
    ...{ flag: false, at: '2024-03-01 12:00:00+01', day: '2024-02-29', doc: { a: [1, null] } },
    ...{ next: '"target"', series: 'a series', colour: 'red' },
    ...{
      texts: ['a', 'b,"c"', ''],
      int32s: [1, 2],
      int64s: ['9007199254740993'],
      float32s: [0.5],
      float64s: [1e-9],
    },
    ...{ flags: [true, false], ats: ['2024-03-01T11:00:00Z'], days: ['2024-02-29'] },
    ...{
      docs: [{ a: 1 }, { b: 'x' }],
      nexts: [{ space: 'plant', externalId: 'target' }],
      seriess: ['a', 'b'],
    },
  };
  const STORED = {
    ...VALUES,
    ...{ int64: Number('9007199254740993'), at: '2024-03-01T11:00:00.000+00:00', next: place('target') },
    ...{ int64s: [Number('9007199254740993')], ats: ['2024-03-01T11:00:00.000+00:00'] },
  };
  const names = Object.keys(VALUES);
  const into = `INSERT INTO everything (space, external_id, ${names.join(', ')})`;

  it('takes each as a parameter, and NULL and omission', async () => {
    const holders = names.map((_, i) => `$${i + 2}`).join(', ');
    await client.query(`${into} VALUES ('plant', $1, ${holders})`, ['all', ...Object.values(VALUES)]);
    expect(await properties('all', 'Everything')).toEqual(STORED);

    await client.query("INSERT INTO everything (space, external_id, text) VALUES ('plant', 'all', 'new')");
    expect(await properties('all', 'Everything')).toEqual({ ...STORED, text: 'new' });
    await client.query(`${into} VALUES ('plant', 'all', ${names.map(() => 'NULL').join(', ')})`);
    expect(await properties('all', 'Everything')).toEqual({});
  });

  it('takes each as text of COPY', async () => {
    const text = (value: unknown): string => {
      if (Array.isArray(value)) return `{${value.map((one) => quoted(text(one))).join(',')}}`;
      return typeof value === 'string' ? value : JSON.stringify(value);
    };
    const quoted = (value: string) => `"${value.replace(/["\\]/g, '\\$&')}"`;
    const escaped = (value: string) => value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
    const line = Object.values(VALUES).map((value) => escaped(text(value)));
    await copy(client, `COPY everything (space, external_id, ${names.join(', ')}) FROM STDIN`, [
      `plant\tcopied\t${line.join('\t')}\n`,
    ]);

    expect(await properties('copied', 'Everything')).toEqual(STORED);
  });

  it('is refused a value that CDF does not take, with its row', async () => {
    const error = await failureOf(
      client.query(`INSERT INTO everything (space, external_id, colour, doc) VALUES
        ('plant', 'w1', 'red', '{}'), ('plant', 'w2', 'green', '{}'), ('plant', 'w3', 'blue', '[1]')`),
    );
    expect(error.detail).toMatch(/^row 2 [^]*\nrow 3 [^]*$/);
    expect(await properties('w1', 'Everything')).toMatchObject({ colour: 'red' });
  });

  it('is described in the catalogue with types, key and comments', async () => {
    const { rows } = await client.query<{ column_name: string; data_type: string; is_nullable: string }>(
      "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = 'everything'",
    );
    const types = Object.fromEntries(rows.map((row) => [row.column_name, row.data_type]));
    expect(types).toMatchObject({
      ...{ space: 'text', external_id: 'text', int32: 'integer', int64: 'bigint', float32: 'real' },
      ...{ at: 'timestamp with time zone', day: 'date', doc: 'json', next: 'json', flag: 'boolean' },
      ...{ colour: 'text', texts: 'ARRAY', ats: 'ARRAY' },
    });
    const { rows: key } = await client.query<{ column_name: string }>(
      `SELECT column_name FROM information_schema.key_column_usage WHERE table_name = 'everything'
       ORDER BY ordinal_position`,
    );
    expect(key.map((row) => row.column_name)).toEqual(['space', 'external_id']);
    const { stdout } = await psql(stack.ready, '\\d+ everything\n\\dt\n');
    expect(stdout).toContain('int32|integer||||plain|||(CDF: properties.int32)');
    expect(stdout).toContain('Space of the instance.');
    expect(stdout).toContain('public|pumps|table');
  });
});

test('a view that changes after the table was made: new properties are not seen, lost ones are refused by CDF', async () => {
  const container = { type: 'container', ...place('Pump') };
  const of = (name: string) => ({ container, containerPropertyIdentifier: name });
  await cdf.post('/models/views', {
    items: [{ ...place('Changing'), version: 'v1', properties: { name: of('name'), speed: of('speed') } }],
  });
  await gateway.createTables(viewTable('changing', 'Changing', { instanceType: 'node' }));
  const write = (columns: string, values: string) =>
    client.query(`INSERT INTO changing (space, external_id, ${columns}) VALUES ('plant', 'ch', ${values})`);
  await write('name, speed', "'a', 1");
  await cdf.post('/models/views', {
    items: [{ ...place('Changing'), version: 'v1', properties: { name: of('name'), runs: of('runs') } }],
  });

  await write('name', "'b'");
  expect(await failureOf(write('runs', '1'))).toMatchObject({ code: '42703' });
  expect((await failureOf(write('name, speed', "'c', 2"))).detail).toContain('speed');
  expect(await properties('ch', 'Changing')).toMatchObject({ name: 'b' });
});
