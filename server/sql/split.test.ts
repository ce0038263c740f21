import fc from 'fast-check';
import { parseSync } from 'libpg-query';
import { loadParser } from './head-exact';
import { splitStatements } from './split';

function split(sql: string): string[] {
  const text = Buffer.from(sql);
  return splitStatements(text, 0, text.length).map(({ start, end }) => text.toString('utf8', start, end));
}

/** PostgreSQL's own borders; null where its grammar refuses the text. */
function splitByPostgres(sql: string): string[] | null {
  const text = Buffer.from(sql);
  try {
    return (parseSync(sql).stmts ?? []).map(({ stmt_location: at = 0, stmt_len: length }) =>
      text.toString('utf8', at, length === undefined ? undefined : at + length),
    );
  } catch {
    return null;
  }
}

/** Where a statement's leading comments belong is a matter of taste. */
const bare = (sql: string) => sql.replace(/^(\s|--.*\n|\/\*.*?\*\/)+|\s+$/g, '');

beforeAll(loadParser);

test.each([
  ['', []],
  [' ;; ; -- x', []],
  ['select 1', ['select 1']],
  ['select 1;', ['select 1']],
  [
    "RELEASE x;SAVEPOINT x;INSERT INTO t VALUES ('a;b')",
    ['RELEASE x', 'SAVEPOINT x', "INSERT INTO t VALUES ('a;b')"],
  ],
  ["select E'\\';' ; select 2", ["select E'\\';' ", 'select 2']],
  ["select E'a'\n'\\';' ; select 2", ["select E'a'\n'\\';' ", 'select 2']],
  ["select name';' ; select 2", ["select name';' ", 'select 2']],
  ['select $a$ ; $b$ ; $a$; select a$b$;$b$', ['select $a$ ; $b$ ; $a$', 'select a$b$', '$b$']],
  [
    'select ";"";" /* ; /* ; */ ; */ -- ;\n; select 2',
    ['select ";"";" /* ; /* ; */ ; */ -- ;\n', 'select 2'],
  ],
  ["select 'open ; select 2", ["select 'open ; select 2"]],
  [
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 2 THEN 3 END; SELECT 2; END; SELECT 3',
    [
      'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE 1 WHEN 2 THEN 3 END; SELECT 2; END',
      'SELECT 3',
    ],
  ],
  [
    'create or replace procedure p() begin atomic delete from t; end; begin; end',
    ['create or replace procedure p() begin atomic delete from t; end', 'begin', 'end'],
  ],
  [
    'CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); SELECT 1',
    ['CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)', 'SELECT 1'],
  ],
  ['create table begin (a int); select 1', ['create table begin (a int)', 'select 1']],
])('splits %j', (sql, statements) => {
  expect(split(sql)).toEqual(statements);
});

test('splits a part of a longer text', () => {
  const text = Buffer.from("'; select 1; select 2;garbage'");
  expect(splitStatements(text, 1, 22)).toEqual([
    { start: 3, end: 11 },
    { start: 13, end: 21 },
  ]);
});

test('cuts where PostgreSQL cuts', () => {
  const value = fc.constantFrom(
    ...[
      '1',
      "'a;b'",
      "''''",
      "'--'",
      "E'\\';\\\\'",
      "e'/*'",
      '$$;$$',
      "$x$ ';$$ $x$",
      '";"',
      '"a"";b"',
      'x$1',
      "U&';'",
      "B'1'",
    ],
    ...[
      '/* ; */ 2',
      '/* /* ; */ ; */ 3',
      "-- ;'\n 4",
      "'a'\n'b;'",
      "E'a'\n'\\';'",
      'a.e',
      '$1',
      "x - -'1'",
      "a->>'b;'",
    ],
    ...['1.5e+3', "'é;'", 'ünï', '(select (1))', "n';'", "4/'2;'::int", '"E"\';\''],
  );
  const statement = fc.oneof(
    fc.array(value, { minLength: 1, maxLength: 4 }).map((values) => `select ${values.join(', ')}`),
    fc.constantFrom(
      '',
      ' ',
      '-- nothing\n',
      '/* ; */',
      'begin',
      'end',
      'create function f() returns int begin atomic select case when true then 1 end; select 2; end',
      'create or replace rule r as on insert to t do also (delete from a; delete from b)',
      "create function f() returns int language sql as 'select 1; select 2'",
      'create table t (a int)',
    ),
  );
  let compared = 0;
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 5 }), (statements) => {
      const sql = statements.join(';');
      const expected = splitByPostgres(sql);
      if (expected === null) return;
      compared++;
      expect(split(sql).map(bare)).toEqual(expected.map(bare));
    }),
    { numRuns: 2000 },
  );
  expect(compared).toBeGreaterThan(500);
});
