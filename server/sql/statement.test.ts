import { loadParser } from './head-exact';
import { readStatement, type Statement } from './statement';

function read(sql: string): Statement {
  const text = Buffer.from(sql);
  return readStatement(text, 0, text.length);
}

/** An INSERT with its ranges as text. */
function readInsert(sql: string) {
  const text = Buffer.from(sql);
  const insert = readStatement(text, 0, text.length);
  if (insert.kind !== 'insert') return insert;
  const slice = ({ start, end }: { start: number; end: number }) => text.toString('utf8', start, end);
  return {
    ...insert,
    values: insert.values && slice(insert.values),
    target: slice(insert.targetRange),
    tail: slice({ start: insert.tailStart, end: text.length }),
  };
}

beforeAll(loadParser);

describe('session statements', () => {
  test.each<[string, Statement]>([
    ['BEGIN', { kind: 'begin' }],
    ['begin', { kind: 'begin' }],
    ['BEGIN WORK', { kind: 'begin' }],
    ['BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED', { kind: 'begin' }],
    ['start transaction read only, deferrable', { kind: 'begin' }],
    ['START foo', { kind: 'other', word: 'START' }],
    ['COMMIT', { kind: 'commit', chain: false }],
    ['END', { kind: 'commit', chain: false }],
    ['/* x */ commit work and chain -- y', { kind: 'commit', chain: true }],
    ['COMMIT TRANSACTION AND NO CHAIN', { kind: 'commit', chain: false }],
    ["COMMIT PREPARED 'x'", { kind: 'other', word: 'COMMIT' }],
    ['COMMIT nonsense', { kind: 'other', word: 'COMMIT' }],
    ['ROLLBACK', { kind: 'rollback', chain: false }],
    ['ABORT TRANSACTION AND CHAIN', { kind: 'rollback', chain: true }],
    ["ROLLBACK PREPARED 'x'", { kind: 'other', word: 'ROLLBACK' }],
    ['ABORT TO s', { kind: 'other', word: 'ABORT' }],
    ['ROLLBACK TO "_pg3_1"', { kind: 'rollback-to', name: '_pg3_1' }],
    ['ROLLBACK WORK TO SAVEPOINT PGJDBC_AUTOSAVE', { kind: 'rollback-to', name: 'pgjdbc_autosave' }],
    ['rollback to savepoint', { kind: 'rollback-to', name: 'savepoint' }],
    ['SAVEPOINT "a""B"', { kind: 'savepoint', name: 'a"B' }],
    ['SAVEPOINT Ünder', { kind: 'savepoint', name: 'Ünder' }],
    ['SAVEPOINT', { kind: 'other', word: 'SAVEPOINT' }],
    ['RELEASE _EXEC_SVP_0x11774bf0', { kind: 'release', name: '_exec_svp_0x11774bf0' }],
    ['RELEASE SAVEPOINT "s1"', { kind: 'release', name: 's1' }],
    ['DEALLOCATE ALL', { kind: 'deallocate', name: null }],
    ['DEALLOCATE "all"', { kind: 'deallocate', name: 'all' }],
    ['DEALLOCATE PREPARE "_PLAN0x1"', { kind: 'deallocate', name: '_PLAN0x1' }],
    ['DISCARD ALL', { kind: 'discard-all' }],
    ['DISCARD TEMP', { kind: 'other', word: 'DISCARD' }],
    ["EXECUTE p('a', 1)", { kind: 'execute-sql' }],
    ['', { kind: 'empty' }],
    [' -- only a comment', { kind: 'empty' }],
    ['/* /* nested */ */', { kind: 'empty' }],
    ['((SELECT 1))', { kind: 'other', word: 'SELECT' }],
    ['MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE', { kind: 'other', word: 'MERGE' }],
    ['WITH x AS (SELECT 1) SELECT * FROM x', { kind: 'other', word: 'WITH' }],
    ['EXPLAIN INSERT INTO t VALUES (1)', { kind: 'other', word: 'EXPLAIN' }],
    ['{call x()}', { kind: 'other', word: '{' }],
  ])('%s', (sql, statement) => {
    expect(read(sql)).toEqual(statement);
  });

  test('cuts a name to 63 bytes at a border between characters', () => {
    expect(read(`SAVEPOINT ${'x'.repeat(70)}`)).toEqual({ kind: 'savepoint', name: 'x'.repeat(63) });
    expect(read(`SAVEPOINT ${'é'.repeat(40)}`)).toEqual({ kind: 'savepoint', name: 'é'.repeat(31) });
  });
});

