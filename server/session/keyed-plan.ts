// From an UPDATE or DELETE to its rows: those that are values in the text become a VALUES list, which is read as that of an
// INSERT is; for all others there is a query that has the engine make them.
import { type Column, columnOf, type Table } from '../../shared/tables/table';
import { readOnlyTable } from '../ingest/read-only';
import type { KeyedStatement } from '../sql/statement';
import { type KeyedSource, readKeys } from './key-domains';
import { keyedQuery } from './keyed-query';
import {
  formRefused,
  immutableColumn,
  keyColumn,
  readOnlyColumn,
  returningRefused,
  setTwice,
  undefinedColumn,
  writeRefused,
} from './keyed-refusals';
import { keyedValues } from './keyed-values';
import type { WritePlan } from './write-plan';

export interface KeyedWrite {
  readonly plan: WritePlan;
  /** How many of the plan's columns name the row; the others are set. */
  readonly keyCount: number;
  /** `(key, value), (key, value)`; null where only the engine knows the rows. */
  readonly values: Buffer | null;
  /** What the engine is to answer with the plan's columns. */
  readonly query: () => string;
  /** The statement's WITH changes tables of the engine. */
  readonly withWrites: boolean;
}

/** Throws what PostgreSQL's parse analysis would of columns, and 0A000 where CDF cannot do it or the key is not named. */
export function planKeyed(table: Table, { text, statement }: KeyedSource): KeyedWrite {
  refuseWrite(table, statement);
  const set = statement.set.map(({ column }) => settable(table, column));
  set.forEach((column, i) => {
    if (set.indexOf(column) !== i) throw setTwice(column.name);
  });
  const keys = readKeys(table, { text, statement });
  if (keys === null) throw formRefused(table, statement.kind);
  const columns = [...keys.columns, ...set];
  return {
    plan: {
      table,
      columns,
      onConflict: { action: 'update' },
      write: statement.kind,
      ...(statement.kind === 'delete' ? { operators: keys.operators } : {}),
    },
    keyCount: keys.columns.length,
    values: keyedValues(keys, { text, statement }),
    query: () => keyedQuery(table, columns, keys, { text, statement }),
    withWrites: statement.withWrites === true,
  };
}

function refuseWrite(table: Table, { kind, returning }: KeyedStatement): void {
  const { request, key } = table;
  if (request.kind === 'read-only') throw readOnlyTable(table);
  if (returning) throw returningRefused(table);
  const path = request.kind === 'items' ? request[kind] : '';
  const isUpdateOfPoints = request.kind === 'datapoints' && kind === 'update';
  if (key.length === 0 || path === null || isUpdateOfPoints) throw writeRefused(table, kind);
}

function settable(table: Table, name: string): Column {
  const column = columnOf(table, name);
  if (column === undefined) throw undefinedColumn(table, name);
  if (column.access === 'read-only') throw readOnlyColumn(table, column);
  const isKey = table.key.some((key) => columnOf(table, key)?.property === column.property);
  if (isKey) throw keyColumn(table, column);
  if (column.immutable) throw immutableColumn(table, column);
  return column;
}
