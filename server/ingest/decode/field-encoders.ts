// Chooses how the fields of a column are decoded: by the column's type, the field's format and its declared type.
// The choice is made once; what it returns is called for each field.
import type { Column } from '../../../shared/tables/table';
import { PostgresError } from '../../postgres-error';
import { arrayWriter } from './arrays';
import { booleanWriter } from './booleans';
import { base64Writer } from './byteas';
import { ByteWriter } from './byte-writer';
import type { Read, SessionValues, Write } from './decoders';
import { finite } from './floats';
import { writeInteger } from './integers';
import { NO_LIMIT, withoutTrailingSpaces, writeJsonText, writePlainText } from './json-text';
import { jsonWriter } from './json-values';
import {
  floatOf,
  isNumberType,
  type NumberColumn,
  type NumberType,
  numberJson,
  numberKey,
  numberText,
} from './number-encoders';
import type { Format } from './row-fields';
import { stringMapWriter } from './string-map';
import { isoMoment, pgMoment } from './timestamp-text';
import { convertMoment, type MomentReader, momentReader, type MomentType } from './timestamps';
import {
  columnType,
  elementOfOid,
  isAssignable,
  isUndeclared,
  oidOfScalar,
  oidOfType,
  scalarOfOid,
  type Scalar,
  sqlTypeName,
} from './type-names';
import { uuidWriter } from './uuids';

export type { SessionValues } from './decoders';

const QUOTE = 0x22;

interface Pair {
  readonly target: Scalar;
  readonly limit: number;
  /** Of numeric: its `limit` is its precision. */
  readonly scale: number;
  readonly source: Scalar;
  readonly format: Format;
  readonly session: SessionValues;
  /** timestamptz as ISO 8601 text in UTC instead of milliseconds. */
  readonly isoTime: boolean;
  /** ISO 8601 with microseconds, where there are some. */
  readonly hasMicros: boolean;
}

/** Writes a field of this column as CDF JSON. Throws 42804 where PostgreSQL has no assignment cast from the declared type. */
export function jsonEncoder(column: Column, format: Format, oid: number, session: SessionValues): Write {
  const { isArray } = columnType(column.type);
  const pair = pairOf(column, format, oid, session);
  const { source } = pair;
  if (isArray)
    return arrayWriter({
      element: scalarJson(pair),
      format,
      elementOid: oidOfScalar(source),
      labels: column.as === 'labels',
    });
  if (column.as === 'string-map')
    return stringMapWriter(source === 'jsonb' ? 'jsonb' : 'json', format, column.name);
  return scalarJson(pair);
}

/** Reads a field as a number: of a float its value (finite, or 22003), of a time its ms since 1970. */
export function numberReader(column: Column, format: Format, oid: number, session: SessionValues): Read {
  const { scalar: target } = columnType(column.type);
  const source = sourceOf(column, oid);
  if (isMoment(target) && isMoment(source)) return momentOf(target, source, format, session).read;
  if ((target !== 'float8' && target !== 'float4') || !isNumberType(source))
    throw new TypeError(`column ${column.name} is no number and no time`);
  const read = floatOf(target, source, format);
  return (buffer, start, end) => {
    const value = read(buffer, start, end);
    return value - value === 0 ? value : finite(value);
  };
}

/** Writes a field's text as UTF-8, without JSON's quotes: equal values have one text. Throws 22021, 22001. */
export function textReader(column: Column, format: Format, oid: number, session: SessionValues): Write {
  const { isArray } = columnType(column.type);
  if (isArray) throw new TypeError(`column ${column.name} is a list and no text`);
  const pair = pairOf(column, format, oid, session);
  const { target, source } = pair;
  if (isText(target)) return textWriter(pair, writePlainText);
  if (isNumberType(target) && isNumberType(source))
    return numberKey(numberColumn(target, pair), source, format);
  if (isMoment(target) && isMoment(source)) return momentText(pair, target, source);
  return target === 'uuid' ? uuidWriter(format) : scalarJson(pair);
}

function pairOf(column: Column, format: Format, oid: number, session: SessionValues): Pair {
  const { scalar: target, limit, scale } = columnType(column.type);
  const hasMicros = column.as === 'iso-micros';
  const isoTime = hasMicros || column.as === 'iso-time';
  const source = sourceOf(column, oid);
  return { target, limit: limit ?? NO_LIMIT, scale, source, format, session, isoTime, hasMicros };
}

function numberColumn(type: NumberType, { limit, scale }: Pair): NumberColumn {
  return { type, limits: limit === NO_LIMIT ? null : { precision: limit, scale } };
}

