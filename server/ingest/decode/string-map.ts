// CDF metadata: a JSON object whose values are strings. What is one already is copied; other values become their text.
import { PostgresError } from '../../postgres-error';
import type { ByteWriter } from './byte-writer';
import type { Write } from './decoders';
import { writeJsonText } from './json-text';
import { jsonStart, OBJECT_OF_STRINGS, OTHER_JSON, scanJson, skipBlanks } from './json-values';
import type { Format } from './row-fields';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const NULL = 0x6e;

/** Throws as jsonWriter does, and 22023 for JSON that is no object. `column` is named in that error. */
export function stringMapWriter(source: 'json' | 'jsonb', format: Format, column: string): Write {
  return (buffer, start, end, out) => {
    const from = jsonStart(source, format, buffer, start);
    const shape = scanJson(buffer, from, end);
    if (shape === OBJECT_OF_STRINGS) out.copy(buffer, from, end);
    else if (shape === OTHER_JSON) throw noObject(column);
    else writeAsStrings(buffer, skipBlanks(buffer, from, end) + 1, end, out);
  };
}

/** `i` is behind the opening brace of an object that was checked. Members with null are left out: CDF refuses null. */
function writeAsStrings(buffer: Buffer, i: number, end: number, out: ByteWriter): void {
  out.byte(OPEN);
  let first = true;
  for (i = skipBlanks(buffer, i, end); buffer[i] !== CLOSE; i = skipBlanks(buffer, i, end)) {
    if (buffer[i] === COMMA) i = skipBlanks(buffer, i + 1, end);
    const key = i;
    const keyEnd = stringEnd(buffer, key);
    const value = skipBlanks(buffer, skipBlanks(buffer, keyEnd, end) + 1, end);
    i = valueEnd(buffer, value);
    if (buffer[value] === NULL) continue;
    if (!first) out.byte(COMMA);
    first = false;
    out.copy(buffer, key, keyEnd);
    out.byte(COLON);
    if (buffer[value] === QUOTE) out.copy(buffer, value, i);
    else writeJsonText(buffer, value, i, out);
  }
  out.byte(CLOSE);
}

function stringEnd(buffer: Buffer, i: number): number {
  for (i++; buffer[i] !== QUOTE; i++) if (buffer[i] === BACKSLASH) i++;
  return i + 1;
}

/** Past the value at `i`: brackets are counted, strings are skipped. */
function valueEnd(buffer: Buffer, i: number): number {
  let depth = 0;
  for (;;) {
    const byte = buffer[i]!;
    if (byte === QUOTE) {
      i = stringEnd(buffer, i);
      if (depth === 0) return i;
      continue;
    }
    const closes = byte === CLOSE || byte === 0x5d;
    if (depth === 0 && (closes || byte === COMMA || byte <= 0x20)) return i;
    if (byte === OPEN || byte === 0x5b) depth++;
    else if (closes && --depth === 0) return i + 1;
    i++;
  }
}

function noObject(column: string): PostgresError {
  return new PostgresError('invalid_parameter_value', `column "${column}" must be a JSON object`, {
    hint: 'Give it as {"name": "text", ...}.',
  });
}