describe('INSERT', () => {
  test.each([
    ["INSERT INTO t VALUES ('a', 1)", { target: 't', columns: null, values: "('a', 1)", tail: '' }],
    ["insert into t(a)values('x;)'), ($$)$$) ;".slice(0, -1), { values: "('x;)'), ($$)$$)", tail: '' }],
    ['INSERT INTO "public"."npg_t" ("id") VALUES ($1)', { target: '"public"."npg_t"', columns: ['id'] }],
    ['/* head */ INSERT INTO d.s.t VALUES (1)', { target: 'd.s.t', values: '(1)' }],
    ['INSERT INTO t AS values (a) VALUES (1)', { alias: 'values', columns: ['a'], values: '(1)' }],
    ['INSERT INTO t (values, "select") VALUES (1, 2)', { columns: ['values', 'select'], values: '(1, 2)' }],
    [
      'INSERT INTO t (A, "B c") OVERRIDING SYSTEM VALUE VALUES (1, 2)',
      { columns: ['a', 'B c'], overriding: true },
    ],
    [
      "INSERT INTO t VALUES (E'\\')', 1) RETURNING *",
      { values: "(E'\\')', 1)", returning: true, tail: 'RETURNING *' },
    ],
    ['INSERT INTO t VALUES (1) -- done', { values: '(1)', tail: '' }],
    [
      'INSERT INTO t VALUES -- (\n (1), /* ) */ (2) /**/ RETURNING a',
      { values: '(1), /* ) */ (2)', tail: 'RETURNING a' },
    ],
    [
      'INSERT INTO U&"\\0061bc" (U&"d!0061" UESCAPE \'!\') VALUES (1)',
      { target: 'U&"\\0061bc"', columns: ['da'] },
    ],
    ['INSERT INTO größe (Ä) VALUES (1)', { target: 'größe', columns: ['Ä'] }],
  ])('finds the parts of %s', (sql, parts) => {
    expect(readInsert(sql)).toMatchObject({ kind: 'insert', ...parts });
  });

  test.each([
    'INSERT INTO t DEFAULT VALUES',
    'INSERT INTO t (a) SELECT 1',
    'INSERT INTO t (SELECT 1)',
    'INSERT INTO t (VALUES (1))',
    'INSERT INTO t TABLE x',
    'INSERT INTO t VALUES (1) UNION ALL VALUES (2)',
    'INSERT INTO t VALUES (1), (2) ORDER BY 1 LIMIT 1',
    'INSERT INTO t (a) WITH x AS (SELECT 1) SELECT * FROM x',
    'WITH x AS (SELECT 1), insert AS (SELECT 2) INSERT INTO t SELECT * FROM x',
    'WITH x AS (SELECT 1) INSERT INTO t VALUES (1)',
    'INSERT INTO t VALUES',
    'INSERT INTO t VALUES (1',
    'INSERT INTO t VALUES (1),',
    'INSERT INTO t VALUES (1) trailing',
    "INSERT INTO t VALUES ('a",
  ])('leaves the rows of %s to the engine', (sql) => {
    expect(readInsert(sql)).toMatchObject({ kind: 'insert', target: 't', values: null });
  });

  test.each([
    ['INSERT INTO t SELECT * FROM s ON CONFLICT (a) DO NOTHING', 'ON CONFLICT (a) DO NOTHING', 'nothing'],
    ['INSERT INTO t SELECT a FROM s JOIN x ON conflict = 1 RETURNING a', 'RETURNING a', 'none'],
    ['INSERT INTO t SELECT 1 AS returning, s.returning FROM s', '', 'none'],
    ['INSERT INTO t DEFAULT VALUES ON CONFLICT DO NOTHING', 'ON CONFLICT DO NOTHING', 'nothing'],
    [
      'INSERT INTO t SELECT (SELECT 1 ON) FROM s ON CONFLICT ON CONSTRAINT k DO UPDATE SET a = EXCLUDED.a RETURNING *',
      'ON CONFLICT ON CONSTRAINT k DO UPDATE SET a = EXCLUDED.a RETURNING *',
      'update',
    ],
  ])('finds the tail behind the query of %s', (sql, tail, action) => {
    expect(readInsert(sql)).toMatchObject({ kind: 'insert', values: null, tail, onConflict: { action } });
  });

  test.each([
    'INSERT',
    'INSERT INTO',
    'INSERT INTO t',
    'INSERT INTO t (a',
    'INSERT INTO t (a,) VALUES (1)',
    'INSERT INTO t (a[1]) VALUES (1)',
    'INSERT INTO t VALUES (1) ON CONFLICT',
    'INSERT INTO t x VALUES (1)',
  ])('leaves what no parser takes to the engine: %s', (sql) => {
    expect(read(sql)).toEqual({ kind: 'other', word: 'INSERT' });
  });

  test('gives offsets into the whole text', () => {
    const text = Buffer.from("SELECT 1; INSERT INTO t VALUES ('é') RETURNING a; SELECT 2");
    const insert = readStatement(text, 9, 49);

    expect(insert).toMatchObject({
      values: { start: 31, end: 37 },
      targetRange: { start: 22, end: 23 },
      tailStart: 38,
    });
  });

  test('does not give megabytes to a parser', () => {
    const sql = `INSERT INTO t (${Array.from({ length: 60_000 }, (_, i) => `c${i}`).join(',')}) VALUES (1)`;
    expect(read(sql)).toEqual({ kind: 'other', word: 'INSERT' });
  });
});
