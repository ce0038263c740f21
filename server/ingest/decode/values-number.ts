// Numeric literals of SQL: which type PostgreSQL gives them, and the form in which it would print them. 1e3 in a text column
// is "1000".
import type { Scratch } from '../../sql/string-literal';
import { OID } from './row-fields';

const INT4_MAX = '2147483647';
const INT4_MIN = '2147483648';
const INT8_MAX = '9223372036854775807';
const INT8_MIN = '9223372036854775808';
/** Beyond it the engine decides: PostgreSQL writes every zero out. */
const MAX_EXPONENT = 1000;

/** Where the parts of a literal lie; offsets into its text. */
interface Parts {
  readonly start: number;
  readonly point: number;
  readonly digitsEnd: number;
  readonly exponent: number;
  readonly isInteger: boolean;
}

/** Appends the literal's canonical digits; gives its type's oid, 0 where it is no decimal literal (0x1F, 1_000, 1x). */
export function appendNumber(scratch: Scratch, text: Buffer, start: number, end: number): number {
  const parts = readParts(text, start, end);
  if (parts === null) return 0;
  const from = scratch.length;
  const { point, digitsEnd, exponent } = parts;
  scratch.reserve(end - start + Math.abs(exponent) + 2);
  const fraction = Math.max(0, digitsEnd - point - 1);
  const digits = new DigitReader(text, start, point, digitsEnd);
  const integerDigits = point - start + exponent;
  appendInteger(scratch, digits, integerDigits);
  const scale = Math.max(0, fraction - exponent);
  if (scale > 0) {
    scratch.put(0x2e);
    for (let i = 0; i < scale; i++) scratch.put(digits.at(integerDigits + i));
  }
  return parts.isInteger ? integerOid(scratch.buffer, from, scratch.length) : OID.numeric;
}

/** The literal's digits without its point, zeros on both sides of them. */
class DigitReader {
  constructor(
    private readonly text: Buffer,
    private readonly start: number,
    private readonly point: number,
    private readonly end: number,
  ) {}

  at(index: number): number {
    const at = this.start + index;
    const offset = at < this.point ? at : at + 1;
    return index < 0 || offset >= this.end ? 0x30 : this.text[offset]!;
  }
}

/** Without leading zeros, but at least one digit. */
function appendInteger(scratch: Scratch, digits: DigitReader, count: number): void {
  let first = 0;
  while (first < count - 1 && digits.at(first) === 0x30) first++;
  if (count <= 0) scratch.put(0x30);
  for (let i = first; i < count; i++) scratch.put(digits.at(i));
}

function readParts(text: Buffer, start: number, end: number): Parts | null {
  let at = digitsFrom(text, start, end);
  const point = at;
  if (at < end && text[at] === 0x2e) at = digitsFrom(text, at + 1, end);
  const digitsEnd = at;
  if (digitsEnd - start <= (point < digitsEnd ? 1 : 0)) return null;
  if (at === end) return { start, point, digitsEnd, exponent: 0, isInteger: point === digitsEnd };
  if ((text[at]! | 0x20) !== 0x65) return null;
  const sign = text[at + 1];
  const from = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
  if (from >= end || digitsFrom(text, from, end) !== end) return null;
  const exponent = Number(text.toString('latin1', at + 1, end));
  return Math.abs(exponent) > MAX_EXPONENT ? null : { start, point, digitsEnd, exponent, isInteger: false };
}

/** Where the digits from `start` on end. */
export function digitsFrom(text: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && text[at]! >= 0x30 && text[at]! <= 0x39) at++;
  return at;
}

/** The smallest of int4, int8, numeric that holds the integer text[start, end), which has no leading zeros and may have a sign. */
export function integerOid(text: Buffer, start: number, end: number): number {
  const isNegative = text[start] === 0x2d;
  const digits = isNegative ? start + 1 : start;
  if (!exceeds(text, digits, end, isNegative ? INT4_MIN : INT4_MAX)) return OID.int4;
  return exceeds(text, digits, end, isNegative ? INT8_MIN : INT8_MAX) ? OID.numeric : OID.int8;
}

/** Is the number text[start, end) larger than `limit`? Both without leading zeros. */
export function exceeds(text: Buffer, start: number, end: number, limit: string): boolean {
  if (end - start !== limit.length) return end - start > limit.length;
  for (let i = 0; i < limit.length; i++) {
    const difference = text[start + i]! - limit.charCodeAt(i);
    if (difference !== 0) return difference > 0;
  }
  return false;
}
