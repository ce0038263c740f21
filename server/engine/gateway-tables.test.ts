// The declarations as PostgreSQL has them: what \d+, DBeaver and Data Factory's "import schema" show.
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { TABLES } from '../../shared/tables/catalogue';
import type { Table } from '../../shared/tables/table';
import { createSilentLog } from '../../tests/support/silent-log';
import { type Engine, startEngine } from './engine';
import { quotedShadow, signature } from './evaluation';

let engine: Engine;
let client: Client;

beforeAll(async () => {
  engine = await startEngine({
    binDirectory: null,
    cacheDirectory: join(tmpdir(), 'sluice-test-cache'),
    maxConnections: 5,
    log: createSilentLog(),
  });
  await engine.prepareUser('tables');
  client = new Client({ host: dirname(engine.socketPath), user: 'tables', database: 'tables' });
  await client.connect();
});

afterAll(async () => {
  await client?.end();
  await engine?.stop();
});

const COLUMNS_QUERY = `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull AS "notNull",
  col_description(a.attrelid, a.attnum) AS comment
  FROM pg_attribute a WHERE a.attrelid = $1::regclass AND a.attnum > 0 ORDER BY a.attnum`;
const KEY_QUERY = `SELECT a.attname AS name FROM pg_index i, unnest(i.indkey) WITH ORDINALITY k(attnum, n)
  JOIN pg_attribute a ON a.attnum = k.attnum WHERE i.indrelid = $1::regclass AND a.attrelid = i.indrelid
  AND i.indisprimary ORDER BY k.n`;

interface ShownColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly comment: string;
}

async function shownColumns({ name }: Table): Promise<ShownColumn[]> {
  return (await client.query<ShownColumn>(COLUMNS_QUERY, [`public."${name}"`])).rows;
}

/** What format_type calls a type that a declaration names by its short name. */
async function longName(type: string): Promise<string> {
  const [, name, length] = /^([^(]+)(\(.*\))?$/.exec(type)!;
  const { rows } = await client.query<{ long: string }>('SELECT $1::regtype::text AS long', [name]);
  return rows[0]!.long + (length ?? '');
}

const tables = TABLES.map((table) => [table.name, table] as const);

test.each(tables)(
  '%s has the columns that are declared, in their order and of their types',
  async (_, table) => {
    const shown = await shownColumns(table);
    const declared: { name: string; type: string }[] = [];
    for (const { name, type } of table.columns) declared.push({ name, type: await longName(type) });

    expect(shown.map(({ name, type }) => ({ name, type }))).toEqual(declared);
  },
);

test.each(tables)(
  '%s says of each column what it is, what it is in CDF, and whether it can be written',
  async (_, table) => {
    for (const { name, comment } of await shownColumns(table)) {
      const { description, property, access } = table.columns.find((column) => column.name === name)!;
      expect(comment).toBe(`${description}${access === 'read-only' ? ' Read-only.' : ''} (CDF: ${property})`);
    }
  },
);

test.each(tables)('%s has its primary key, by which clients upsert', async (_, table) => {
  const { rows } = await client.query<{ name: string }>(KEY_QUERY, [`public."${table.name}"`]);

  expect(rows.map(({ name }) => name)).toEqual(table.key);
});

test('a column is NOT NULL where CDF wants it and no other column can give it', async () => {
  const notNull = async (name: string) =>
    (await shownColumns(TABLES.find((table) => table.name === name)!))
      .filter((column) => column.notNull)
      .map((column) => column.name);

  expect(await notNull('extraction_pipelines')).toEqual(['external_id', 'name']);
  expect(await notNull('extraction_pipeline_runs')).toEqual(['status']);
  expect(await notNull('sequence_rows')).toEqual(['external_id', 'row_number']);
  expect(await notNull('relationships')).toEqual([
    ...['external_id', 'source_external_id', 'source_type', 'target_external_id', 'target_type'],
  ]);
});

test.each(
  TABLES.filter(({ request }) => request.kind === 'read-only').flatMap(({ name }) => [
    `INSERT INTO ${name} DEFAULT VALUES`,
    `DELETE FROM ${name}`,
    `TRUNCATE ${name}`,
  ]),
)('refuses %s: the table is read-only', async (text) => {
  await expect(client.query(text)).rejects.toMatchObject({
    code: '0A000',
    message: expect.stringContaining('cannot write to gateway table') as string,
    detail: expect.stringContaining('read-only') as string,
  });
});

test('rows for every table are evaluated in its shadow', async () => {
  for (const { name, columns } of TABLES) {
    const names = columns.map((column) => `"${column.name}"`).join(', ');
    const text = `INSERT INTO ${quotedShadow({ name })} DEFAULT VALUES RETURNING ${names}`;
    const { rows } = await client.query(signature(text) + text);
    expect(rows).toHaveLength(1);
  }
});
