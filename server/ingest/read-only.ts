// Tables that are listed only: every way of writing to them ends here.
import type { Table } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';

/** 0A000 for a write to a table whose request is of kind `read-only`. */
export function readOnlyTable({ name }: Pick<Table, 'name'>): PostgresError {
  return new PostgresError('feature_not_supported', `cannot write to gateway table "${name}"`, {
    detail: `"${name}" is read-only: it is there for clients that list what a database has.`,
    hint: 'Make what it lists with the API of Cognite Data Fusion.',
    table: name,
  });
}
