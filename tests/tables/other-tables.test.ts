// The tables whose rows are no items with an external id: data points, rows of sequences, RAW, runs of extraction
// pipelines, and those that are only to be looked at. Written through PostgreSQL, read back from CDF's API.
import type { Client } from 'pg';
import { TABLES } from '../../shared/tables/catalogue';
import { type CdfApi, connectCdf } from '../support/cdf-api';
import { connectPg, failureOf } from '../support/clients';
import { type Stack, startStack } from '../support/stack';

let stack: Stack;
let cdf: CdfApi;
let client: Client;

beforeAll(async () => {
  stack = await startStack();
  cdf = connectCdf(stack.ready);
  client = await connectPg(stack.ready);
  await client.query(
    `INSERT INTO time_series (external_id, is_string) VALUES ('num', false), ('text', true)`,
  );
  await client.query(
    `INSERT INTO sequences (external_id, columns) VALUES ('seq',
       '[{"externalId":"n","valueType":"LONG"},{"externalId":"d"},{"externalId":"s","valueType":"STRING"}]')`,
  );
  await cdf.post('/datasets', { items: [{ externalId: 'set', name: 'set' }] });
  await client.query(
    `INSERT INTO extraction_pipelines (external_id, name, data_set_external_id) VALUES ('pipe', 'Pipe', 'set')`,
  );
}, 90_000);

afterAll(async () => {
  await client.end();
  await stack.stop();
});

const T = Date.UTC(2024, 0, 1);
const at = (ms: number) => new Date(T + ms).toISOString();
const rowsOf = async (text: string, values: unknown[] = []) => (await client.query(text, values)).rowCount;

describe.each([
  ['double_datapoints', 'num', ['1.5', '-0.25', '7'], [1.5, -0.25, 7]],
  ['datapoints', 'num', ['2.5', '1e10', '8'], [2.5, 1e10, 8]],
  ['string_datapoints', 'text', ['a', 'tab\t"æ"', ''], ['a', 'tab\t"æ"', '']],
])('%s', (table, series, sent, found) => {
  const points = async (from: number, until: number) =>
    (await cdf.datapoints(series))
      .filter(({ timestamp }) => timestamp >= T + from && timestamp < T + until)
      .map(({ timestamp, value }) => [timestamp - T, value]);
  /** Each table has its own span of time: two of them write to one series. */
  const base = TABLES.findIndex(({ name }) => name === table) * 1_000_000;
  const insert = `INSERT INTO ${table} (external_id, timestamp, value) VALUES ($1, $2, $3), ($1, $4, $5), ($1, $6, $7)`;

  it('brings every column into CDF; the last of several points at one time stays', async () => {
    const values = [series, at(base), sent[0], at(base + 1), sent[1], at(base), sent[2]];

    expect(await rowsOf(insert, values)).toBe(3);

    expect(await points(base, base + 1000)).toEqual([
      [base, found[2]],
      [base + 1, found[1]],
    ]);
  });

  it('overwrites a point that exists', async () => {
    const one = `INSERT INTO ${table} (external_id, timestamp, value) VALUES ($1, $2, $3)`;
    await rowsOf(one, [series, at(base + 2000), sent[0]]);
    await rowsOf(one, [series, at(base + 2000), sent[1]]);

    expect(await points(base + 2000, base + 3000)).toEqual([[base + 2000, found[1]]]);
  });

  it.each([
    ['external_id', null, '23502'],
    ['timestamp', null, '23502'],
    ['timestamp', 'never', '22007'],
    ['external_id', 'there-is-none', '23503'],
  ])('refuses %s = %s with %s', async (column, value, code) => {
    const row: Record<string, unknown> = { external_id: series, timestamp: at(base + 4000), value: sent[0] };
    row[column] = value;
    const text = `INSERT INTO ${table} (external_id, timestamp, value) VALUES ($1, $2, $3)`;

    const failure = await failureOf(client.query(text, [row['external_id'], row['timestamp'], row['value']]));

    expect(failure.code).toBe(code);
    expect(await points(base + 4000, base + 5000)).toEqual([]);
  });

  it('deletes a range of time, and says how many points were in it', async () => {
    await rowsOf(insert, [
      series,
      at(base + 6000),
      sent[0],
      at(base + 6001),
      sent[1],
      at(base + 6002),
      sent[2],
    ]);
    const text = `DELETE FROM ${table} WHERE external_id = $1 AND timestamp >= $2 AND timestamp < $3`;

    expect(await rowsOf(text, [series, at(base + 6000), at(base + 6002)])).toBe(2);

    expect(await points(base + 6000, base + 7000)).toEqual([[base + 6002, found[2]]]);
  });
});

