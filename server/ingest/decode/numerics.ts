// numeric: decimal text of any length, and base-10000 digits; exact, never by way of a double unless a float is wanted.
import { PostgresError } from '../../postgres-error';
import { finite, parseFloatString, POWERS, readPlainDecimal } from './floats';
import { fitInteger, type IntegerType } from './integers';
import { fieldText, invalidBinary, invalidSyntax } from './utf8';

/** PostgreSQL's own limits of numeric. */
const MAX_WHOLE_DIGITS = 131_072;
const MAX_SCALE = 16_383;
const MAX_EXPONENT = 1_073_741_822;

const BASE = 10_000;
const DIGITS_PER_GROUP = 4;
const HEADER_BYTES = 8;
const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;
const SPECIAL: Record<number, string> = { 0xc000: 'NaN', 0xd000: 'Infinity', 0xf000: '-Infinity' };
/** Powers of 10^4 that are exact doubles. */
const MAX_EXACT_GROUPS = 5;

const DECIMAL = /^(\d+(?:_\d+)*)?(?:\.(\d+(?:_\d+)*)?)?(?:e([+-]?\d+(?:_\d+)*))?$/i;
const NON_DECIMAL = /^0(x(?:_?[0-9a-f])+|o(?:_?[0-7])+|b(?:_?[01])+)$/i;
const BLANKS = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;

/** Decimal text as PostgreSQL prints a numeric, or NaN, Infinity, -Infinity. */
export type DecimalText = string;

export function decimalOfText(buffer: Buffer, start: number, end: number): DecimalText {
  const text = fieldText(buffer, start, end).replace(BLANKS, '');
  const unsigned = text.replace(/^[+-]/, '');
  const negative = text.startsWith('-');
  if (/^nan$/i.test(text)) return 'NaN';
  if (/^inf(inity)?$/i.test(unsigned)) return negative ? '-Infinity' : 'Infinity';
  if (NON_DECIMAL.test(unsigned)) return signed(BigInt(unsigned.replaceAll('_', '')).toString(), negative);
  const match = DECIMAL.exec(unsigned);
  if (match === null || (match[1] === undefined && match[2] === undefined))
    throw invalidSyntax('numeric', buffer, start, end);
  const [whole, fraction, exponent] = [1, 2, 3].map((group) => (match[group] ?? '').replaceAll('_', ''));
  return signed(placePoint(whole!, fraction!, Number(exponent)), negative);
}

/** Throws 22P03 for what PostgreSQL's numeric_recv refuses. */
export function decimalOfBinary(buffer: Buffer, start: number, end: number): DecimalText {
  const { groups, weight, sign, scale } = readHeader(buffer, start, end);
  const special = SPECIAL[sign];
  if (special !== undefined) return special;
  let digits = '';
  for (let i = 0; i < groups; i++)
    digits += String(readGroup(buffer, start, i)).padStart(DIGITS_PER_GROUP, '0');
  const point = (weight + 1) * DIGITS_PER_GROUP;
  const whole = point <= 0 ? '' : digits.slice(0, point).padEnd(point, '0');
  const fraction = (point < 0 ? '0'.repeat(-point) : '') + digits.slice(Math.max(0, point));
  return signed(joined(whole, fraction.slice(0, scale).padEnd(scale, '0')), sign === NEGATIVE);
}

/** The nearest double; NaN and infinity come through. Throws 22003 where there is none. */
export function numberOfText(buffer: Buffer, start: number, end: number): number {
  const fast = readPlainDecimal(buffer, start, end);
  if (fast === fast) return fast + 0;
  return parseFloatString(decimalOfText(buffer, start, end), 'float8');
}

/** The same of the binary form; up to three groups of digits without any string. */
export function numberOfBinary(buffer: Buffer, start: number, end: number): number {
  const { groups, weight, sign, scale } = readHeader(buffer, start, end);
  const fractionGroups = groups - 1 - weight;
  const cut = fractionGroups * DIGITS_PER_GROUP - scale;
  if (groups <= 3 && SPECIAL[sign] === undefined && Math.abs(fractionGroups) <= MAX_EXACT_GROUPS) {
    let mantissa = 0;
    for (let i = 0; i < groups; i++) mantissa = mantissa * BASE + readGroup(buffer, start, i);
    const power = POWERS[Math.abs(fractionGroups) * DIGITS_PER_GROUP]!;
    const value = fractionGroups > 0 ? mantissa / power : mantissa * power;
    // Digits beyond the declared scale are cut, as numeric_recv does: rare, so by the exact way.
    if (cut <= 0 || (cut < DIGITS_PER_GROUP && mantissa % POWERS[cut]! === 0))
      return sign === NEGATIVE ? 0 - value : value;
  }
  return parseFloatString(decimalOfBinary(buffer, start, end), 'float8');
}

