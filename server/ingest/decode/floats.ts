// float4 and float8: from PostgreSQL's text or binary form to a number, and from a number to text.
import { PostgresError } from '../../postgres-error';
import type { Read } from './decoders';
import { BINARY_FORMAT, type Format } from './row-fields';
import { fieldText, invalidBinary, invalidSyntax, quotable } from './utf8';

export type FloatType = 'float4' | 'float8';

const NAMES: Record<FloatType, string> = { float4: 'real', float8: 'double precision' };

const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** With at most this many digits, and a power of ten up to 10^22, both are exact doubles, so that one rounding gives the nearest. */
const EXACT_DIGITS = 16;
const MAX_EXACT_POWER = 22;
/** A decimal of so many characters says no more than a double may hold. */
const MAX_COPIED_DIGITS = 20;
export const POWERS = Float64Array.from({ length: MAX_EXACT_POWER + 1 }, (_, power) => Number(`1e${power}`));

/** What C's strtod takes, PostgreSQL's own reader: also hexadecimal, infinity and nan. */
const SYNTAX =
  /^[ \t\n\v\f\r]*([+-]?(?:0x(?:[0-9a-f]+\.?[0-9a-f]*|\.[0-9a-f]+)(?:p[+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan(?:\(\w*\))?))([ \t\n\v\f\r]*)/i;
const HEXADECIMAL = /^([+-]?)0x([0-9a-f]*)\.?([0-9a-f]*)(?:p([+-]?\d+))?$/i;

const eight = new DataView(new ArrayBuffer(8));

/** Reads the value; NaN and infinity come through. Throws 22P02, 22003, 22P03. */
export function floatReader(type: FloatType, format: Format): Read {
  if (format === BINARY_FORMAT) return type === 'float8' ? readDouble : readSingle;
  if (type === 'float4') return (buffer, start, end) => parseFloatText(buffer, start, end, 'float4');
  return (buffer, start, end) => {
    const fast = readPlainDecimal(buffer, start, end);
    return fast === fast ? fast : parseFloatText(buffer, start, end, 'float8');
  };
}

/** CDF's JSON has no NaN and no infinity, and its data points neither. */
export function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new PostgresError('numeric_value_out_of_range', `${pgNumber(value)} cannot be written to CDF`, {
    hint: 'CDF keeps finite numbers only: write NULL, or leave the row out.',
  });
}

/** The value of `-12.5`, where it is exact by one multiplication or division; NaN: take the slow way. */
export function readPlainDecimal(buffer: Buffer, start: number, end: number): number {
  let i = buffer[start] === MINUS ? start + 1 : start;
  const first = i;
  let mantissa = 0;
  let digit = 0;
  for (; i < end; i++) {
    digit = buffer[i]! - ZERO;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
  }
  let digits = i - first;
  let decimals = 0;
  if (i < end && buffer[i] === POINT) {
    const point = i++;
    for (; i < end; i++) {
      digit = buffer[i]! - ZERO;
      if (digit < 0 || digit > 9) break;
      mantissa = mantissa * 10 + digit;
    }
    decimals = i - point - 1;
    digits += decimals;
  }
  let power = -decimals;
  if (i < end && (buffer[i]! | 0x20) === 0x65) {
    const exponent = readExponent(buffer, i + 1, end);
    power += exponent;
    i = end;
  }
  if (i !== end || digits === 0 || digits > EXACT_DIGITS || mantissa > Number.MAX_SAFE_INTEGER) return NaN;
  if (!(power >= -MAX_EXACT_POWER && power <= MAX_EXACT_POWER)) return NaN;
  const value = power < 0 ? mantissa / POWERS[-power]! : mantissa * POWERS[power]!;
  return first > start ? -value : value;
}

/** Is the text a JSON number as it stands, short enough to be in range? */
export function isJsonDecimal(buffer: Buffer, start: number, end: number): boolean {
  let i = buffer[start] === MINUS ? start + 1 : start;
  const first = i;
  while (i < end && isDigit(buffer[i]!)) i++;
  if (i === first || (buffer[first] === ZERO && i > first + 1)) return false;
  if (i < end && buffer[i] === POINT) {
    const point = i++;
    while (i < end && isDigit(buffer[i]!)) i++;
    if (i === point + 1) return false;
  }
  return i === end && i - first <= MAX_COPIED_DIGITS;
}

/** The text as PostgreSQL prints a float: the shortest that reads back the same. */
export function pgNumber(value: number, type: FloatType = 'float8'): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  const shortest = type === 'float8' ? value.toExponential() : shortestSingle(value);
  const [mantissa = '', exponentText = '0'] = shortest.split('e');
  const exponent = Number(exponentText);
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < -4 || exponent >= (type === 'float8' ? 15 : 6)) {
    const point = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
    const size = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${point}e${exponent < 0 ? '-' : '+'}${size}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return sign + (fraction === '' ? whole : `${whole}.${fraction}`);
}

