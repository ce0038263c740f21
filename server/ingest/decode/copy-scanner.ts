// COPY FROM STDIN: the scanner that turns the bytes of CopyData into rows, by the statement's format.
import { PostgresError } from '../../postgres-error';
import { BinaryScanner } from './copy-binary';
import { CsvScanner } from './copy-csv';
import { convertingTo } from './copy-encoding';
import type { CopyOptions, CopyScanner } from './copy-options';
import { TextScanner } from './copy-text';
import type { RowFields, RowSink } from './row-fields';

/**
 * `columns` are the names of the row's fields. Each row fills `row` and goes to `sink`, whose errors end the scan.
 * Throws where the options name a column that is not there, or a character set that cannot be read.
 * Errors in the data have PostgreSQL's codes and wordings; the UTF-8 of values is left to their decoders.
 */
export function createCopyScanner(
  options: CopyOptions,
  columns: readonly string[],
  row: RowFields,
  sink: RowSink,
): CopyScanner {
  checkForced('FORCE_NOT_NULL', options.forceNotNull, columns);
  checkForced('FORCE_NULL', options.forceNull, columns);
  // Text in binary rows comes in the session's character set, whatever the option says.
  if (options.format === 'binary') return new BinaryScanner(row, sink);
  const target = { options, columns, fields: row, sink };
  const scanner = options.format === 'csv' ? new CsvScanner(target) : new TextScanner(target);
  return convertingTo(scanner, options.encoding);
}

function checkForced(option: string, named: '*' | readonly string[], columns: readonly string[]): void {
  if (named === '*') return;
  const unknown = named.find((column) => !columns.includes(column));
  if (unknown === undefined) return;
  // invalid_column_reference
  throw new PostgresError({ code: '42P10' }, `${option} column "${unknown}" not referenced by COPY`);
}
