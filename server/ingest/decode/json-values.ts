// json and jsonb: checked by one pass over the bytes and then copied as they are, so that no number loses digits.
import { PostgresError } from '../../postgres-error';
import type { Write } from './decoders';
import { BINARY_FORMAT, type Format } from './row-fields';
import { invalidBytes, sequenceLength } from './utf8';

/** Deeper JSON is refused: whoever reads it later may do so by recursion. */
const MAX_JSON_DEPTH = 1000;
const MAX_QUOTED_TOKEN = 64;
/** The first byte of a binary jsonb. */
const JSONB_VERSION = 1;

export const OTHER_JSON = 0;
const JSON_OBJECT = 1;
/** An object whose values are all strings. */
export const OBJECT_OF_STRINGS = 2;
type JsonShape = typeof OTHER_JSON | typeof JSON_OBJECT | typeof OBJECT_OF_STRINGS;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;

/** What may come next, in the words of PostgreSQL's detail. */
const EXPECTED = {
  value: 'JSON value',
  element: 'array element or "]"',
  key: 'string',
  'first-key': 'string or "}"',
  colon: '":"',
  'object-comma': '"," or "}"',
  'array-comma': '"," or "]"',
  end: 'end of input',
} as const;
type State = keyof typeof EXPECTED;

/** The open brackets around the byte that is read; filled again for each value. */
const open = new Uint8Array(MAX_JSON_DEPTH);

/** Copies the value. Throws 22P02 for what is no JSON, 22P05 for \u0000, 54000 where it nests too deep. */
export function jsonWriter(source: 'json' | 'jsonb', format: Format): Write {
  return (buffer, start, end, out) => {
    const from = jsonStart(source, format, buffer, start);
    scanJson(buffer, from, end);
    out.copy(buffer, from, end);
  };
}

/** Where the JSON text begins: a binary jsonb has its version in front. */
export function jsonStart(source: 'json' | 'jsonb', format: Format, buffer: Buffer, start: number): number {
  if (source === 'json' || format !== BINARY_FORMAT) return start;
  if (buffer[start] === JSONB_VERSION) return start + 1;
  throw new PostgresError('internal_error', `unsupported jsonb version number ${buffer[start] ?? 0}`);
}

export function scanJson(buffer: Buffer, start: number, end: number): JsonShape {
  let state: State = 'value';
  let depth = 0;
  let shape: JsonShape = OTHER_JSON;
  for (let i = skipBlanks(buffer, start, end); i < end; i = skipBlanks(buffer, i, end)) {
    const byte = buffer[i]!;
    if (state === 'value' || state === 'element') {
      if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        if (depth === MAX_JSON_DEPTH) throw tooDeep();
        if (depth === 0 && byte === OPEN_OBJECT) shape = OBJECT_OF_STRINGS;
        else if (depth === 1 && shape === OBJECT_OF_STRINGS) shape = JSON_OBJECT;
        open[depth++] = byte;
        state = byte === OPEN_OBJECT ? 'first-key' : 'element';
        i++;
        continue;
      }
      if (byte === CLOSE_ARRAY && state === 'element') {
        i++;
        depth--;
      } else if (byte === QUOTE) i = skipString(buffer, i, end);
      else {
        if (depth === 1 && shape === OBJECT_OF_STRINGS) shape = JSON_OBJECT;
        i = skipScalar(buffer, i, end, state);
      }
      state = afterValue(depth);
    } else if (state === 'key' || state === 'first-key') {
      if (byte === CLOSE_OBJECT && state === 'first-key') {
        i++;
        state = afterValue(--depth);
      } else if (byte === QUOTE) {
        i = skipString(buffer, i, end);
        state = 'colon';
      } else throw unexpected(buffer, i, end, state);
    } else if (state === 'colon') {
      if (byte !== COLON) throw unexpected(buffer, i, end, state);
      i++;
      state = 'value';
    } else {
      if (state === 'end') throw unexpected(buffer, i, end, state);
      const inObject: boolean = state === 'object-comma';
      if (byte === COMMA) state = inObject ? 'key' : 'value';
      else if (byte === (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) state = afterValue(--depth);
      else throw unexpected(buffer, i, end, state);
      i++;
    }
  }
  if (state !== 'end') throw invalidJson('The input string ended unexpectedly.');
  return shape;
}

/** The first byte from `i` on that is no white space. */
export function skipBlanks(buffer: Buffer, i: number, end: number): number {
  while (i < end && (buffer[i] === 0x20 || buffer[i] === 0x0a || buffer[i] === 0x0d || buffer[i] === 0x09))
    i++;
  return i;
}

function afterValue(depth: number): State {
  if (depth === 0) return 'end';
  return open[depth - 1] === OPEN_OBJECT ? 'object-comma' : 'array-comma';
}