/** What PostgreSQL makes of a float on its way to numeric: 15 significant digits, 6 of a float4. */
export function decimalOfNumber(value: number, digits: 6 | 15): DecimalText {
  if (!Number.isFinite(value)) return String(value);
  const [mantissa = '', exponent] = value.toPrecision(digits).replace(/^-/, '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const trimmed = placePoint(whole, fraction.replace(/0+$/, ''), Number(exponent ?? 0));
  return signed(trimmed, value < 0);
}

/** Refuses NaN and infinity, which CDF's JSON does not know. */
export function finiteDecimal(decimal: DecimalText): DecimalText {
  if (decimal.endsWith('NaN') || decimal.endsWith('y')) finite(Number(decimal));
  return decimal;
}

/** Rounds half away from zero, as a numeric's cast to an integer does. Throws 22003. */
export function integerOfDecimal(decimal: DecimalText, type: IntegerType, name: string): bigint {
  if (!/\d/.test(decimal))
    throw new PostgresError(
      'feature_not_supported',
      `cannot convert ${decimal === 'NaN' ? 'NaN' : 'infinity'} to ${name}`,
    );
  const [whole = '', fraction = ''] = decimal.replace('-', '').split('.');
  const size = BigInt(whole) + (/^[5-9]/.test(fraction) ? 1n : 0n);
  return fitInteger(decimal.startsWith('-') ? -size : size, type);
}

/** Puts the point `exponent` places further to the right. */
function placePoint(whole: string, fraction: string, exponent: number): string {
  if (Math.abs(exponent) > MAX_EXPONENT) throw overflow();
  const scale = Math.max(0, fraction.length - exponent);
  const digits = (whole + fraction).replace(/^0+/, '');
  // Where the point lies, counted from the first digit that is not zero.
  const point = digits.length - fraction.length + exponent;
  if (scale > MAX_SCALE || (digits !== '' && point > MAX_WHOLE_DIGITS)) throw overflow();
  if (digits === '') return joined('', '0'.repeat(scale));
  if (point <= 0) return joined('', '0'.repeat(-point) + digits);
  return joined(digits.slice(0, point).padEnd(point, '0'), digits.slice(point));
}

function joined(whole: string, fraction: string): string {
  const trimmed = whole.replace(/^0+(?=.)/, '') || '0';
  return fraction === '' ? trimmed : `${trimmed}.${fraction}`;
}

function signed(decimal: string, negative: boolean): string {
  return negative && /[1-9]/.test(decimal) ? `-${decimal}` : decimal;
}

function overflow(): PostgresError {
  return new PostgresError('numeric_value_out_of_range', 'value overflows numeric format');
}

interface Header {
  groups: number;
  /** The first group counts 10000^weight. */
  weight: number;
  sign: number;
  /** Digits after the point. */
  scale: number;
}

/** Filled again for each value: no object per field. */
const header: Header = { groups: 0, weight: 0, sign: 0, scale: 0 };

function readHeader(buffer: Buffer, start: number, end: number): Header {
  if (end - start < HEADER_BYTES) throw invalidBinary();
  header.groups = buffer.readUInt16BE(start);
  header.weight = buffer.readInt16BE(start + 2);
  header.sign = buffer.readUInt16BE(start + 4);
  header.scale = buffer.readUInt16BE(start + 6);
  if (end - start !== HEADER_BYTES + 2 * header.groups) throw invalidBinary();
  if (header.sign !== POSITIVE && header.sign !== NEGATIVE && SPECIAL[header.sign] === undefined)
    throw invalidPart('sign');
  if (header.scale > MAX_SCALE) throw invalidPart('scale');
  return header;
}

function readGroup(buffer: Buffer, start: number, group: number): number {
  const digit = buffer.readUInt16BE(start + HEADER_BYTES + 2 * group);
  if (digit >= BASE) throw invalidPart('digit');
  return digit;
}

function invalidPart(part: 'sign' | 'scale' | 'digit'): PostgresError {
  return new PostgresError('invalid_binary_representation', `invalid ${part} in external "numeric" value`);
}
