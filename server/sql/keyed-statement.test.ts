// Every clause that the reader finds is compared with what PostgreSQL's own parser makes of the statement.
import fc from 'fast-check';
import { parseSync } from 'libpg-query';
import type { Condition } from './conditions';
import { loadParser } from './head-exact';
import type { KeyedStatement } from './keyed-statement';
import type { Range } from './split';
import { readStatement } from './statement';

beforeAll(loadParser);

function read(sql: string): { text: Buffer; statement: KeyedStatement | null } {
  const text = Buffer.from(sql);
  const statement = readStatement(text, 0, text.length);
  const isKeyed = statement.kind === 'update' || statement.kind === 'delete';
  return { text, statement: isKeyed ? statement : null };
}

type Tree = Record<string, unknown>;

/** PostgreSQL's tree without positions. */
function bare(node: unknown): unknown {
  const skip = new Set([
    'location',
    'rexpr_list_start',
    'rexpr_list_end',
    'stmt_location',
    'stmt_len',
    'list_start',
    'list_end',
  ]);
  if (Array.isArray(node)) return node.map(bare);
  if (typeof node !== 'object' || node === null) return node;
  const entries = Object.entries(node).filter(([name]) => !skip.has(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, bare(value)]));
}

function treeOf(sql: string): Tree {
  return bare(parseSync(sql).stmts![0]!.stmt) as Tree;
}

/** The tree of an expression. */
function expression(text: string): unknown {
  const select = treeOf(`SELECT (${text})`)['SelectStmt'] as {
    targetList: { ResTarget: { val: unknown } }[];
  };
  return select.targetList[0]!.ResTarget.val;
}

/** The conditions that AND joins, in PostgreSQL's tree. */
function conjuncts(node: unknown): Tree[] {
  const bool = (node as { BoolExpr?: { boolop: string; args: unknown[] } }).BoolExpr;
  return bool?.boolop === 'AND_EXPR' ? bool.args.flatMap(conjuncts) : [node as Tree];
}

/** The tree that a condition stands for, rebuilt of its parts; null where it says nothing. */
function rebuilt(condition: Condition, slice: (range: Range) => string): unknown {
  switch (condition.kind) {
    case 'compare':
      return expression(`(${slice(condition.left)}) ${condition.operator} (${slice(condition.right)})`);
    case 'in':
      return expression(`(${slice(condition.left)}) IN (${condition.values.map(slice).join(',')})`);
    case 'any':
      return expression(`(${slice(condition.left)}) = ANY (${slice(condition.array)})`);
    case 'in-query':
      return expression(`(${slice(condition.left)}) IN (${slice(condition.query)})`);
    case 'other':
      return expression(slice(condition.range));
  }
}

interface Parsed {
  readonly targetList?: readonly { ResTarget: { name: string; val?: unknown } }[];
  readonly whereClause?: unknown;
  readonly returningList?: unknown;
  readonly returningClause?: unknown;
  readonly relation: {
    catalogname?: string;
    schemaname?: string;
    relname: string;
    alias?: { aliasname: string };
  };
}

/** Fails unless the reader saw what PostgreSQL's parser sees. */
function expectAgreement(sql: string): void {
  const { text, statement } = read(sql);
  const slice = ({ start, end }: Range) => text.toString('utf8', start, end);
  expect(statement).not.toBeNull();
  const tree = treeOf(sql);
  const parsed = Object.values(tree)[0] as Parsed;
  expect(Object.keys(tree)).toEqual([statement!.kind === 'update' ? 'UpdateStmt' : 'DeleteStmt']);
  const { relation } = parsed;
  expect(statement!.target).toEqual({
    database: relation.catalogname ?? null,
    schema: relation.schemaname ?? null,
    name: relation.relname,
  });
  expect(statement!.alias).toBe(relation.alias?.aliasname ?? null);
  const targets = parsed.targetList ?? [];
  expect(statement!.set.map(({ column }) => column)).toEqual(targets.map(({ ResTarget }) => ResTarget.name));
  targets.forEach(({ ResTarget: { val } }, i) => {
    const value = statement!.set[i]!.value;
    const multi = (val as { MultiAssignRef?: { colno: number; source: { RowExpr: { args: unknown[] } } } })
      .MultiAssignRef;
    const expected = multi === undefined ? val : multi.source.RowExpr.args[multi.colno - 1];
    expect(value === null ? { SetToDefault: {} } : expression(slice(value))).toEqual(expected);
  });
  expect(statement!.returning).toBe((parsed.returningList ?? parsed.returningClause) !== undefined);
  const seen = (statement!.conditions ?? []).map((condition) => rebuilt(condition, slice));
  const there = parsed.whereClause === undefined ? [] : conjuncts(parsed.whereClause).flatMap(betweenAsTwo);
  expect(seen.map(normal)).toEqual(there.map(normal));
}