/** The declared type, or the column's own. */
function sourceOf(column: Column, oid: number): Scalar {
  const { scalar, isArray } = columnType(column.type);
  if (isUndeclared(oid)) return scalar;
  if (!isAssignable(column.type, oid)) throw notAssignable(column, oid);
  return (isArray ? elementOfOid(oid) : scalarOfOid(oid))!;
}

function scalarJson(pair: Pair): Write {
  const { target, source, format } = pair;
  if (isText(target)) return textWriter(pair, writeJsonText);
  if (isNumberType(target) && isNumberType(source))
    return numberJson(numberColumn(target, pair), source, format);
  if (isMoment(target) && isMoment(source)) {
    const write = momentText(pair, target, source);
    return target === 'timestamptz' && !pair.isoTime ? write : quoted(write);
  }
  if (target === 'bool') return booleanWriter(format);
  if (target === 'uuid') return quoted(uuidWriter(format));
  if (target === 'bytea') return quoted(base64Writer(format));
  return jsonWriter(source === 'jsonb' ? 'jsonb' : 'json', format);
}

function textWriter(
  pair: Pair,
  write: (buffer: Buffer, start: number, end: number, out: ByteWriter, limit: number) => void,
): Write {
  const { source, limit } = pair;
  if (source === 'bpchar')
    return (buffer, start, end, out) =>
      write(buffer, start, withoutTrailingSpaces(buffer, start, end), out, limit);
  if (isText(source)) return (buffer, start, end, out) => write(buffer, start, end, out, limit);
  const scratch = new ByteWriter();
  const print = printer(pair);
  return (buffer, start, end, out) => {
    scratch.truncate(0);
    print(buffer, start, end, scratch);
    write(scratch.buffer, 0, scratch.length, out, limit);
  };
}

/** Writes a value as PostgreSQL prints it: what its cast to text gives. */
function printer({ source, format, session }: Pair): Write {
  if (isNumberType(source)) return numberText(source, format);
  if (source === 'bool') return booleanWriter(format);
  if (source === 'uuid') return uuidWriter(format);
  if (!isMoment(source)) return jsonWriter(source === 'jsonb' ? 'jsonb' : 'json', format);
  const { reader, read } = momentReader(source, format, session);
  return (buffer, start, end, out) => {
    const ms = read(buffer, start, end);
    const offset = source === 'timestamptz' ? reader.sessionZone().offsetAt(ms) : 0;
    out.ascii(pgMoment(source, ms + offset, reader.micros, offset));
  };
}

/** Milliseconds of a timestamptz, ISO 8601 of the others. */
function momentText(pair: Pair, target: MomentType, source: MomentType): Write {
  const { isoTime, hasMicros, format, session } = pair;
  const { reader, read } = momentOf(target, source, format, session);
  if (target === 'timestamptz' && !isoTime)
    return (buffer, start, end, out) => writeInteger(read(buffer, start, end), out);
  const type = target === 'date' ? 'date' : 'timestamp';
  const zone = target === 'timestamptz' ? 'Z' : '';
  return (buffer, start, end, out) => {
    const ms = read(buffer, start, end);
    out.ascii(isoMoment(type, ms, hasMicros ? reader.micros : 0) + zone);
  };
}

function momentOf(
  target: MomentType,
  source: MomentType,
  format: Format,
  session: SessionValues,
): { readonly reader: MomentReader; readonly read: Read } {
  const { reader, read } = momentReader(source, format, session);
  if (target === source) return { reader, read };
  const convert = convertMoment(source, target, reader);
  return { reader, read: (buffer, start, end) => convert(read(buffer, start, end)) };
}

function quoted(write: Write): Write {
  return (buffer, start, end, out) => {
    out.byte(QUOTE);
    write(buffer, start, end, out);
    out.byte(QUOTE);
  };
}

function isText(type: Scalar): boolean {
  return type === 'text' || type === 'varchar' || type === 'bpchar';
}

function isMoment(type: Scalar): type is MomentType {
  return type === 'timestamptz' || type === 'timestamp' || type === 'date';
}

/** To text PostgreSQL casts everything; where Sluice does not print the type, the engine can. */
function notAssignable(column: Column, oid: number): PostgresError {
  const columnName = sqlTypeName(oidOfType(column.type));
  const expression = sqlTypeName(oid);
  if (isText(columnType(column.type).scalar))
    return new PostgresError(
      'feature_not_supported',
      `column "${column.name}" is of type ${columnName} and cannot take an expression of type ${expression}`,
      { column: column.name, hint: `Declare the value as text, or cast it to ${columnName}.` },
    );
  return new PostgresError(
    'datatype_mismatch',
    `column "${column.name}" is of type ${columnName} but expression is of type ${expression}`,
    { column: column.name, hint: 'You will need to rewrite or cast the expression.' },
  );
}
