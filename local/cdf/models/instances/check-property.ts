// Holds a value of a property against its type, and brings it into the form in which CDF gives it back.
import { badRequest } from '../../api-error';
import { asObject } from '../../call';
import { checkFields } from '../../check-value';
import { nodeReference } from '../ids';
import type { PropertyType, TypeName } from '../property-type';

const DEFAULT_MAX_LIST = 1000;
const DEFAULT_MAX_DIRECT_LIST = 100;
/** Of one text, and of all texts of a list, in bytes of UTF-8. */
const MAX_TEXT_BYTES = 128_000;
const MAX_JSON_BYTES = 40_960;
const MAX_JSON_KEYS = 256;
const MAX_JSON_KEY_CHARACTERS = 128;
const MAX_JSON_VALUE_BYTES = 10_240;

/** Returns the value as it is stored, or undefined where it does not fit. */
type Read = (value: unknown, type: PropertyType) => unknown;

const READS: Readonly<Record<TypeName, Read>> = {
  text: (value, { maxTextSize = MAX_TEXT_BYTES }) =>
    typeof value === 'string' && !value.includes('\0') && Buffer.byteLength(value) <= maxTextSize
      ? value
      : undefined,
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  int32: (value) => integer(value, 32n),
  int64: (value) => integer(value, 64n),
  float32: (value) => (isNumber(value) ? shortFloat(Number(value)) : undefined),
  float64: (value) => (isNumber(value) && Number.isFinite(Number(value)) ? Number(value) : undefined),
  timestamp: (value) => (typeof value === 'string' ? timestamp(value) : undefined),
  date: (value) => (typeof value === 'string' && isDate(value) ? value : undefined),
  json: (value) => (isJsonObject(value) ? value : undefined),
  direct: (value) => (isReference(value) ? value : undefined),
  timeseries: string,
  file: string,
  sequence: string,
  enum: (value, { values = {} }) =>
    typeof value === 'string' && Object.hasOwn(values, value) ? value : undefined,
};

/** The value as it is stored. Throws 400. */
export function readProperty(type: PropertyType, value: unknown, where: string): unknown {
  return type.list === true ? readList(type, value, where) : readOne(type, value, where);
}

function readOne(type: PropertyType, value: unknown, where: string): unknown {
  const stored = READS[type.type](value, type);
  if (stored === undefined) throw badRequest(`${where}: the value is no ${type.type}, or beyond its limits`);
  return stored;
}

function readList(type: PropertyType, value: unknown, where: string): unknown[] {
  const max = type.maxListSize ?? (type.type === 'direct' ? DEFAULT_MAX_DIRECT_LIST : DEFAULT_MAX_LIST);
  if (!Array.isArray(value)) throw badRequest(`${where}: must be a list`);
  if (value.length > max) throw badRequest(`${where}: size must be between 0 and ${max}`);
  const stored = value.map((one, i) => readOne(type, one, `${where}[${i}]`));
  if (type.type === 'text') {
    const bytes = (stored as string[]).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
    if (bytes > MAX_TEXT_BYTES) throw badRequest(`${where}: must have at most ${MAX_TEXT_BYTES} bytes`);
  }
  return stored;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function integer(value: unknown, bits: bigint): number | bigint | undefined {
  if (!isNumber(value) || (typeof value === 'number' && !Number.isSafeInteger(value))) return undefined;
  const limit = 2n ** (bits - 1n);
  return value >= -limit && value < limit ? value : undefined;
}

/** The shortest decimal that is the same 32-bit float. */
function shortFloat(value: number): number | undefined {
  const float = Math.fround(value);
  if (!Number.isFinite(float)) return undefined;
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Math.fround(short) === float) return short;
  }
  return Number(float.toPrecision(9));
}

const TIMESTAMP = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/;

/** In UTC, with milliseconds. */
function timestamp(text: string): string | undefined {
  const [, date = '', time = '', fraction = '', zone = 'Z'] = TIMESTAMP.exec(text) ?? [];
  if (!isDate(date)) return undefined;
  const at = Date.parse(`${date}T${time}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString().replace('Z', '+00:00');
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

function isJsonObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  const size = (one: unknown) => Buffer.byteLength(JSON.stringify(one, asDigits) ?? '');
  return (
    entries.length <= MAX_JSON_KEYS &&
    size(value) <= MAX_JSON_BYTES &&
    entries.every(([key, one]) => key.length <= MAX_JSON_KEY_CHARACTERS && size(one) <= MAX_JSON_VALUE_BYTES)
  );
}

function asDigits(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}` : value;
}

function isReference(value: unknown): boolean {
  try {
    checkFields(nodeReference, asObject(value, ''), '');
    return true;
  } catch {
    return false;
  }
}

function string(value: unknown): unknown {
  return typeof value === 'string' ? value : undefined;
}