/** The JSON number of a finite value. */
export function jsonNumber(value: number, type: FloatType): string {
  return type === 'float8' ? String(value) : String(Number(shortestSingle(value)));
}

/** The slow way: any text that PostgreSQL takes. */
function parseFloatText(buffer: Buffer, start: number, end: number, type: FloatType): number {
  return parseFloatString(fieldText(buffer, start, end), type);
}

export function parseFloatString(text: string, type: FloatType): number {
  const match = SYNTAX.exec(text);
  const number = match?.[1] ?? '';
  const wide = match === null ? NaN : toNumber(number);
  const value = type === 'float8' ? wide : Math.fround(wide);
  const lost = value === 0 && /[1-9a-f]/i.test(significand(number));
  if (lost || (Math.abs(value) === Infinity && !/inf/i.test(number)))
    throw new PostgresError(
      'numeric_value_out_of_range',
      `"${quotable(number)}" is out of range for type ${NAMES[type]}`,
    );
  if (match?.[0].length !== text.length) {
    const bytes = Buffer.from(text);
    throw invalidSyntax(NAMES[type], bytes, 0, bytes.length);
  }
  return value;
}

/** The digits that decide whether a number is zero. */
function significand(number: string): string {
  return /^[+-]?0x/i.test(number) ? number.replace(/^[+-]?0x|p.*$/gi, '') : number.replace(/e.*$/i, '');
}

function toNumber(number: string): number {
  const hexadecimal = HEXADECIMAL.exec(number);
  if (hexadecimal !== null) {
    const [, sign, whole = '', fraction = '', exponent = '0'] = hexadecimal;
    const value = parseInt(whole + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
    return sign === '-' ? -value : value;
  }
  if (/nan/i.test(number)) return NaN;
  if (/inf/i.test(number)) return number.startsWith('-') ? -Infinity : Infinity;
  return Number(number);
}

/** NaN where there is no exponent that the fast way could use. */
function readExponent(buffer: Buffer, start: number, end: number): number {
  const sign = buffer[start] === MINUS ? -1 : 1;
  let i = sign < 0 || buffer[start] === 0x2b ? start + 1 : start;
  if (i >= end || end - i > 4) return NaN;
  let exponent = 0;
  for (; i < end; i++) {
    const digit = buffer[i]! - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    exponent = exponent * 10 + digit;
  }
  return sign * exponent;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

function readDouble(buffer: Buffer, start: number, end: number): number {
  if (end - start !== 8) throw invalidBinary();
  eight.setInt32(
    0,
    (buffer[start]! << 24) | (buffer[start + 1]! << 16) | (buffer[start + 2]! << 8) | buffer[start + 3]!,
  );
  eight.setInt32(
    4,
    (buffer[start + 4]! << 24) | (buffer[start + 5]! << 16) | (buffer[start + 6]! << 8) | buffer[start + 7]!,
  );
  return eight.getFloat64(0);
}

function readSingle(buffer: Buffer, start: number, end: number): number {
  if (end - start !== 4) throw invalidBinary();
  return buffer.readFloatBE(start);
}

function shortestSingle(value: number): string {
  for (let digits = 0; digits < 9; digits++) {
    const text = value.toExponential(digits);
    // A little further out must read back the same too: half-way to the next float is no safe place.
    const read = Number(text);
    if (Math.fround(read + (read - value) * 1e-6) === value) return text;
  }
  return value.toExponential();
}
