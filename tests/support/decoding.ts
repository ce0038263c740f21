// For tests that send a field to Sluice's decoders and to a real PostgreSQL, and compare the two verdicts.
import type { Client } from 'pg';
import { ByteWriter } from '../../server/ingest/decode/byte-writer';
import { jsonEncoder, type SessionValues } from '../../server/ingest/decode/field-encoders';
import { type Format, TEXT_FORMAT } from '../../server/ingest/decode/row-fields';
import { PostgresError } from '../../server/postgres-error';
import type { Column, TypeName } from '../../shared/tables/table';

export const utcSession: SessionValues = { timeZone: 'UTC', dateOrder: 'MDY' };

/** Inputs stand between bars; escapes mean what they do in any template. */
export const list = (strings: TemplateStringsArray) => strings[0]!.split('|');

export function aColumn(type: TypeName, more: Partial<Column> = {}): Column {
  return { name: 'v', type, property: 'v', description: '', ...more };
}

/** A value, or SQLSTATE and message. */
export type Verdict = { readonly value: string } | { readonly refused: string };

export interface Field {
  readonly bytes: Buffer | string;
  readonly format?: Format;
  readonly oid?: number;
}

/** The field stands between other bytes, so that a decoder that looks beyond its end is found out. */
export function encode(column: Column, { bytes, format = TEXT_FORMAT, oid = 0 }: Field): string {
  const out = new ByteWriter();
  const value = Buffer.from(bytes);
  const padded = Buffer.concat([Buffer.from('99'), value, Buffer.from('99')]);
  jsonEncoder(column, format, oid, utcSession)(padded, 2, 2 + value.length, out);
  return out.buffer.toString('utf8', 0, out.length);
}

/** What Sluice makes of the field; anything but a PostgresError is thrown on. */
export function verdict(column: Column, field: Field): Verdict {
  try {
    return { value: encode(column, field) };
  } catch (error) {
    if (!(error instanceof PostgresError)) throw error;
    return { refused: `${error.code} ${error.message}` };
  }
}

/** What PostgreSQL makes of it in an INSERT into a column `v` of this type; `source` is the type that it is declared as. */
export async function postgresVerdict(
  client: Client,
  type: TypeName,
  { bytes, source }: { bytes: Buffer | string; source?: string },
): Promise<Verdict> {
  const parameter = source === undefined ? '$1' : `$1::${source}`;
  const shown = /json|\[\]/.test(type) ? 'to_json(v)::text' : 'v::text';
  await client.query(`CREATE TEMP TABLE IF NOT EXISTS "of ${type}" (v ${type})`);
  try {
    const text = `INSERT INTO "of ${type}" VALUES (${parameter}) RETURNING ${shown} AS v`;
    const { rows } = await client.query<{ v: string }>({ text, values: [bytes] });
    return { value: rows[0]!.v };
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === undefined) throw error;
    return { refused: `${code} ${message}` };
  }
}

/** Applies `show` to a value, so that two ways to write the same one compare as equal. */
export function shownBy(show: (value: string) => string, given: Verdict): Verdict {
  return 'value' in given ? { value: show(given.value) } : given;
}

export const asNumber = (value: string) => String(Number(value));
export const asJson = (value: string) => JSON.stringify(JSON.parse(value));
/** The text of a JSON string; anything else as it is. */
export const unquoted = (value: string) => (/^".*"$/s.test(value) ? (JSON.parse(value) as string) : value);
