// Numbers into number columns: each pair of types by the way that PostgreSQL's assignment cast goes.
import { ByteWriter } from './byte-writer';
import type { Read, Write } from './decoders';
import {
  finite,
  floatReader,
  type FloatType,
  isJsonDecimal,
  jsonNumber,
  parseFloatString,
  pgNumber,
} from './floats';
import {
  fitInteger,
  integerName,
  integerWriter,
  type IntegerType,
  outOfRange,
  writeInteger,
} from './integers';
import {
  decimalOfBinary,
  decimalOfNumber,
  decimalOfText,
  type DecimalText,
  finiteDecimal,
  integerOfDecimal,
  numberOfBinary,
  numberOfText,
} from './numerics';
import { fitNumeric, type NumericLimits } from './numeric-limits';
import { PostgresError } from '../../postgres-error';
import { roundHalfEven } from './rounding';
import { BINARY_FORMAT, type Format, TEXT_FORMAT } from './row-fields';
import type { Scalar } from './type-names';

export type NumberType = IntegerType | FloatType | 'numeric';

const POINT = 0x2e;
const ZERO = 0x30;
const BYTES: Record<IntegerType, number> = { int2: 2, int4: 4, int8: 8 };

export function isNumberType(type: Scalar): type is NumberType {
  return isInteger(type) || isFloat(type) || type === 'numeric';
}

/** A column of numbers; `limits`: of numeric(p,s). */
export interface NumberColumn {
  readonly type: NumberType;
  readonly limits: NumericLimits | null;
}

/** Writes the JSON number of a field of type `source` in a column. */
export function numberJson(
  { type: target, limits }: NumberColumn,
  source: NumberType,
  format: Format,
): Write {
  if (isInteger(target)) return integerJson(target, source, format);
  if (target === 'numeric') return numericJson(source, format, limits);
  const write = floatJson(target, source, format);
  if (target !== 'float8' || source !== 'float8' || format !== TEXT_FORMAT) return write;
  return (buffer, start, end, out) => {
    if (isJsonDecimal(buffer, start, end)) out.copy(buffer, start, end);
    else write(buffer, start, end, out);
  };
}

/** Writes one text for each value, however it was written: 1, 1.0 and 1.00 are one key. */
export function numberKey({ type: target, limits }: NumberColumn, source: NumberType, format: Format): Write {
  if (isInteger(target)) return integerJson(target, source, format);
  if (isFloat(target)) return floatJson(target, source, format);
  const write = numericJson(source, format, limits);
  return (buffer, start, end, out) => {
    const first = out.length;
    write(buffer, start, end, out);
    cutTrailingZeros(out, first);
  };
}

function cutTrailingZeros(out: ByteWriter, first: number): void {
  const { buffer } = out;
  let point = first;
  while (point < out.length && buffer[point] !== POINT) point++;
  if (point === out.length) return;
  let { length } = out;
  while (buffer[length - 1] === ZERO) length--;
  out.truncate(length - 1 === point ? point : length);
}

function floatJson(target: FloatType, source: NumberType, format: Format): Write {
  const read = floatOf(target, source, format);
  return (buffer, start, end, out) => out.ascii(jsonNumber(finite(read(buffer, start, end)), target));
}

/** The number that a float column holds; NaN and infinity come through. */
export function floatOf(target: FloatType, source: NumberType, format: Format): Read {
  if (isFloat(source)) {
    const read = floatReader(source, format);
    return target === 'float4' && source === 'float8' ? (...field) => narrow(read(...field)) : read;
  }
  if (target === 'float8')
    return source === 'numeric' ? numericReader(format) : integerReader(source, format);
  const decimal = source === 'numeric' ? decimalReader(format) : null;
  if (decimal !== null) return (...field) => parseFloatString(decimal(...field), 'float4');
  const read = integerReader(source as IntegerType, format);
  return (...field) => narrow(read(...field));
}

/** The value as PostgreSQL prints it: what a text column gets. */
export function numberText(source: NumberType, format: Format): Write {
  if (isInteger(source)) return integerWriter(source, format);
  if (source === 'numeric') {
    const decimal = decimalReader(format);
    return (buffer, start, end, out) => out.ascii(decimal(buffer, start, end));
  }
  const read = floatReader(source, format);
  return (buffer, start, end, out) => out.ascii(pgNumber(read(buffer, start, end), source));
}

