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
import { PostgresError } from '../../postgres-error';
import { roundHalfEven } from './rounding';
import { BINARY_FORMAT, type Format, TEXT_FORMAT } from './row-fields';
import type { Scalar } from './type-names';

export type NumberType = IntegerType | FloatType | 'numeric';

const BYTES: Record<IntegerType, number> = { int2: 2, int4: 4, int8: 8 };

export function isNumberType(type: Scalar): type is NumberType {
  return isInteger(type) || isFloat(type) || type === 'numeric';
}

/** Writes the JSON number of a field of type `source` in a column of type `target`. */
export function numberJson(target: NumberType, source: NumberType, format: Format): Write {
  if (isInteger(target)) return integerJson(target, source, format);
  if (target === 'numeric') return numericJson(source, format);
  const read = floatOf(target, source, format);
  const write: Write = (buffer, start, end, out) => {
    out.ascii(jsonNumber(finite(read(buffer, start, end)), target));
  };
  if (target !== 'float8' || source !== 'float8' || format !== TEXT_FORMAT) return write;
  return (buffer, start, end, out) => {
    if (isJsonDecimal(buffer, start, end)) out.copy(buffer, start, end);
    else write(buffer, start, end, out);
  };
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

function numericJson(source: NumberType, format: Format): Write {
  if (isInteger(source)) return integerWriter(source, format);
  if (source === 'numeric') {
    const decimal = decimalReader(format);
    return (buffer, start, end, out) => out.ascii(finiteDecimal(decimal(buffer, start, end)));
  }
  const read = floatReader(source, format);
  const digits = source === 'float8' ? 15 : 6;
  return (buffer, start, end, out) => out.ascii(decimalOfNumber(finite(read(buffer, start, end)), digits));
}

function decimalReader(format: Format): (buffer: Buffer, start: number, end: number) => DecimalText {
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