describe('sequence_rows', () => {
  const rows = async () => {
    const answer = await cdf.post('/sequences/data/list', { externalId: 'seq', limit: 1000 });
    const names = (answer['columns'] as { externalId: string }[]).map(({ externalId }) => externalId);
    return Object.fromEntries(
      (answer['rows'] as { rowNumber: number; values: unknown[] }[]).map(({ rowNumber, values }) => [
        rowNumber,
        Object.fromEntries(names.map((name, i) => [name, values[i]])),
      ]),
    );
  };

  it('brings rows into CDF, in each way to say what the cells are', async () => {
    await client.query(`INSERT INTO sequence_rows (external_id, row_number, "values") VALUES
      ('seq', 1, '{"n": 1, "d": 0.5, "s": "æ\\t"}'), ('seq', 2, '{"s": "only"}')`);
    await client.query(
      `INSERT INTO sequence_rows (external_id, row_number, columns, row_values) VALUES ('seq', 3, '{n,s}', '[7, "x"]')`,
    );

    expect(await rows()).toMatchObject({
      1: { n: 1, d: 0.5, s: 'æ\t' },
      2: { n: null, d: null, s: 'only' },
      3: { n: 7, d: null, s: 'x' },
    });
  });

  it('overwrites just the cells that are named; null empties one', async () => {
    await client.query(`INSERT INTO sequence_rows (external_id, row_number, "values") VALUES
      ('seq', 10, '{"n": 1, "d": 1, "s": "a"}')`);
    await client.query(`INSERT INTO sequence_rows (external_id, row_number, "values") VALUES
      ('seq', 10, '{"d": 2}'), ('seq', 10, '{"s": null}')`);

    expect((await rows())['10']).toEqual({ n: 1, d: 2, s: null });
  });

  it.each([
    [`('nobody', 1, '{"n": 1}')`, '23503'],
    [`('seq', NULL, '{"n": 1}')`, '23502'],
    [`('seq', 20, NULL)`, '23502'],
    [`('seq', 20, '{"n": "no number"}')`, '22000'],
    [`('seq', 20, '5')`, '22023'],
  ])('refuses %s with %s', async (values, code) => {
    const text = `INSERT INTO sequence_rows (external_id, row_number, "values") VALUES ${values}`;
    expect(await failureOf(client.query(text))).toMatchObject({ code });
    expect(await rows()).not.toHaveProperty('20');
  });

  it('deletes rows by their numbers', async () => {
    await client.query(`INSERT INTO sequence_rows (external_id, row_number, "values")
      SELECT 'seq', n, '{"n": 1}' FROM generate_series(30, 33) AS n`);
    const text = 'DELETE FROM sequence_rows WHERE external_id = $1 AND row_number IN ($2, $3)';
    expect(await rowsOf(text, ['seq', 30, 31])).toBe(2);
    expect(Object.keys(await rows())).toEqual(expect.arrayContaining(['32', '33']));
    expect(await rows()).not.toHaveProperty('30');
  });
});

