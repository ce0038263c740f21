// ErrorResponse and NoticeResponse: the error that a client sees, to bytes and back.
// @see https://www.postgresql.org/docs/current/protocol-error-fields.html
import { type ErrorDetails, PostgresError, type Severity } from '../postgres-error';
import { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';

const SEVERITIES: readonly string[] = ['ERROR', 'FATAL', 'PANIC', 'WARNING', 'NOTICE'] satisfies Severity[];

/** Field codes that are text in PostgresError's details. */
const TEXT_FIELDS = [
  ['D', 'detail'],
  ['H', 'hint'],
  ['W', 'where'],
  ['s', 'schema'],
  ['t', 'table'],
  ['c', 'column'],
] as const satisfies readonly (readonly [string, keyof ErrorDetails])[];

/** S (may be translated elsewhere), V (never is), C, M, then what the error has. */
export function writeErrorFields(writer: ByteWriter, error: PostgresError): void {
  const field = (code: string, value: string) => writer.byte(code.charCodeAt(0)).string(value);
  field('S', error.severity);
  field('V', error.severity);
  field('C', error.code);
  field('M', error.message);
  for (const [code, name] of TEXT_FIELDS) {
    const value = error.details[name];
    if (value !== undefined) field(code, value);
  }
  if (error.details.position !== undefined) field('P', String(error.details.position));
  writer.byte(0);
}

/** Fields by code, from a whole message. Throws protocol_violation where it is none. */
export function decodeErrorFields(message: Buffer): ReadonlyMap<string, string> {
  const reader = new ByteReader({ buffer: message, start: 5, end: message.length });
  const fields = new Map<string, string>();
  for (;;) {
    const code = reader.byte();
    if (code === 0) return fields;
    fields.set(String.fromCharCode(code), reader.stringBytes().toString('utf8'));
  }
}

/** What the engine says in ErrorResponse or NoticeResponse, from a whole message. */
export function decodeErrorResponse(message: Buffer): PostgresError {
  const fields = decodeErrorFields(message);
  const severity = fields.get('V') ?? fields.get('S') ?? 'ERROR';
  const details: { -readonly [Key in keyof ErrorDetails]: ErrorDetails[Key] } = {
    // DEBUG, LOG and INFO reach a client only as notices.
    severity: SEVERITIES.includes(severity) ? (severity as Severity) : 'NOTICE',
  };
  for (const [code, name] of TEXT_FIELDS) {
    const value = fields.get(code);
    if (value !== undefined) details[name] = value;
  }
  const position = Number(fields.get('P'));
  if (Number.isInteger(position)) details.position = position;
  return new PostgresError({ code: fields.get('C') ?? 'XX000' }, fields.get('M') ?? '', details);
}
