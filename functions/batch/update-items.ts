// Makes update items of create items: what INSERT sets on an item that CDF has already. Pure.
import type { OnConflict } from '../../shared/batch';
import type { Column, Table } from '../../shared/tables/table';
import { columnOf } from '../../shared/tables/table';
import type { Item } from './json-body';

export interface UpdatePlan {
  /** Columns that an update sets or unsets. */
  readonly set: readonly Column[];
  /** Columns that CDF cannot change, or not unset: its answer is compared with them. */
  readonly compare: readonly Column[];
}

/** What of the named columns an existing item gets. */
export function planUpdate(table: Table, columns: readonly string[], onConflict: OnConflict): UpdatePlan {
  const chosen = 'columns' in onConflict ? onConflict.columns : columns;
  const named = chosen.map((name) => columnOf(table, name)).filter((column) => column !== undefined);
  const writable = named.filter(
    (column) => column.property !== 'externalId' && column.access !== 'read-only',
  );
  return {
    set: writable.filter((column) => column.immutable !== true),
    compare: writable.filter((column) => column.immutable === true || column.onNull === 'keep'),
  };
}

/** What CDF's update says of one property. */
export type Change = Readonly<Record<string, unknown>>;

/** The column whose update depends on what CDF has; see ValueShape. */
export function definitionColumn({ set }: UpdatePlan): Column | undefined {
  return set.find((column) => column.as === 'column-definitions');
}

/**
 * `{externalId, update}`; null where it would change nothing and there is nothing to compare either. `definitions`: the
 * change of definitionColumn, null where there is none to make.
 */
export function updateItem(
  item: Item,
  { set, compare }: UpdatePlan,
  definitions: Change | null = null,
): Item | null {
  const update: Record<string, unknown> = {};
  for (const column of set) {
    const value = item[column.property];
    const isWhole = value === undefined || column.as !== 'column-definitions';
    const change = isWhole ? (value === undefined ? unset(column) : { set: value }) : definitions;
    if (change !== null) update[column.property] ??= change;
  }
  if (Object.keys(update).length === 0 && compare.length === 0) return null;
  return { externalId: item['externalId'], update };
}

function unset(column: Column): Change | null {
  if (column.onNull === 'keep') return null;
  if (column.onNull !== undefined) return column.onNull;
  if (column.as === 'string-map') return { set: {} };
  return column.type.endsWith('[]') ? { set: [] } : { setNull: true };
}

/** Why the item is not what was asked for although CDF took the update; null: it is. `after`: the item in CDF's answer. */
export function unchanged(sent: Item, after: Item, { compare }: UpdatePlan): string | null {
  const keepsParent = compare.some(
    (column) => column.onNull === 'keep' && sent[column.property] !== undefined,
  );
  for (const column of compare) {
    const wanted = sent[column.property];
    const has = after[column.property];
    if (has === undefined) continue;
    if (wanted === undefined && column.onNull === 'keep' && !keepsParent)
      return `column "${column.name}" cannot be set to NULL: CDF keeps ${JSON.stringify(has)}`;
    if (wanted !== undefined && column.immutable === true && JSON.stringify(wanted) !== JSON.stringify(has))
      return `column "${column.name}" cannot be changed: it is ${JSON.stringify(has)} in CDF`;
  }
  return null;
}
