// What became of a user's loads, as tables of the engine that may be read: sluice.batches and sluice.rejected_rows. They
// are filled when a statement asks for them (server/session/shown-loads.ts); nobody else writes them.
import { MAX_SHOWN_ITEM_MIB } from '../../shared/load';

/** Columns in the order of SELECT *, with PostgreSQL's type and what `\d+` says. */
const BATCH_COLUMNS = [
  ['unit', 'uuid', 'The commit unit: a statement outside a transaction block, or the block.'],
  ['batch', 'int4', 'Number of the batch in the unit: one request to CDF.'],
  ['table_name', 'text', 'The gateway table.'],
  ['row_count', 'int8', 'Rows that the batch holds.'],
  ['written', 'int8', 'Rows that CDF has; null while the batch waits.'],
  ['refused', 'int8', 'Rows that CDF refused; null while the batch waits.'],
  ['state', 'text', 'waiting, written, partly written, refused, or failed (as a whole).'],
  ['sqlstate', 'text', 'Why the whole batch failed.'],
  ['message', 'text', 'The same as a sentence.'],
  ['queued_time', 'timestamptz', 'When the unit was handed over.'],
  ['done_time', 'timestamptz', 'When the outcome was recorded.'],
] as const;

const REJECTED_ROW_COLUMNS = [
  ['unit', 'uuid', 'The commit unit.'],
  ['batch', 'int4', 'Number of the batch in the unit.'],
  ['table_name', 'text', 'The gateway table.'],
  ['row_number', 'int8', 'Number of the row in the unit, from 1.'],
  ['key', 'text', "The row's key, where it has one."],
  ['sqlstate', 'text', 'Why CDF refused it.'],
  ['message', 'text', "CDF's sentence."],
  [
    'item',
    'json',
    `The row as it was sent to CDF; null behind the latest ${MAX_SHOWN_ITEM_MIB} MiB, and where only the first of a batch are known.`,
  ],
  ['queued_time', 'timestamptz', 'When the unit was handed over.'],
] as const;

type Columns = readonly (readonly [name: string, type: string, comment: string])[];

export const LOADS_DDL = [
  ...tableDdl('sluice.batches', BATCH_COLUMNS, 'Your loads of the last 7 days, batch by batch.'),
  ...tableDdl(
    'sluice.rejected_rows',
    REJECTED_ROW_COLUMNS,
    'Rows of your loads of the last 7 days that CDF refused.',
  ),
].join('\n');

/** Characters of JSON in one INSERT: no single value of the engine grows with what a user has to look at. */
const MAX_INSERT_CHARACTERS = 1024 * 1024;

/**
 * Replaces what the two tables hold: statements for the superuser's session in the user's database, to be run as one
 * transaction. A row is a JSON object by column name, so that PostgreSQL reads all types itself. DELETE, since TRUNCATE
 * would wait for each open transaction that has read the table, the asker's own among them.
 */
export function fillLoads(batches: readonly string[], rejectedRows: readonly string[]): string {
  return [...fill('sluice.batches', batches), ...fill('sluice.rejected_rows', rejectedRows)].join('\n');
}

/** Frees the room of rows that were replaced, without a lock that a reader would wait for; runs by itself only. */
export const TIDY_LOADS = 'VACUUM (TRUNCATE false) sluice.batches, sluice.rejected_rows';

function fill(name: string, rows: readonly string[]): string[] {
  const inserts = piecesOf(rows).map(
    (piece) =>
      `INSERT INTO ${name} SELECT * FROM pg_catalog.json_populate_recordset(NULL::${name}, ${quote(wellFormed(piece))});`,
  );
  return [`DELETE FROM ${name};`, ...inserts];
}

function piecesOf(rows: readonly string[]): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < rows.length;) {
    let end = start;
    for (let length = 0; end < rows.length; end++) {
      length += rows[end]!.length;
      if (end > start && length > MAX_INSERT_CHARACTERS) break;
    }
    pieces.push(`[${rows.slice(start, end).join(',')}]`);
    start = end;
  }
  return pieces;
}

/** JSON.stringify escapes what PostgreSQL has no text for: NUL, and half a surrogate pair. An escaped backslash is none. */
function wellFormed(json: string): string {
  return json.replace(/\\(?:u(?:0000|d[89a-f][0-9a-f]{2})|.)/g, (escape) =>
    escape.length === 6 ? '\\ufffd' : escape,
  );
}

function tableDdl(name: string, columns: Columns, comment: string): string[] {
  return [
    `CREATE TABLE ${name} (${columns.map(([column, type]) => `${column} ${type}`).join(', ')});`,
    `COMMENT ON TABLE ${name} IS ${quote(comment)};`,
    ...columns.map(([column, , text]) => `COMMENT ON COLUMN ${name}.${column} IS ${quote(text)};`),
    `GRANT SELECT ON ${name} TO PUBLIC;`,
  ];
}

/** With standard_conforming_strings, which the server's own sessions never change, a quote is all there is to double. */
function quote(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}
