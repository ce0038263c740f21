// The two shapes of a decoder: chosen once per column, format and declared type, then called for each field.
import type { ByteWriter } from './byte-writer';

/** Writes the value of buffer[start, end) to `out`. Throws PostgresError; what `out` holds then is the caller's to cut back. */
export type Write = (buffer: Buffer, start: number, end: number, out: ByteWriter) => void;

/** The value of buffer[start, end) as a number. Throws PostgresError. */
export type Read = (buffer: Buffer, start: number, end: number) => number;

/** What of the client's session decides how a text is read. */
export interface SessionValues {
  /** The setting TimeZone, as PostgreSQL spells it. */
  readonly timeZone: string;
  /** The order of DateStyle: what 01/02/03 means. */
  readonly dateOrder: 'MDY' | 'DMY' | 'YMD';
}
