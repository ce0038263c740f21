// An INSERT's head by libpg-query: PostgreSQL's own parser, compiled to WASM.
import {
  hasSqlDetails,
  type InferClause,
  type InsertStmt,
  loadModule,
  type Node,
  type OnConflictClause as Clause,
  parseSync,
  type RangeVar,
} from 'libpg-query';
import type { InsertHead, OnConflictClause } from './head';

/** Loads the WASM module. To be awaited once, before the first statement is read. */
export async function loadParser(): Promise<void> {
  await loadModule();
}

/** Null: PostgreSQL's grammar refuses the text, or the text is not a single INSERT into plain columns. */
export function readHeadExactly(text: string): InsertHead | null {
  const insert = parseInsert(text);
  const columns = insert?.cols === undefined ? null : insert.cols.map(plainTarget);
  if (insert === null || columns?.includes(null)) return null;
  return {
    ...targetOf(insert.relation),
    columns: columns as string[] | null,
    onConflict:
      insert.onConflictClause === undefined ? { action: 'none' } : readConflict(insert.onConflictClause),
    returning: insert.returningClause !== undefined,
    overriding: insert.override !== undefined && insert.override !== 'OVERRIDING_NOT_SET',
  };
}

function targetOf(relation: RangeVar | undefined): Pick<InsertHead, 'target' | 'alias'> {
  const { catalogname = null, schemaname = null, relname = '', alias } = relation ?? {};
  return {
    target: { database: catalogname, schema: schemaname, name: relname },
    alias: alias?.aliasname ?? null,
  };
}

function parseInsert(text: string): InsertStmt | null {
  try {
    const statements = parseSync(text).stmts ?? [];
    const [first] = statements;
    if (statements.length !== 1 || first?.stmt === undefined || !('InsertStmt' in first.stmt)) return null;
    return first.stmt.InsertStmt;
  } catch (error) {
    // A syntax error is the engine's to tell. A parser that was not loaded is a fault of ours.
    if (hasSqlDetails(error)) return null;
    throw error;
  }
}

function readConflict({ action, infer, targetList, whereClause }: Clause): OnConflictClause {
  if (whereClause !== undefined || infer?.whereClause !== undefined) return { action: 'other' };
  const arbiter = readArbiter(infer);
  if (arbiter === null) return { action: 'other' };
  if (action === 'ONCONFLICT_NOTHING') return { action: 'nothing', ...arbiter };
  const set = (targetList ?? []).map(excludedTarget);
  return set.includes(null) ? { action: 'other' } : { action: 'update', ...arbiter, set: set as string[] };
}

/** Null: not just columns. */
function readArbiter(
  infer: InferClause | undefined,
): { columns: string[] | null; constraint?: string } | null {
  const columns = infer?.indexElems === undefined ? null : infer.indexElems.map(plainElement);
  if (columns?.includes(null)) return null;
  const constraint = infer?.conname === undefined ? {} : { constraint: infer.conname };
  return { columns: columns as string[] | null, ...constraint };
}

/** A column's name, where the target is no part of a column (a.b, a[1]). */
function plainTarget(node: Node): string | null {
  if (!('ResTarget' in node) || node.ResTarget.indirection !== undefined) return null;
  return node.ResTarget.name ?? null;
}

function plainElement(node: Node): string | null {
  if (!('IndexElem' in node)) return null;
  const { name, collation, opclass } = node.IndexElem;
  return collation === undefined && opclass === undefined ? (name ?? null) : null;
}

/** The column's name in `a = EXCLUDED.a`, also within `(a, b) = (EXCLUDED.a, EXCLUDED.b)`. */
function excludedTarget(node: Node): string | null {
  const name = plainTarget(node);
  if (name === null || !('ResTarget' in node)) return null;
  return excludedColumn(node.ResTarget.val) === name ? name : null;
}

function excludedColumn(value: Node | undefined): string | null {
  if (value === undefined) return null;
  if ('MultiAssignRef' in value) {
    const { source, colno } = value.MultiAssignRef;
    if (source === undefined || !('RowExpr' in source) || colno === undefined) return null;
    return excludedColumn(source.RowExpr.args?.[colno - 1]);
  }
  if (!('ColumnRef' in value)) return null;
  const fields = (value.ColumnRef.fields ?? []).map((field) =>
    'String' in field ? field.String.sval : null,
  );
  return fields.length === 2 && fields[0] === 'excluded' ? (fields[1] ?? null) : null;
}
