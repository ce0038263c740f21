// Arrays: PostgreSQL's '{...}' or its binary form, to a flat JSON list.
import { PostgresError } from '../../postgres-error';
import { ByteWriter } from './byte-writer';
import type { Write } from './decoders';
import { BINARY_FORMAT, type Format } from './row-fields';
import { invalidBinary, quotedField } from './utf8';

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const HEADER_BYTES = 12;
const DIMENSION_BYTES = 8;
const LABEL_OPEN = Buffer.from('{"externalId":');

export interface ArrayShape {
  /** Writes one element as JSON. */
  readonly element: Write;
  readonly format: Format;
  /** What the binary form must name as its elements' type. */
  readonly elementOid: number;
  /** Each element becomes {"externalId": element}. */
  readonly labels: boolean;
}

/** Throws 22P02, 22P03, 22004 for a NULL inside, 0A000 for lists of lists, and what the element's type throws. */
export function arrayWriter(shape: ArrayShape): Write {
  const write = shape.labels ? labelWriter(shape.element) : shape.element;
  if (shape.format === BINARY_FORMAT)
    return (buffer, start, end, out) => writeBinary(buffer, start, end, out, write, shape.elementOid);
  const elements: Elements = { write, scratch: new ByteWriter(), start: 0 };
  return (buffer, start, end, out) => {
    elements.start = start;
    writeText(buffer, end, out, elements);
  };
}

function labelWriter(element: Write): Write {
  return (buffer, start, end, out) => {
    out.copy(LABEL_OPEN, 0, LABEL_OPEN.length);
    element(buffer, start, end, out);
    out.byte(CLOSE);
  };
}

/** Made once, used again for each array. */
interface Elements {
  readonly write: Write;
  /** A quoted element, without its quotes. */
  readonly scratch: ByteWriter;
  /** Where the array's text begins, for its errors. */
  start: number;
}

function writeText(buffer: Buffer, end: number, out: ByteWriter, elements: Elements): void {
  const { start } = elements;
  const { at, count } = readBounds(buffer, start, end);
  let i = skipBlanks(buffer, at, end);
  if (buffer[i] !== OPEN || i >= end)
    throw malformedArray(
      buffer,
      elements.start,
      end,
      'Array value must start with "{" or dimension information.',
    );
  i = skipBlanks(buffer, i + 1, end);
  out.byte(OPEN_LIST);
  let written = 0;
  while (i < end && buffer[i] !== CLOSE) {
    if (written > 0) {
      if (buffer[i] !== COMMA) throw malformedArray(buffer, elements.start, end, 'Unexpected array element.');
      out.byte(COMMA);
      i = skipBlanks(buffer, i + 1, end);
    }
    i = skipBlanks(buffer, writeElement(buffer, i, end, out, elements), end);
    written++;
  }
  if (i >= end) throw malformedArray(buffer, elements.start, end, 'Unexpected end of input.');
  if (skipBlanks(buffer, i + 1, end) !== end)
    throw malformedArray(buffer, elements.start, end, 'Junk after closing right brace.');
  if (count !== null && count !== written)
    throw malformedArray(
      buffer,
      elements.start,
      end,
      'Specified array dimensions do not match array contents.',
    );
  out.byte(CLOSE_LIST);
}

/** Writes the element at `i` and returns where it ends. Escapes and quotes are taken off into `scratch`. */
function writeElement(buffer: Buffer, i: number, end: number, out: ByteWriter, elements: Elements): number {
  const { write, scratch } = elements;
  if (buffer[i] === OPEN) throw nested();
  const first = i;
  if (buffer[i] === QUOTE) {
    i = unquote(buffer, i, end, scratch);
    if (i < 0) throw malformedArray(buffer, elements.start, end, 'Unexpected end of input.');
    const next = skipBlanks(buffer, i, end);
    if (next < end && buffer[next] !== COMMA && buffer[next] !== CLOSE)
      throw malformedArray(buffer, elements.start, end, 'Incorrectly quoted array element.');
    write(scratch.buffer, 0, scratch.length, out);
    return i;
  }
  let escaped = false;
  let last = i;
  for (; i < end && buffer[i] !== COMMA && buffer[i] !== CLOSE; i++) {
    if (buffer[i] === QUOTE)
      throw malformedArray(buffer, elements.start, end, 'Incorrectly quoted array element.');
    if (buffer[i] === OPEN) throw malformedArray(buffer, elements.start, end, 'Unexpected "{" character.');
    if (buffer[i] === BACKSLASH) {
      escaped = true;
      last = ++i + 1;
    } else if (!isBlank(buffer[i]!)) last = i + 1;
  }
  if (i >= end) throw malformedArray(buffer, elements.start, end, 'Unexpected end of input.');
  if (last === first)
    throw malformedArray(
      buffer,
      elements.start,
      end,
      `Unexpected "${String.fromCharCode(buffer[i]!)}" character.`,
    );
  if (escaped) {
    unescape(buffer, first, last, scratch);
    write(scratch.buffer, 0, scratch.length, out);
  } else if (isNull(buffer, first, last)) throw nullElement();
  else write(buffer, first, last, out);
  return i;
}

