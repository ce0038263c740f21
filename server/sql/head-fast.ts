// An INSERT's head by pgsql-ast-parser: names only, never a value (it rounds numbers).
import {
  type Expr,
  type InsertStatement,
  type OnConflictAction,
  parse,
  type SetStatement,
} from 'pgsql-ast-parser';
import type { InsertHead, OnConflictClause } from './head';
import { cutName } from './names';

/** Null: it cannot read the text, or the text is not a single INSERT. */
export function readHeadFast(text: string): InsertHead | null {
  const insert = parseInsert(text);
  if (insert === null) return null;
  const { into, columns, onConflict, returning, overriding } = insert;
  return {
    target: {
      database: null,
      schema: into.schema === undefined ? null : cutName(into.schema),
      name: cutName(into.name),
    },
    alias: into.alias === undefined ? null : cutName(into.alias),
    columns: columns ? columns.map(({ name }) => cutName(name)) : null,
    onConflict: onConflict ? readConflict(onConflict) : { action: 'none' },
    returning: Array.isArray(returning) && returning.length > 0,
    overriding: overriding !== undefined,
  };
}

function parseInsert(text: string): InsertStatement | null {
  try {
    const [statement, ...others] = parse(text);
    return statement?.type === 'insert' && others.length === 0 ? statement : null;
  } catch {
    // Not its SQL: PostgreSQL's own parser decides.
    return null;
  }
}

function readConflict({ on, do: action, where }: OnConflictAction): OnConflictClause {
  if (where) return { action: 'other' };
  const columns = on?.type === 'on expr' ? columnsOf(on.exprs) : null;
  if (on?.type === 'on expr' && columns === null) return { action: 'other' };
  const constraint = on?.type === 'on constraint' ? { constraint: cutName(on.constraint.name) } : {};
  if (action === 'do nothing') return { action: 'nothing', columns, ...constraint };
  if (!action.sets.every(isExcluded)) return { action: 'other' };
  const set = action.sets.map(({ column }) => cutName(column.name));
  return { action: 'update', columns, ...constraint, set };
}

function columnsOf(exprs: readonly Expr[]): string[] | null {
  const names = exprs.map((expr) =>
    expr.type === 'ref' && expr.table === undefined ? cutName(expr.name) : null,
  );
  return names.every((name) => name !== null) ? names : null;
}

function isExcluded({ column, value }: SetStatement): boolean {
  if (value.type !== 'ref' || value.table?.name !== 'excluded' || value.table.schema !== undefined)
    return false;
  return value.name === column.name;
}
