import { parseSync } from 'libpg-query';
import type { DdlStatement } from './ddl-statement';
import { loadParser } from './head-exact';
import { readStatement } from './statement';

beforeAll(loadParser);

function read(sql: string): DdlStatement | null {
  const statement = readStatement(Buffer.from(sql), 0, Buffer.byteLength(sql));
  return 'body' in statement ||
    'actions' in statement ||
    'cascade' in statement ||
    statement.kind === 'create-schema'
    ? statement
    : null;
}

const at = (sql: string, range: { start: number; end: number } | null) =>
  range === null ? null : sql.slice(range.start, range.end);

describe('CREATE TABLE', () => {
  it.each([
    ['CREATE TABLE raw.x (a int)', { schema: 'raw', name: 'x' }, false, '(a int)'],
    [
      'create table if not exists "raw:p"."X y" (a int) WITH (fillfactor=10)',
      { schema: 'raw:p', name: 'X y' },
      true,
      '(a int) WITH (fillfactor=10)',
    ],
    ['CREATE /* c */ UNLOGGED TABLE x(LIKE y)', { schema: null, name: 'x' }, false, '(LIKE y)'],
  ])('%s', (sql, name, ifNotExists, body) => {
    const statement = read(sql);
    expect(statement).toMatchObject({ kind: 'create-table', name, ifNotExists, isFromQuery: false });
    expect(at(sql, (statement as { body: { start: number; end: number } }).body)).toBe(body);
    expect(() => parseSync(sql)).not.toThrow();
  });

  it.each([
    ['CREATE TABLE raw.x AS SELECT 1', true],
    ['CREATE TABLE raw.x (a) AS (SELECT 1) WITH NO DATA', true],
    ['CREATE TABLE raw.x (a int GENERATED ALWAYS AS (1) STORED, "as" int)', false],
  ])('%s says whether a query makes it', (sql, isFromQuery) => {
    expect(read(sql)).toMatchObject({ isFromQuery });
  });

  it.each([
    'CREATE TEMP TABLE x (a int)',
    'CREATE GLOBAL TEMPORARY TABLE x (a int)',
    'CREATE FOREIGN TABLE x (a int) SERVER s',
    'CREATE INDEX ON x (a)',
    'CREATE VIEW x AS SELECT 1',
    'CREATE SCHEMA x AUTHORIZATION y',
    'CREATE TABLE x (a int',
    'ALTER INDEX x RENAME TO y',
    'DROP VIEW x',
    'DROP TABLE x,',
  ])('%s is none of ours', (sql) => {
    expect(read(sql)).toBeNull();
  });
});

describe('ALTER TABLE', () => {
  it.each([
    ['ALTER TABLE raw.x ADD a int', [['a int', false]]],
    [
      'ALTER TABLE IF EXISTS ONLY raw.x ADD COLUMN a numeric(10,2), ADD COLUMN IF NOT EXISTS "b c" text COLLATE "C"',
      [
        ['a numeric(10,2)', false],
        ['"b c" text COLLATE "C"', true],
      ],
    ],
    [
      'ALTER TABLE raw.x DROP COLUMN a, ADD b int',
      [
        [null, false],
        ['b int', false],
      ],
    ],
    ['ALTER TABLE raw.x ADD PRIMARY KEY (a)', [[null, false]]],
    ['ALTER TABLE raw.x RENAME TO y', [[null, false]]],
    ['ALTER TABLE raw.x ADD COLUMN "check" int', [['"check" int', false]]],
  ])('%s', (sql, actions) => {
    const statement = read(sql) as unknown as {
      actions: { column: { start: number; end: number } | null; ifNotExists: boolean }[];
    };
    expect(statement.actions.map(({ column, ifNotExists }) => [at(sql, column), ifNotExists])).toEqual(
      actions,
    );
    expect(() => parseSync(sql)).not.toThrow();
  });
});

describe('DROP TABLE', () => {
  it.each([
    ['DROP TABLE raw.x', ['x'], false],
    ['DROP TABLE IF EXISTS a, "b".c CASCADE', ['a', 'c'], true],
    ['DROP TABLE a RESTRICT', ['a'], false],
  ])('%s', (sql, names, cascade) => {
    const statement = read(sql) as unknown as { names: { name: string }[] };
    expect(statement).toMatchObject({ kind: 'drop-tables', cascade });
    expect(statement.names.map(({ name }) => name)).toEqual(names);
    expect(() => parseSync(sql)).not.toThrow();
  });
});

test('CREATE SCHEMA', () => {
  expect(read('CREATE SCHEMA IF NOT EXISTS "raw:x"')).toEqual({
    kind: 'create-schema',
    name: 'raw:x',
    ifNotExists: true,
  });
});