describe.each([
  ['raw_rows', ['_raw_database', '_raw_table', '_raw_key', '_raw_columns']],
  ['raw', ['database', 'table', 'key', 'columns']],
])('%s', (table, names) => {
  const [database, rawTable, key] = names.map((name) => `"${name}"`);
  const columns = names.map((name) => `"${name}"`).join(', ');
  const insert = (values: string) => client.query(`INSERT INTO ${table} (${columns}) VALUES ${values}`);
  const rows = async () =>
    Object.fromEntries((await cdf.rawRows(`db_${table}`, 't')).map((row) => [row.key, row.columns]));
  const place = `'db_${table}', 't'`;

  it('brings rows into CDF, and makes the RAW table; the last row of a key stays', async () => {
    await insert(
      `(${place}, 'a', '{"x": 1}'), (${place}, 'b', '{"t": "æ\\t", "n": null}'), (${place}, 'a', '{"y": 2}')`,
    );
    expect(await rows()).toEqual({ a: { y: 2 }, b: { t: 'æ\t', n: null } });
  });

  it('replaces the columns of a row that exists', async () => {
    await insert(`(${place}, 'c', '{"x": 1, "y": 1}')`);
    await insert(`(${place}, 'c', '{"x": 2}')`);
    expect((await rows())['c']).toEqual({ x: 2 });
  });

  it.each([
    [`(NULL, 't', 'k', '{}')`, '23502'],
    [`(${place}, NULL, '{}')`, '23502'],
    [`(${place}, 'bad', NULL)`, '23502'],
    [`(${place}, 'bad', '[1]')`, '22023'],
    [`(${place}, 'bad', '{')`, '22P02'],
    [`('${'x'.repeat(33)}', 't', 'bad', '{}')`, '22001'],
  ])('refuses %s with %s', async (values, code) => {
    expect(await failureOf(insert(values))).toMatchObject({ code });
    expect(await rows()).not.toHaveProperty('bad');
  });

  it('deletes and updates rows by key, and counts what was there', async () => {
    await insert(`(${place}, 'd', '{"x": 1}'), (${place}, 'e', '{"x": 1}')`);
    const where = `WHERE ${database} = 'db_${table}' AND ${rawTable} = 't' AND ${key} IN ('d', 'nobody')`;
    expect(await rowsOf(`UPDATE ${table} SET "${names[3]}" = '{"z": 1}' ${where}`)).toBe(1);
    expect((await rows())['d']).toEqual({ z: 1 });
    expect(await rowsOf(`DELETE FROM ${table} ${where}`)).toBe(1);
    expect(Object.keys(await rows())).toEqual(expect.arrayContaining(['e']));
    expect(await rows()).not.toHaveProperty('d');
  });
});

describe('raw_tables', () => {
  const names = async () =>
    ((await cdf.get('/raw/dbs/made/tables'))['items'] as { name: string }[]).map(({ name }) => name).sort();

  it('makes RAW tables, also those that exist, and deletes them', async () => {
    const insert = `INSERT INTO raw_tables (_raw_database, _raw_table) VALUES ('made', 'a'), ('made', 'b'), ('made', 'a')`;
    expect(await rowsOf(insert)).toBe(3);
    expect(await rowsOf(insert)).toBe(3);
    expect(await names()).toEqual(['a', 'b']);

    const where = `WHERE _raw_database = 'made' AND _raw_table IN ('a', 'nobody')`;
    expect(await rowsOf(`DELETE FROM raw_tables ${where}`)).toBe(1);
    expect(await names()).toEqual(['b']);
  });
});

describe('extraction_pipeline_runs', () => {
  it.each(['external_id', '"externalId"'])('adds a run by %s, as often as it is told', async (name) => {
    const runs = async () =>
      (await cdf.post('/extpipes/runs/list', { filter: { externalId: 'pipe' }, limit: 1000 }))[
        'items'
      ] as object[];
    const before = (await runs()).length;
    const insert = `INSERT INTO extraction_pipeline_runs (${name}, status, message) VALUES ('pipe', 'failure', 'æ\t!')`;

    await client.query(insert);
    await client.query(insert);

    const now = await runs();
    expect(now).toHaveLength(before + 2);
    expect(now[0]).toMatchObject({ status: 'failure', message: 'æ\t!' });
  });

  it.each([
    [`('nobody', 'success')`, '23503'],
    [`(NULL, 'success')`, '23502'],
    [`('pipe', NULL)`, '23502'],
  ])('refuses %s with %s', async (values, code) => {
    const text = `INSERT INTO extraction_pipeline_runs (external_id, status) VALUES ${values}`;
    expect(await failureOf(client.query(text))).toMatchObject({ code });
  });
});

const READ_ONLY = TABLES.filter(({ request }) => request.kind === 'read-only').map(({ name }) => name);

it('has the tables that are only looked at', () => {
  expect([...READ_ONLY].sort()).toEqual(['containers', 'data_models', 'unit_systems', 'units', 'views']);
});

it.each(READ_ONLY)('%s is listed, and every write to it is refused', async (table) => {
  const { rows } = await client.query<{ name: string }>(
    'SELECT column_name AS name FROM information_schema.columns WHERE table_name = $1 ORDER BY ordinal_position',
    [table],
  );
  const [first] = rows;
  for (const text of [
    `INSERT INTO ${table} ("${first!.name}") VALUES (NULL)`,
    `DELETE FROM ${table}`,
    `UPDATE ${table} SET "${first!.name}" = NULL`,
    `TRUNCATE ${table}`,
  ]) {
    const failure = await failureOf(client.query(text));
    expect(['0A000', '42809']).toContain(failure.code);
    expect(failure.message).toContain(table);
  }
});
