// int2, int4, int8: from PostgreSQL's text or binary form to decimal digits (which are JSON), or to a number.
import { PostgresError } from '../../postgres-error';
import type { ByteWriter } from './byte-writer';
import type { Write } from './decoders';
import { BINARY_FORMAT, type Format } from './row-fields';
import { fieldText, invalidBinary, invalidSyntax, quotable } from './utf8';

export type IntegerType = 'int2' | 'int4' | 'int8';

interface Width {
  readonly name: string;
  readonly bytes: number;
  /** So many digits always fit. */
  readonly safeDigits: number;
  /** The lowest value, without its sign. */
  readonly limit: bigint;
}

const WIDTHS: Record<IntegerType, Width> = {
  int2: { name: 'smallint', bytes: 2, safeDigits: 4, limit: 1n << 15n },
  int4: { name: 'integer', bytes: 4, safeDigits: 9, limit: 1n << 31n },
  int8: { name: 'bigint', bytes: 8, safeDigits: 18, limit: 1n << 63n },
};

const MINUS = 0x2d;
const ZERO = 0x30;
const BILLION = 1e9;
const TWO_TO_32 = 0x1_0000_0000;
/** Upper halves of an int8 below this (in magnitude) leave the whole exact in a double. */
const EXACT_HIGH = 1 << 21;
const BASES: Record<string, bigint> = { x: 16n, o: 8n, b: 2n };
const BLANKS = ' \t\n\v\f\r';

/** Writes the value's decimal digits. Throws 22P02, 22003, 22P03. */
export function integerWriter(type: IntegerType, format: Format): Write {
  const width = WIDTHS[type];
  if (format === BINARY_FORMAT) return binaryWriter(width);
  return (buffer, start, end, out) => {
    if (isPlain(buffer, start, end, width.safeDigits)) out.copy(buffer, start, end);
    else out.ascii(parseInteger(buffer, start, end, width).toString());
  };
}

/** Refuses with 22003 what `type` cannot hold: the way of a cast, which has another wording than the input of a text. */
export function fitInteger(value: bigint, type: IntegerType): bigint {
  const { limit, name } = WIDTHS[type];
  if (value >= -limit && value < limit) return value;
  throw outOfRange(name);
}

export function outOfRange(name: string): PostgresError {
  return new PostgresError('numeric_value_out_of_range', `${name} out of range`);
}

export function integerName(type: IntegerType): string {
  return WIDTHS[type].name;
}

/** Writes an integer of at most 2^53 in magnitude. */
export function writeInteger(value: number, out: ByteWriter): void {
  let rest = Math.abs(value);
  let digits = 1;
  for (let power = 10; rest >= power; power *= 10) digits++;
  out.reserve(digits + 1);
  const bytes = out.buffer;
  if (value < 0) bytes[out.length++] = MINUS;
  let at = out.length + digits;
  out.length = at;
  while (rest >= BILLION) {
    let high = Math.floor(rest / BILLION);
    if (high * BILLION > rest) high--;
    let low = (rest - high * BILLION) | 0;
    for (let i = 0; i < 9; i++) {
      const next = (low / 10) | 0;
      bytes[--at] = ZERO + low - next * 10;
      low = next;
    }
    rest = high;
  }
  let low = rest | 0;
  do {
    const next = (low / 10) | 0;
    bytes[--at] = ZERO + low - next * 10;
    low = next;
  } while (low > 0);
}

/** The form that nearly every integer has: digits without leading zero, perhaps a minus; certainly in range. */
function isPlain(buffer: Buffer, start: number, end: number, maxDigits: number): boolean {
  const first = buffer[start] === MINUS ? start + 1 : start;
  if (first >= end || end - first > maxDigits || (buffer[first] === ZERO && end - start > 1)) return false;
  for (let i = first; i < end; i++) {
    const digit = buffer[i]! - ZERO;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}

function binaryWriter(width: Width): Write {
  return (buffer, start, end, out) => {
    if (end - start !== width.bytes) throw invalidBinary();
    if (width.bytes === 2) return writeInteger(buffer.readInt16BE(start), out);
    const high = buffer.readInt32BE(start);
    if (width.bytes === 4) return writeInteger(high, out);
    if (high < -EXACT_HIGH || high >= EXACT_HIGH) return out.ascii(buffer.readBigInt64BE(start).toString());
    return writeInteger(high * TWO_TO_32 + buffer.readUInt32BE(start + 4), out);
  };
}

/** PostgreSQL 17's syntax: blanks around, a sign, 0x 0o 0b, underscores between digits. A value too large is told before what follows it. */
function parseInteger(buffer: Buffer, start: number, end: number, width: Width): bigint {
  const text = fieldText(buffer, start, end);
  let i = 0;
  while (BLANKS.includes(text.charAt(i)) && i < text.length) i++;
  const negative = text[i] === '-';
  if (negative || text[i] === '+') i++;
  const base = (text[i] === '0' && BASES[text.charAt(i + 1).toLowerCase()]) || 10n;
  if (base !== 10n) i += 2;
  const first = i;
  let value = 0n;
  let digits = 0;
  for (; i < text.length; i++) {
    const underscore = text[i] === '_' && (base !== 10n || i > first);
    if (underscore) i++;
    const digit = parseInt(text.charAt(i), Number(base));
    if (Number.isNaN(digit) && underscore) throw invalidSyntax(width.name, buffer, start, end);
    if (Number.isNaN(digit)) break;
    if (value > width.limit / base) throw tooLarge(text, width);
    value = value * base + BigInt(digit);
    digits++;
  }
  while (i < text.length && BLANKS.includes(text.charAt(i))) i++;
  if (digits === 0 || i < text.length) throw invalidSyntax(width.name, buffer, start, end);
  if (value > (negative ? width.limit : width.limit - 1n)) throw tooLarge(text, width);
  return negative ? -value : value;
}

function tooLarge(text: string, width: Width): PostgresError {
  return new PostgresError(
    'numeric_value_out_of_range',
    `value "${quotable(text)}" is out of range for type ${width.name}`,
  );
}
