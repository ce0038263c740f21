// The definition of a new table in schema public over a RAW table, checked for what PostgreSQL and the gateway ask of it.
import type { OwnColumn, OwnTable } from '../../shared/own-table';
import {
  columnNameFault,
  MAX_OWN_COLUMNS,
  newTableId,
  RAW_KEY_COLUMN,
  tableNameFault,
} from '../../shared/own-table';
import type { RawTarget } from '../../shared/tables/table';
import { HttpError } from '../http';
import { cutText } from '../cut-text';

export const SCHEMA = 'public';

export interface NewRawTable {
  readonly name: string;
  readonly target: RawTarget;
  readonly primaryKey: string | null;
  readonly columns: readonly OwnColumn[];
  readonly createdTime: number;
}

/** Throws HttpError 400. */
export function newRawTable({ name, target, primaryKey, columns, createdTime }: NewRawTable): OwnTable {
  checkTableName(name);
  checkTarget(target);
  checkColumns(columns);
  const isNamed = (wanted: string) => columns.some((column) => column.name === wanted);
  if (primaryKey !== null && !isNamed(primaryKey))
    throw new HttpError(400, `The primary key "${primaryKey}" is not among the columns of table "${name}".`);
  if (primaryKey === null && isNamed(RAW_KEY_COLUMN))
    throw new HttpError(
      400,
      `Column "${RAW_KEY_COLUMN}" is the key of a table without a primary key: name it as such.`,
    );
  const destination = { type: 'raw_rows', target, primaryKey } as const;
  return { id: newTableId(), schema: SCHEMA, name, destination, columns, createdTime };
}

/** Throws HttpError 400. */
export function checkTableName(name: string): void {
  const fault = tableNameFault({ schema: SCHEMA, name });
  if (fault !== null) throw new HttpError(400, `The table name "${cutText(name, 100)}" ${fault}.`);
}

/** Throws HttpError 400 for names that PostgreSQL cannot have, and such that come twice. */
export function checkColumns(columns: readonly OwnColumn[]): void {
  const names = new Set<string>();
  for (const { name } of columns) {
    const fault = names.has(name) ? 'comes twice' : columnNameFault(name);
    if (fault !== null) throw new HttpError(400, `The column name "${cutText(name, 100)}" ${fault}.`);
    names.add(name);
  }
  if (columns.length > MAX_OWN_COLUMNS)
    throw new HttpError(400, `A table has at most ${MAX_OWN_COLUMNS} columns.`);
}

function checkTarget({ database, table }: RawTarget): void {
  if (/\p{Cc}/u.test(database + table))
    throw new HttpError(400, 'Names of RAW databases and tables must not contain control characters.');
}
