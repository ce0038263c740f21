// Text as CDF's JSON string or as plain UTF-8, checked and measured against its column in one pass over the bytes.
import { PostgresError } from '../../postgres-error';
import type { ByteWriter } from './byte-writer';
import { invalidBytes, sequenceLength } from './utf8';

export const NO_LIMIT = Number.MAX_SAFE_INTEGER;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const SPACE = 0x20;
/** A control character becomes a backslash, u and four digits. */
const MAX_BYTES_PER_BYTE = 6;
const HEX = Buffer.from('0123456789abcdef');
/** What stands behind the backslash for the control characters that have a short escape; 0: none. */
const SHORT_ESCAPES = Buffer.alloc(SPACE);
for (const [code, letter] of [
  [8, 'b'],
  [9, 't'],
  [10, 'n'],
  [12, 'f'],
  [13, 'r'],
] as const)
  SHORT_ESCAPES[code] = letter.charCodeAt(0);

/** 1 for the bytes that stand for themselves in JSON, wherever they are. */
const PLAIN = new Uint8Array(256).fill(1, SPACE, 0x80);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

/** Throws 22001 over `limit` characters (unless the rest is spaces, which are cut), 22021 for what is no UTF-8. */
export function writeJsonText(
  buffer: Buffer,
  start: number,
  end: number,
  out: ByteWriter,
  limit = NO_LIMIT,
): void {
  out.reserve((end - start) * MAX_BYTES_PER_BYTE + 2);
  const bytes = out.buffer;
  let at = out.length;
  bytes[at++] = QUOTE;
  // Nearly every text is plain from end to end, and has fewer bytes than it may have characters.
  let i = start;
  const first = Math.min(end, start + limit);
  for (; i < first; i++) {
    const byte = buffer[i]!;
    if (PLAIN[byte] === 0) break;
    bytes[at++] = byte;
  }
  let characters = i - start;
  for (; i < end; characters++) {
    if (characters === limit) {
      cutSpaces(buffer, i, end, limit);
      break;
    }
    const byte = buffer[i]!;
    if (PLAIN[byte] === 1) {
      bytes[at++] = byte;
      i++;
    } else if (byte >= 0x80) {
      for (const next = i + sequenceLength(buffer, i, end); i < next; i++) bytes[at++] = buffer[i]!;
    } else {
      at = writeEscape(buffer, i++, end, bytes, at);
    }
  }
  bytes[at++] = QUOTE;
  out.length = at;
}

/** The same as plain UTF-8. */
export function writePlainText(
  buffer: Buffer,
  start: number,
  end: number,
  out: ByteWriter,
  limit = NO_LIMIT,
): void {
  out.reserve(end - start);
  const bytes = out.buffer;
  let at = out.length;
  let i = start;
  const first = Math.min(end, start + limit);
  for (; i < first; i++) {
    const byte = buffer[i]!;
    if (byte === 0 || byte >= 0x80) break;
    bytes[at++] = byte;
  }
  let characters = i - start;
  for (; i < end; characters++) {
    if (characters === limit) {
      cutSpaces(buffer, i, end, limit);
      break;
    }
    const byte = buffer[i]!;
    if (byte < 0x80) {
      if (byte === 0) throw invalidBytes(buffer, i, end);
      bytes[at++] = byte;
      i++;
    } else {
      for (const next = i + sequenceLength(buffer, i, end); i < next; i++) bytes[at++] = buffer[i]!;
    }
  }
  out.length = at;
}

/** Where the value ends if trailing spaces do not count: a value of type char(n) loses them on its way to text. */
export function withoutTrailingSpaces(buffer: Buffer, start: number, end: number): number {
  let last = end;
  while (last > start && buffer[last - 1] === SPACE) last--;
  return last;
}

function writeEscape(buffer: Buffer, i: number, end: number, out: Buffer, at: number): number {
  const byte = buffer[i]!;
  if (byte === 0) throw invalidBytes(buffer, i, end);
  out[at++] = BACKSLASH;
  const short = byte < SPACE ? SHORT_ESCAPES[byte]! : byte;
  if (short !== 0) {
    out[at++] = short;
    return at;
  }
  out[at++] = 0x75;
  out[at++] = 0x30;
  out[at++] = 0x30;
  out[at++] = HEX[byte >> 4]!;
  out[at++] = HEX[byte & 15]!;
  return at;
}

function cutSpaces(buffer: Buffer, from: number, end: number, limit: number): void {
  let i = from;
  while (i < end && buffer[i] === SPACE) i++;
  if (i === end) return;
  while (i < end) {
    if (buffer[i] === 0) throw invalidBytes(buffer, i, end);
    i += buffer[i]! < 0x80 ? 1 : sequenceLength(buffer, i, end);
  }
  throw new PostgresError(
    'string_data_right_truncation',
    `value too long for type character varying(${limit})`,
  );
}