function integerJson(target: IntegerType, source: NumberType, format: Format): Write {
  if (isInteger(source)) {
    const write = integerWriter(source, format);
    return BYTES[source] <= BYTES[target] ? write : narrowed(target, write);
  }
  const name = integerName(target);
  if (source === 'numeric') {
    const decimal = decimalReader(format);
    return (buffer, start, end, out) =>
      out.ascii(integerOfDecimal(decimal(buffer, start, end), target, name).toString());
  }
  const read = floatReader(source, format);
  return (buffer, start, end, out) => {
    const value = roundHalfEven(read(buffer, start, end));
    if (!Number.isFinite(value)) throw outOfRange(name);
    if (Number.isSafeInteger(value) && target === 'int8') writeInteger(value, out);
    else out.ascii(fitInteger(BigInt(value), target).toString());
  };
}

/** An integer of a wider type: its digits first, then the check. */
function narrowed(target: IntegerType, write: Write): Write {
  const scratch = new ByteWriter();
  return (buffer, start, end, out) => {
    scratch.truncate(0);
    write(buffer, start, end, scratch);
    fitInteger(BigInt(scratch.buffer.toString('latin1', 0, scratch.length)), target);
    out.copy(scratch.buffer, 0, scratch.length);
  };
}

function numericJson(source: NumberType, format: Format, limits: NumericLimits | null): Write {
  if (isInteger(source) && limits === null) return integerWriter(source, format);
  const decimal = decimalOf(source, format);
  if (limits === null) return (buffer, start, end, out) => out.ascii(decimal(buffer, start, end));
  return (buffer, start, end, out) => out.ascii(fitNumeric(decimal(buffer, start, end), limits));
}

type ReadDecimal = (buffer: Buffer, start: number, end: number) => DecimalText;

/** Of any number, as its cast to numeric; NaN and infinity are refused (22003). */
function decimalOf(source: NumberType, format: Format): ReadDecimal {
  if (isFloat(source)) {
    const read = floatReader(source, format);
    const digits = source === 'float8' ? 15 : 6;
    return (buffer, start, end) => decimalOfNumber(finite(read(buffer, start, end)), digits);
  }
  if (source === 'numeric') {
    const decimal = decimalReader(format);
    return (buffer, start, end) => finiteDecimal(decimal(buffer, start, end));
  }
  const write = integerWriter(source, format);
  const scratch = new ByteWriter();
  return (buffer, start, end) => {
    scratch.truncate(0);
    write(buffer, start, end, scratch);
    return scratch.buffer.toString('latin1', 0, scratch.length);
  };
}

function decimalReader(format: Format): ReadDecimal {
  return format === BINARY_FORMAT ? decimalOfBinary : decimalOfText;
}

function numericReader(format: Format): Read {
  return format === BINARY_FORMAT ? numberOfBinary : numberOfText;
}

function integerReader(source: IntegerType, format: Format): Read {
  const write = integerWriter(source, format);
  const scratch = new ByteWriter();
  return (buffer, start, end) => {
    scratch.truncate(0);
    write(buffer, start, end, scratch);
    return numberOfText(scratch.buffer, 0, scratch.length);
  };
}

/** To float4, as PostgreSQL's float8 to float4 cast refuses. */
function narrow(value: number): number {
  const narrowed = Math.fround(value);
  if (Number.isFinite(value) && !Number.isFinite(narrowed)) throw flow('overflow');
  if (narrowed === 0 && value !== 0) throw flow('underflow');
  return narrowed;
}

function flow(kind: 'overflow' | 'underflow'): PostgresError {
  return new PostgresError('numeric_value_out_of_range', `value out of range: ${kind}`);
}

function isInteger(type: Scalar): type is IntegerType {
  return type === 'int2' || type === 'int4' || type === 'int8';
}

function isFloat(type: Scalar): type is FloatType {
  return type === 'float4' || type === 'float8';
}
