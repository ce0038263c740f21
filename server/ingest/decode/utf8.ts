// UTF-8 as PostgreSQL checks it (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF, no NUL.
import { PostgresError } from '../../postgres-error';

/** PostgreSQL quotes a wrong value whole in its errors; a value of megabytes is cut here. */
const MAX_QUOTED_CHARACTERS = 1024;
/** More than PostgreSQL's longest numeric has: what is longer would only keep the process busy. */
const MAX_PARSED_BYTES = 256 * 1024;

/** Length of the sequence at `i`, of two to four bytes. Throws 22021 where it is none. */
export function sequenceLength(buffer: Buffer, i: number, end: number): number {
  const first = buffer[i]!;
  const second = i + 1 < end ? buffer[i + 1]! : 0;
  if (first >= 0xc2 && first <= 0xdf && isTail(second)) return 2;
  if (first >= 0xe0 && first <= 0xef && i + 2 < end) {
    const low = first === 0xe0 ? 0xa0 : 0x80;
    const high = first === 0xed ? 0x9f : 0xbf;
    if (second >= low && second <= high && isTail(buffer[i + 2]!)) return 3;
  }
  if (first >= 0xf0 && first <= 0xf4 && i + 3 < end) {
    const low = first === 0xf0 ? 0x90 : 0x80;
    const high = first === 0xf4 ? 0x8f : 0xbf;
    if (second >= low && second <= high && isTail(buffer[i + 2]!) && isTail(buffer[i + 3]!)) return 4;
  }
  throw invalidBytes(buffer, i, end);
}

/** Throws 22021 where buffer[start, end) is no UTF-8, or holds a NUL. */
function checkText(buffer: Buffer, start: number, end: number): void {
  for (let i = start; i < end;) {
    const byte = buffer[i]!;
    if (byte === 0) throw invalidBytes(buffer, i, end);
    i += byte < 0x80 ? 1 : sequenceLength(buffer, i, end);
  }
}

/** The field as a string, for the slow ways to read a number, a time and the like. Throws 22021, 54000. */
export function fieldText(buffer: Buffer, start: number, end: number): string {
  checkText(buffer, start, end);
  if (end - start > MAX_PARSED_BYTES)
    throw new PostgresError(
      'program_limit_exceeded',
      `a number or a time of ${end - start} bytes is too long to be read: the limit is ${MAX_PARSED_BYTES}`,
    );
  return buffer.toString('utf8', start, end);
}

/** The field as an error quotes it. Throws 22021 where it is no text at all, since PostgreSQL looks at that first. */
export function quotedField(buffer: Buffer, start: number, end: number): string {
  checkText(buffer, start, end);
  return quotable(buffer.toString('utf8', start, Math.min(end, start + 4 * MAX_QUOTED_CHARACTERS + 4)));
}

/** 22P02, worded as PostgreSQL does. */
export function invalidSyntax(type: string, buffer: Buffer, start: number, end: number): PostgresError {
  const text = quotedField(buffer, start, end);
  return new PostgresError('invalid_text_representation', `invalid input syntax for type ${type}: "${text}"`);
}

export function quotable(text: string): string {
  return text.length <= MAX_QUOTED_CHARACTERS ? text : `${text.slice(0, MAX_QUOTED_CHARACTERS)}...`;
}

/** 22P03: a binary value of a length that its type does not have. */
export function invalidBinary(): PostgresError {
  return new PostgresError('invalid_binary_representation', 'incorrect binary data format');
}

function isTail(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** PostgreSQL lists as many bytes as the first one promises, as far as there are any. */
export function invalidBytes(buffer: Buffer, i: number, end: number): PostgresError {
  const first = buffer[i]!;
  const promised = first >= 0xf8 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  const bytes = buffer.subarray(i, Math.min(end, i + promised));
  const list = Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ');
  return new PostgresError(
    'character_not_in_repertoire',
    `invalid byte sequence for encoding "UTF8": ${list}`,
  );
}
