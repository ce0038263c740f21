import type { OwnTable } from './own-table';
import { columnNameFault, newTableId, tableNameFault } from './own-table';
import { tableOf } from './table-of-own';
import { TABLES } from './tables/catalogue';

const name = (text: string, schema = 'public') => tableNameFault({ schema, name: text });

test.each(['movies', 'My table-1', 'x'.repeat(60), 'Æ/"\'', '𝔘'.repeat(15)])(
  '%j may name a table',
  (text) => {
    expect(name(text)).toBeNull();
  },
);

test.each([
  ['', 'is empty'],
  ['x'.repeat(61), 'is longer than 60 characters'],
  ['𝔘'.repeat(16), 'is longer than 63 bytes'],
  ['a\nb', 'contains a control character'],
  ['a\u0000', 'contains a control character'],
  ['\ud800', 'contains a control character'],
])('%j may not, and the reason is said', (text, fault) => {
  expect(name(text)).toBe(fault);
});

test("the gateway's names, and Cognite's, are taken in schema public only", () => {
  for (const taken of [
    ...TABLES.map((table) => table.name),
    'sequence_rows',
    'unit_systems',
    'timeseries',
    'raw',
  ]) {
    expect(name(taken)).toBe('is the name of a built-in table');
    expect(name(taken, 'raw:plant')).toBeNull();
  }
});

test("a column has no system column's name", () => {
  for (const system of ['ctid', 'xmin', 'tableoid'])
    expect(columnNameFault(system)).toContain('system column');
  for (const good of ['title', 'Ctid', 'a b', 'ø'.repeat(31)]) expect(columnNameFault(good)).toBeNull();
  expect(columnNameFault('ø'.repeat(32))).toBe('is longer than 63 bytes');
});

test('ids are digits that a number holds', () => {
  const ids = Array.from({ length: 100 }, newTableId);

  for (const id of ids) expect(String(Number(id))).toBe(id);
  expect(new Set(ids).size).toBe(100);
});

const aTable = (primaryKey: string | null, schema = 'public'): OwnTable => ({
  id: '1',
  schema,
  name: 'movies',
  destination: { type: 'raw_rows', target: { database: 'd', table: 't' }, primaryKey },
  columns: [
    { name: 'year', type: 'int8' },
    { name: 'title', type: 'text', description: 'Its title.' },
  ],
  createdTime: 1,
});

test('a RAW table is keyed by its primary key, and every other column is one of the RAW row', () => {
  const table = tableOf(aTable('title'));

  expect(table).toMatchObject({
    name: 'movies',
    key: ['title'],
    acl: 'rawAcl',
    request: { kind: 'raw-rows', target: { database: 'd', table: 't' } },
  });
  expect(table).not.toHaveProperty('schema');
  expect(table.columns.map(({ name: column, type, property }) => [column, type, property])).toEqual([
    ['year', 'int8', 'columns.year'],
    ['title', 'text', 'key'],
  ]);
});

test('a RAW table without a primary key has _raw_key besides, and keeps its schema', () => {
  const table = tableOf(aTable(null, 'raw:plant'));

  expect([table.schema, table.key]).toEqual(['raw:plant', ['_raw_key']]);
  expect(table.columns.map(({ property }) => property).sort()).toEqual([
    'columns.title',
    'columns.year',
    'key',
  ]);
});