/** Takes the quoted string at `i` into `scratch`; returns what is behind it, or -1 where it has no end. */
function unquote(buffer: Buffer, i: number, end: number, scratch: ByteWriter): number {
  scratch.truncate(0);
  for (i++; i < end && buffer[i] !== QUOTE; i++) {
    if (buffer[i] === BACKSLASH) i++;
    if (i < end) scratch.byte(buffer[i]!);
  }
  return i < end ? i + 1 : -1;
}

function unescape(buffer: Buffer, i: number, end: number, scratch: ByteWriter): void {
  scratch.truncate(0);
  for (; i < end; i++) {
    if (buffer[i] === BACKSLASH) i++;
    scratch.byte(buffer[i]!);
  }
}

/** [1:3]= in front tells how many elements there are. */
function readBounds(buffer: Buffer, start: number, end: number): { at: number; count: number | null } {
  const at = skipBlanks(buffer, start, end);
  if (buffer[at] !== OPEN_LIST || at >= end) return { at, count: null };
  const text = buffer.toString('latin1', at, Math.min(end, at + 256));
  const match = /^((?:\[(?:[+-]?\d+:)?[+-]?\d+\][ \t\n\v\f\r]*)+)=/.exec(text);
  if (match === null) throw malformedArray(buffer, start, end, 'Missing "=" after array dimensions.');
  const bounds = [...match[1]!.matchAll(/\[(?:([+-]?\d+):)?([+-]?\d+)\]/g)];
  if (bounds.length > 1) throw nested();
  const [, lower = '1', upper = '0'] = bounds[0]!;
  const count = Number(upper) - Number(lower) + 1;
  if (count < 1) throw new PostgresError({ code: '2202E' }, 'upper bound cannot be less than lower bound');
  return { at: at + match[0].length, count };
}

function writeBinary(
  buffer: Buffer,
  start: number,
  end: number,
  out: ByteWriter,
  write: Write,
  elementOid: number,
): void {
  if (end - start < HEADER_BYTES) throw invalidBinary();
  const dimensions = buffer.readInt32BE(start);
  const oid = buffer.readInt32BE(start + 8);
  if (oid !== elementOid)
    throw new PostgresError(
      'datatype_mismatch',
      `binary data has array element type ${oid} instead of expected ${elementOid}`,
    );
  if (dimensions < 0 || end - start < HEADER_BYTES + dimensions * DIMENSION_BYTES) throw invalidBinary();
  if (dimensions > 1) throw nested();
  const count = dimensions === 0 ? 0 : buffer.readInt32BE(start + HEADER_BYTES);
  let at = start + HEADER_BYTES + dimensions * DIMENSION_BYTES;
  out.byte(OPEN_LIST);
  for (let i = 0; i < count; i++) {
    if (end - at < 4) throw invalidBinary();
    const bytes = buffer.readInt32BE(at);
    at += 4;
    if (bytes === -1) throw nullElement();
    if (bytes < 0 || bytes > end - at) throw invalidBinary();
    if (i > 0) out.byte(COMMA);
    write(buffer, at, at + bytes, out);
    at += bytes;
  }
  if (at !== end || count < 0) throw invalidBinary();
  out.byte(CLOSE_LIST);
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function skipBlanks(buffer: Buffer, i: number, end: number): number {
  while (i < end && isBlank(buffer[i]!)) i++;
  return i;
}

function isNull(buffer: Buffer, start: number, end: number): boolean {
  return end - start === 4 && buffer.toString('latin1', start, end).toLowerCase() === 'null';
}

function malformedArray(buffer: Buffer, start: number, end: number, detail: string): PostgresError {
  const text = quotedField(buffer, start, end);
  return new PostgresError('invalid_text_representation', `malformed array literal: "${text}"`, { detail });
}

function nullElement(): PostgresError {
  return new PostgresError({ code: '22004' }, 'array must not contain nulls', {
    hint: 'CDF keeps no null in a list: leave the element out.',
  });
}

function nested(): PostgresError {
  return new PostgresError('feature_not_supported', 'a list of lists cannot be written to CDF', {
    hint: 'Give a flat list, such as {a,b}.',
  });
}
