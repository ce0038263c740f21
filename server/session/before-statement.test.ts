import { loadParser } from '../sql/head-exact';
import { readStatement } from '../sql/statement';
import { BeforeStatement, type BeforeStatementPorts } from './before-statement';
import { CATALOGUE_ONLY } from './own-tables';

beforeAll(loadParser);

type Over = Awaited<ReturnType<BeforeStatementPorts['overLimit']>>;

function refusedOf(text: string, over: Over = { hasFunctions: false }): Promise<string | null> {
  const bytes = Buffer.from(text);
  const before = new BeforeStatement({
    tables: CATALOGUE_ONLY,
    isOverLimit: () => true,
    overLimit: () => Promise.resolve(over),
    showLoads: () => Promise.resolve(),
  });
  const looked = before.look([{ statement: readStatement(bytes, 0, bytes.length), text: bytes }]);
  return Promise.resolve(looked).then(
    () => null,
    (error: { code: string }) => error.code,
  );
}

const GROWING = [
  'INSERT INTO staged VALUES (1)',
  'COPY staged FROM STDIN',
  'UPDATE staged SET a = 1',
  'CREATE TABLE t (a int)',
  'CREATE TABLE t AS SELECT 1',
  'CREATE INDEX ON staged (a)',
  'CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1',
  'SELECT 1 INTO t',
  'WITH n AS (INSERT INTO t VALUES (1)) SELECT 1',
  'WITH n AS (UPDATE t SET a = 1 RETURNING 1) TABLE n',
  'EXPLAIN ANALYZE UPDATE t SET a = 1',
  'MERGE INTO t USING u ON a = b WHEN MATCHED THEN DO NOTHING',
  'DO $$ BEGIN END $$',
  'CALL p()',
  'EXECUTE e',
];
const READING = [
  'SELECT fill()',
  'VALUES (fill())',
  'EXPLAIN ANALYZE SELECT fill()',
  'TABLE a_view',
  'SELECT 1',
];
const HARMLESS = [
  'DROP TABLE staged',
  'DROP FUNCTION fill',
  'TRUNCATE staged',
  'DELETE FROM staged',
  'COMMIT',
  'SET a.b = 1',
  'SHOW TimeZone',
  'SELECT relname FROM pg_catalog.pg_class',
  'select table_name from information_schema.tables',
  "INSERT INTO assets (name) VALUES ('x')",
  'INSERT INTO assets (name) SELECT a FROM staged',
  'COPY assets FROM STDIN',
];

describe('a user whose staging tables hold too much', () => {
  it.each(GROWING)('cannot run %s', async (text) => {
    expect(await refusedOf(text)).toBe('53100');
  });

  it.each(READING)('can run %s, but not with functions of one’s own', async (text) => {
    expect(await refusedOf(text)).toBeNull();
    expect(await refusedOf(text, { hasFunctions: true })).toBe('53100');
  });

  it.each(HARMLESS)('can run %s', async (text) => {
    expect(await refusedOf(text, { hasFunctions: true })).toBeNull();
  });

  it.each([...GROWING, ...READING])('can run %s once they hold less', async (text) => {
    expect(await refusedOf(text, null)).toBeNull();
  });
});
