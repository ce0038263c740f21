// From the head of a write to what it means for a gateway table: which columns, and what happens to existing items.
// The errors are those that PostgreSQL's parse analysis and planner would raise.
import type { OnConflict } from '../../shared/batch';
import { type Column, columnOf, qualifiedName, type Table } from '../../shared/tables/table';
import { countExpressions } from '../ingest/decode/values';
import { PostgresError } from '../postgres-error';
import type { Operator } from '../sql/conditions';
import type { InsertStatement } from '../sql/statement';

export interface WritePlan {
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly onConflict: OnConflict;
  /** Absent: insert. */
  readonly write?: 'update' | 'delete';
  /** DELETE of data points: how each of the columns is compared with the row's field. */
  readonly operators?: readonly Operator[];
}

/** True where the table is as it was planned for, or has got columns since: a prepared statement goes on. */
export function stillTakes(table: Table, plan: WritePlan): boolean {
  if (table === plan.table) return true;
  const frame = ({ key, request }: Table) => JSON.stringify([key, request]);
  return (
    qualifiedName(table) === qualifiedName(plan.table) &&
    frame(table) === frame(plan.table) &&
    plan.columns.every((column) => JSON.stringify(columnOf(table, column.name)) === JSON.stringify(column))
  );
}

/** `names` null: all columns, in their order. */
export function planColumns(table: Table, names: readonly string[] | null): readonly Column[] {
  if (names === null) return table.columns;
  return names.map((name, i) => {
    const column = columnOf(table, name);
    if (column === undefined)
      throw new PostgresError(
        'undefined_column',
        `column "${name}" of relation "${table.name}" does not exist`,
        { hint: `The columns are: ${table.columns.map((known) => known.name).join(', ')}.` },
      );
    if (names.indexOf(name) !== i)
      throw new PostgresError('duplicate_column', `column "${name}" specified more than once`);
    return column;
  });
}

/** `text` holds the statement: where it lists no columns, its first row says how many are written. */
export function planInsert(table: Table, insert: InsertStatement, text: Buffer): WritePlan {
  if (insert.returning)
    throw new PostgresError(
      'feature_not_supported',
      `RETURNING is not supported for gateway table "${table.name}"`,
      {
        hint: 'Leave RETURNING out: Sluice only writes.',
      },
    );
  const count = insert.columns === null && insert.values !== null ? countOf(text, insert.values) : 0;
  const columns = planColumns(table, insert.columns);
  return {
    table,
    columns: count > 0 ? columns.slice(0, count) : columns,
    onConflict: planConflict(table, insert.onConflict),
  };
}

function countOf(text: Buffer, values: { readonly start: number; readonly end: number }): number {
  return countExpressions(text, values.start, values.end);
}

function planConflict(table: Table, clause: InsertStatement['onConflict']): OnConflict {
  switch (clause.action) {
    case 'none':
      return { action: 'update' };
    case 'nothing':
      if (clause.columns !== null || clause.constraint !== undefined) checkArbiter(table, clause);
      return { action: 'nothing' };
    case 'update':
      checkArbiter(table, clause);
      planColumns(table, clause.set);
      return { action: 'update', columns: clause.set.filter((name) => !table.key.includes(name)) };
    case 'other':
      throw new PostgresError(
        'feature_not_supported',
        `this form of ON CONFLICT is not supported for gateway table "${table.name}"`,
        { hint: 'Use ON CONFLICT DO NOTHING, or ON CONFLICT (key) DO UPDATE SET column = EXCLUDED.column.' },
      );
  }
}

function checkArbiter(
  table: Table,
  clause: { columns: readonly string[] | null; constraint?: string },
): void {
  if (clause.constraint !== undefined) {
    if (clause.constraint === `${table.name}_pkey` && table.key.length > 0) return;
    throw new PostgresError(
      'undefined_object',
      `constraint "${clause.constraint}" for table "${table.name}" does not exist`,
    );
  }
  const named = new Set(clause.columns ?? []);
  if (
    table.key.length > 0 &&
    named.size === table.key.length &&
    table.key.every((column) => named.has(column))
  )
    return;
  throw new PostgresError(
    { code: '42P10' },
    'there is no unique or exclusion constraint matching the ON CONFLICT specification',
    table.key.length === 0 ? {} : { hint: `The key of "${table.name}" is (${table.key.join(', ')}).` },
  );
}
