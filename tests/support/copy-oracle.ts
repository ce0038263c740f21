// The same COPY data read twice, by a real PostgreSQL and by Sluice's scanner, in a form that can be compared.
import { isUtf8 } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { type Client, DatabaseError } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { CopyOptions } from '../../server/ingest/decode/copy-options';
import { createCopyScanner } from '../../server/ingest/decode/copy-scanner';
import { NULL_FIELD, RowFields } from '../../server/ingest/decode/row-fields';
import { PostgresError } from '../../server/postgres-error';

export type TextRow = readonly (string | null)[];

/** Rows, or the error and the line that its CONTEXT gives. */
export type CopyResult =
  | { readonly rows: readonly TextRow[] }
  | { readonly code: string; readonly message: string; readonly hint: string | null; readonly line: number };

/** COPY into a new table `t` whose columns are all text; it is gone afterwards. */
export async function copyByPostgres(
  client: Client,
  columns: readonly string[],
  options: string,
  data: Buffer,
): Promise<CopyResult> {
  await client.query(`BEGIN; CREATE TEMP TABLE t (${columns.map(typed).join()}) ON COMMIT DROP`);
  try {
    const stream = client.query(copyFrom(`COPY t FROM STDIN (${options})`));
    await pipeline([data], stream);
    const { rows } = await client.query<(string | null)[]>({ text: 'SELECT * FROM t', rowMode: 'array' });
    return { rows };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    const line = Number(/line (\d+)/.exec(error.where ?? '')?.[1] ?? 0);
    return { code: error.code!, message: error.message, hint: error.hint ?? null, line };
  } finally {
    await client.query('ROLLBACK');
  }
}

/** COPY TO of these rows: PostgreSQL's own encoding of them. */
export async function encodedByPostgres(
  client: Client,
  rows: readonly TextRow[],
  options: string,
): Promise<Buffer> {
  const columns = rows[0]!.map((_, index) => `c${index}`);
  await client.query(`BEGIN; CREATE TEMP TABLE t (${columns.map(typed).join()}) ON COMMIT DROP`);
  try {
    for (const row of rows) {
      const places = columns.map((_, index) => `$${index + 1}`).join();
      await client.query({ text: `INSERT INTO t VALUES (${places})`, values: [...row] });
    }
    return await buffer(client.query(copyTo(`COPY t TO STDOUT (${options})`)));
  } finally {
    await client.query('ROLLBACK');
  }
}

/** `cuts`: lengths of the pieces that the data is cut into, used in a circle; none is one piece. */
export function copyBySluice(
  columns: readonly string[],
  options: CopyOptions,
  data: Buffer,
  cuts: readonly number[] = [],
): CopyResult {
  const rows: TextRow[] = [];
  let line = (): number => 0;
  try {
    const scanner = createCopyScanner(options, columns, new RowFields(columns.length), (fields) =>
      rows.push(readRow(fields)),
    );
    line = () => scanner.line;
    for (const [start, end] of pieces(data.length, cuts)) writeForeign(scanner, data, start, end);
    scanner.finish();
    expect(scanner.rows).toBe(rows.length);
    return { rows };
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    return {
      code: error.code,
      message: error.message,
      hint: error.details.hint ?? null,
      line: line(),
    };
  }
}

/** The piece stands amid other bytes, as in a chunk of the connection, and is overwritten once it has been taken. */
function writeForeign(
  scanner: ReturnType<typeof createCopyScanner>,
  data: Buffer,
  start: number,
  end: number,
): void {
  const around = Buffer.from('"\n\\.\n\t,', 'latin1');
  const chunk = Buffer.concat([around, data.subarray(start, end), around]);
  scanner.write(chunk, around.length, chunk.length - around.length);
  chunk.fill('!');
}

function* pieces(length: number, cuts: readonly number[]): Generator<readonly [number, number]> {
  let start = 0;
  for (let index = 0; start < length; index++) {
    const end = cuts.length === 0 ? length : Math.min(length, start + cuts[index % cuts.length]!);
    yield [start, end];
    start = end;
  }
}

function readRow(fields: RowFields): TextRow {
  return fields.buffers.map((bytes, index) => {
    const start = fields.starts[index]!;
    if (start === NULL_FIELD) return null;
    const value = bytes.subarray(start, fields.ends[index]);
    if (!isUtf8(value) || value.includes(0))
      throw new PostgresError('character_not_in_repertoire', 'invalid byte sequence');
    return value.toString();
  });
}

function typed(column: string): string {
  return `"${column.replaceAll('"', '""')}" text`;
}
