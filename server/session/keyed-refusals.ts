// What UPDATE, DELETE and TRUNCATE cannot do to a gateway table, in PostgreSQL's terms, with a hint that names what they can.
import type { Column, Table } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import type { KeyedStatement } from '../sql/statement';

/** Values of RETURNING would have to be read back. */
export function returningRefused(table: Table): PostgresError {
  return new PostgresError(
    'feature_not_supported',
    `RETURNING is not supported for gateway table "${table.name}"`,
    { hint: 'Leave RETURNING out: Sluice only writes.' },
  );
}

/** Rows are named by their key, and in no other way. */
export function formRefused(table: Table, kind: KeyedStatement['kind']): PostgresError {
  const form = kind === 'update' ? 'UPDATE' : 'DELETE';
  return refusal(
    table,
    `this form of ${form} is not supported for gateway table "${table.name}"`,
    `Name the rows by their key: ${keyForm(table, kind)}.${
      kind === 'delete' && isRawTable(table) ? ' TRUNCATE empties the whole table.' : ''
    }`,
  );
}

/** An expression, or a condition on another table, that reads the gateway table. */
export function readingRefused(table: Table): PostgresError {
  return refusal(
    table,
    `cannot read columns of gateway table "${table.name}" in UPDATE or DELETE`,
    'Use values, parameters, or columns of other tables: Sluice does not read what CDF has.',
  );
}

/** Outside a block the engine's part would be committed before CDF has said whether it takes the rows. */
export function withWriteRefused(table: Table): PostgresError {
  return refusal(
    table,
    `a WITH clause that changes data is not supported for gateway table "${table.name}" outside a transaction block`,
    'Put BEGIN and COMMIT around the statement: then the other table is changed if CDF takes the rows.',
  );
}

/** CDF has no way to change, or to delete, what the table lists. */
export function writeRefused(table: Table, kind: KeyedStatement['kind']): PostgresError {
  const done = kind === 'update' ? 'updated' : 'deleted';
  return refusal(table, `rows of gateway table "${table.name}" cannot be ${done}`, hintInstead(table, kind));
}

export function truncateRefused(table: Table): PostgresError {
  return refusal(
    table,
    `gateway table "${table.name}" cannot be truncated`,
    'Only a table of your own on a RAW table can be. DELETE names rows by their key.',
  );
}

export function undefinedColumn(table: Table, name: string): PostgresError {
  return new PostgresError(
    'undefined_column',
    `column "${name}" of relation "${table.name}" does not exist`,
    { hint: `The columns are: ${table.columns.map((known) => known.name).join(', ')}.` },
  );
}

export function setTwice(name: string): PostgresError {
  return new PostgresError('syntax_error', `multiple assignments to same column "${name}"`);
}

export function readOnlyColumn(table: Table, { name }: Column): PostgresError {
  return new PostgresError('generated_always', `column "${name}" can only be updated to DEFAULT`, {
    detail: `Column "${name}" is set by CDF.`,
    hint: 'Leave the column out.',
    table: table.name,
    column: name,
  });
}

export function keyColumn(table: Table, { name }: Column): PostgresError {
  return new PostgresError(
    'feature_not_supported',
    `cannot change key column "${name}" of gateway table "${table.name}"`,
    { hint: 'DELETE the row, and INSERT it with another key.', table: table.name, column: name },
  );
}

export function immutableColumn(table: Table, { name }: Column): PostgresError {
  return new PostgresError(
    'invalid_parameter_value',
    `column "${name}" of gateway table "${table.name}" cannot be changed`,
    {
      detail: 'CDF keeps what it was created with.',
      hint: 'Leave the column out.',
      table: table.name,
      column: name,
    },
  );
}

function refusal(table: Table, message: string, hint: string): PostgresError {
  return new PostgresError('feature_not_supported', message, { hint, table: table.name });
}

function isRawTable({ request }: Table): boolean {
  return request.kind === 'raw-rows' && request.target !== undefined;
}

function hintInstead(table: Table, kind: KeyedStatement['kind']): string {
  if (table.key.length === 0) return 'CDF only appends them.';
  if (kind === 'delete') return 'CDF deletes none of them.';
  return table.request.kind === 'datapoints'
    ? 'Use INSERT: it overwrites the data point of the same time.'
    : 'CDF changes none of them: DELETE the row, and INSERT it anew.';
}

function keyForm({ key, request }: Table, kind: KeyedStatement['kind']): string {
  const [first, second] = key;
  if (request.kind === 'datapoints' && kind === 'delete')
    return `WHERE ${first} = ... (or IN, = ANY) AND ${second} >= ... AND ${second} < ...`;
  if (key.length === 1) return `WHERE ${first} = ..., ${first} IN (...) or ${first} = ANY (...)`;
  const each = key.map((column) => `${column} = ...`).join(' AND ');
  return `WHERE ${each}, or (${key.join(', ')}) IN ((...), ...)`;
}