/** Past the string that begins at `i`. A \u surrogate must have its other half: CDF keeps Unicode text. */
function skipString(buffer: Buffer, i: number, end: number): number {
  let high = false;
  for (i++; i < end;) {
    const byte = buffer[i]!;
    if (byte === BACKSLASH) {
      const unit = readEscape(buffer, i, end);
      const low = unit >= 0xdc00 && unit <= 0xdfff;
      if (low !== high) throw badSurrogate(high, unit);
      high = unit >= 0xd800 && unit <= 0xdbff;
      i += buffer[i + 1] === 0x75 ? 6 : 2;
      continue;
    }
    if (high) throw badSurrogate(high, byte);
    if (byte === QUOTE) return i + 1;
    if (byte === 0) throw invalidBytes(buffer, i, end);
    if (byte < 0x20)
      throw invalidJson(`Character with value 0x${byte.toString(16).padStart(2, '0')} must be escaped.`);
    i += byte < 0x80 ? 1 : sequenceLength(buffer, i, end);
  }
  throw invalidJson('The input string ended unexpectedly.');
}

/** The UTF-16 unit that the escape at `i` stands for; 0x20 for those of one letter. */
function readEscape(buffer: Buffer, i: number, end: number): number {
  if (i + 1 >= end) throw invalidJson('The input string ended unexpectedly.');
  const letter = String.fromCharCode(buffer[i + 1]!);
  if ('"\\/bfnrt'.includes(letter)) return 0x20;
  if (letter !== 'u') {
    const length = buffer[i + 1]! < 0x80 ? 1 : sequenceLength(buffer, i + 1, end);
    throw invalidJson(`Escape sequence "\\${buffer.toString('utf8', i + 1, i + 1 + length)}" is invalid.`);
  }
  const digits = buffer.toString('latin1', i + 2, Math.min(end, i + 6));
  if (!/^[0-9a-f]{4}$/i.test(digits)) throw invalidJson('"\\u" must be followed by four hexadecimal digits.');
  const unit = parseInt(digits, 16);
  if (unit === 0)
    throw new PostgresError({ code: '22P05' }, 'unsupported Unicode escape sequence', {
      detail: '\\u0000 cannot be converted to text.',
    });
  return unit;
}

/** A number, true, false or null. */
function skipScalar(buffer: Buffer, i: number, end: number, state: State): number {
  const last = wordEnd(buffer, i, end);
  if (last === i) throw unexpected(buffer, i, end, state);
  if (isNumber(buffer, i, last)) return last;
  const word = last - i <= 5 ? buffer.toString('latin1', i, last) : '';
  if (word === 'true' || word === 'false' || word === 'null') return last;
  throw unexpected(buffer, i, end, state);
}

function isNumber(buffer: Buffer, i: number, end: number): boolean {
  if (buffer[i] === 0x2d) i++;
  const whole = digitsEnd(buffer, i, end);
  if (whole === i || (buffer[i] === 0x30 && whole > i + 1)) return false;
  i = whole;
  if (i < end && buffer[i] === 0x2e) {
    i = digitsEnd(buffer, i + 1, end);
    if (i === whole + 1) return false;
  }
  if (i < end && (buffer[i]! | 0x20) === 0x65) {
    const first = buffer[i + 1] === 0x2b || buffer[i + 1] === 0x2d ? i + 2 : i + 1;
    i = digitsEnd(buffer, first, end);
    if (i <= first) return false;
  }
  return i === end;
}

function digitsEnd(buffer: Buffer, i: number, end: number): number {
  while (i < end && buffer[i]! >= 0x30 && buffer[i]! <= 0x39) i++;
  return i;
}

/** Past the letters, digits and signs that PostgreSQL takes for one token. */
function wordEnd(buffer: Buffer, i: number, end: number): number {
  for (; i < end; i++) {
    const byte = buffer[i]!;
    const letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
    const digit = byte >= 0x30 && byte <= 0x39;
    if (!letter && !digit && byte !== 0x5f && byte !== 0x2d && byte !== 0x2b && byte !== 0x2e && byte < 0x80)
      break;
  }
  return i;
}

function unexpected(buffer: Buffer, i: number, end: number, state: State): PostgresError {
  const last = Math.max(wordEnd(buffer, i, end), i + 1);
  for (let at = i; at < end;) {
    if (buffer[at] === 0) return invalidBytes(buffer, at, end);
    at += buffer[at]! < 0x80 ? 1 : sequenceLength(buffer, at, end);
  }
  const token = buffer.toString('utf8', i, Math.min(last, i + MAX_QUOTED_TOKEN));
  const known = /^[{}[\]:,"]/.test(token) || isNumber(buffer, i, last) || /^(true|false|null)$/.test(token);
  return invalidJson(
    known ? `Expected ${EXPECTED[state]}, but found "${token}".` : `Token "${token}" is invalid.`,
  );
}

function badSurrogate(high: boolean, unit: number): PostgresError {
  const twice = high && unit >= 0xd800 && unit <= 0xdbff;
  return invalidJson(
    twice
      ? 'Unicode high surrogate must not follow a high surrogate.'
      : 'Unicode low surrogate must follow a high surrogate.',
  );
}

function tooDeep(): PostgresError {
  return new PostgresError('program_limit_exceeded', `JSON nests deeper than ${MAX_JSON_DEPTH} levels`);
}

function invalidJson(detail: string): PostgresError {
  return new PostgresError('invalid_text_representation', 'invalid input syntax for type json', { detail });
}