/** BETWEEN is read as two comparisons. */
function betweenAsTwo(node: Tree): Tree[] {
  const between = node['A_Expr'] as
    { kind: string; lexpr: Tree; rexpr: { List: { items: Tree[] } } } | undefined;
  if (between?.kind !== 'AEXPR_BETWEEN') return [node];
  const compare = (sval: string, rexpr: Tree | undefined) => ({
    A_Expr: { kind: 'AEXPR_OP', name: [{ String: { sval } }], lexpr: between.lexpr, rexpr },
  });
  const [low, high] = between.rexpr.List.items;
  return [compare('>=', low), compare('<=', high)];
}

/** `= ANY (SELECT ...)` and IN (SELECT ...) are one thing. */
function normal(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node, (key, value: unknown) => (key === 'operName' ? undefined : value)));
}

describe('reading UPDATE and DELETE', () => {
  test.each([
    "UPDATE events SET type = 'a' WHERE external_id = 'b'",
    'update "Events" * as e set type = $1, subtype=$2 where ((e.external_id) = $3)',
    'UPDATE "db"."public"."t" SET "v" = $1 WHERE (("id" = $2) AND (($4 = 1 AND "v" IS NULL) OR ("v" = $5)))',
    "UPDATE t SET (a, b) = (1, 'x,y'), c = DEFAULT, d = ROW(1, 2) WHERE k IN ('a', 'b''c', $$d)$$)",
    'UPDATE t SET (a, b) = ROW($1, now()) WHERE k = ANY($2::text[]) AND l = SOME (ARRAY[1, 2])',
    'UPDATE t SET a = b IS DISTINCT FROM c FROM s JOIN r USING (x) WHERE t.k = s.k AND s.x > 5',
    "UPDATE t SET a = CASE WHEN b = 1 AND c THEN 'FROM' ELSE d.set END WHERE k = CASE k WHEN 1 THEN 2 END",
    'UPDATE t SET a = (SELECT max(x) FROM s WHERE s.k = 1) WHERE (k, l) IN ((1, 2), (3, 4)) RETURNING a',
    'UPDATE t SET a = -1 WHERE 5 < k AND k<=-7 AND NOT (k = 3)',
    'DELETE FROM t',
    'DELETE FROM ONLY public.t AS x WHERE x.k = 1',
    'DELETE FROM t WHERE k BETWEEN 1 + 2 AND 3 AND l >= 4',
    'DELETE FROM t WHERE k BETWEEN SYMMETRIC 1 AND 3',
    "DELETE FROM t USING s, (SELECT 1 AS where) u WHERE t.k = s.k AND s.v LIKE 'a%' RETURNING *",
    'DELETE FROM t WHERE k IN (SELECT k FROM s WHERE x IN (1, 2))',
    'DELETE FROM t WHERE k = ANY (SELECT k FROM s) AND l IN (VALUES (1), (2))',
    'DELETE FROM t WHERE a = 1 OR b = 2 AND c = 3',
    'DELETE FROM t WHERE (a = 1 AND (b = 2)) AND ((c = 3 AND d IS NULL))',
    'DELETE FROM t WHERE (a, b) = (1, 2) AND k NOT IN (1, 2) AND l = ALL (ARRAY[1])',
    'DELETE FROM t WHERE a = b COLLATE "C" AND c || d = e || f AND g OPERATOR(pg_catalog.=) 1',
    "DELETE FROM t WHERE /* a = 1 */ k = E'it\\'s' -- and l = 2\n AND timestamp < now() - interval '1 day'",
    "delete from t where ts >= timestamp '2024-01-01' and ts < date '2024-02-01' + 1",
    'DELETE FROM t WHERE a[1] = 2 AND (b).c = 3 AND d.end = 4 AND d.case = 5',
    'DELETE FROM t WHERE exists (SELECT 1 FROM s WHERE s.k = t.k)',
  ])('agrees with PostgreSQL about %s', (sql) => {
    expectAgreement(sql);
  });

  it('reads what stands behind WITH', () => {
    const { text, statement } = read('WITH s AS (SELECT 1 AS k) UPDATE t SET a = s.k FROM s WHERE t.k = s.k');

    const { start, end } = statement!.with!;
    expect(text.toString('utf8', start, end)).toBe('WITH s AS (SELECT 1 AS k) ');
    expect(statement!.set).toHaveLength(1);
  });

  test.each([
    'UPDATE t SET a[1] = 2 WHERE k = 1',
    'UPDATE t SET (a, b) = (SELECT 1, 2) WHERE k = 1',
    'UPDATE t SET a = 1 WHERE CURRENT OF c',
    'UPDATE t SET a = 1 WHERE',
    'UPDATE t SET a = 1, WHERE k = 2',
    'UPDATE t SET WHERE k = 2',
    "UPDATE t SET a = 'x WHERE k = 2",
    'DELETE t WHERE k = 1',
    'DELETE FROM t WHERE (k = 1',
    'DELETE FROM t x y WHERE k = 1',
    'WITH s AS (SELECT 1) SELECT * FROM t FOR UPDATE',
  ])('leaves %s to the engine', (sql) => {
    expect(read(sql).statement).toBeNull();
  });

  it('agrees with PostgreSQL about conditions of any shape', () => {
    const value = fc.constantFrom(
      "'a'",
      '$1',
      '1.5',
      "'x' || 'y'",
      'f(1, 2)',
      '(SELECT 1)',
      '(ARRAY[1,2])[1]',
      'CASE WHEN a AND b THEN 1 END',
    );
    const column = fc.constantFrom('k', '"K"', 't.k', '(k)');
    const list = fc.array(value, { minLength: 1, maxLength: 3 });
    const one = fc.oneof(
      fc.tuple(column, fc.constantFrom('=', '<', '>=', '<>', '~'), value).map((parts) => parts.join(' ')),
      fc.tuple(column, list).map(([k, values]) => `${k} IN (${values.join(', ')})`),
      fc.tuple(column, value, value).map(([k, low, high]) => `${k} BETWEEN ${low} AND ${high}`),
      column.map((k) => `${k} IS NOT NULL`),
      column.map((k) => `${k} = ANY ($2)`),
    );
    const { condition } = fc.letrec<{ condition: string }>((tie) => ({
      condition: fc.oneof(
        { maxDepth: 3 },
        one,
        fc
          .tuple(tie('condition'), fc.constantFrom('AND', 'AND', 'OR'), tie('condition'))
          .map((parts) => parts.join(' ')),
        tie('condition').map((inner) => `(${inner})`),
        tie('condition').map((inner) => `NOT ${inner}`),
      ),
    }));
    fc.assert(fc.property(condition, (where) => expectAgreement(`DELETE FROM t WHERE ${where}`)));
  });
});

describe('reading TRUNCATE', () => {
  const readTruncate = (sql: string) => readStatement(Buffer.from(sql), 0, Buffer.byteLength(sql));

  it('names its tables', () => {
    const name = (schema: string | null, table: string) => ({ database: null, schema, name: table });
    expect(readTruncate('TRUNCATE TABLE ONLY raw.a *, "B" RESTART IDENTITY CASCADE')).toEqual({
      kind: 'truncate',
      targets: [name('raw', 'a'), name(null, 'B')],
    });
    expect(readTruncate('truncate t')).toMatchObject({ targets: [name(null, 't')] });
  });

  it('leaves what it does not know to the engine', () => {
    expect(readTruncate('TRUNCATE t NOW')).toEqual({ kind: 'other', word: 'TRUNCATE' });
  });
});
