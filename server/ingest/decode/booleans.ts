// bool: PostgreSQL takes any unambiguous beginning of true, false, yes, no, on, off, and 1 and 0.
import type { Write } from './decoders';
import { BINARY_FORMAT, type Format } from './row-fields';
import { invalidBinary, invalidSyntax } from './utf8';

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');
const SPELLINGS: ReadonlyMap<string, boolean> = new Map([
  ...['t', 'tr', 'tru', 'true', 'y', 'ye', 'yes', 'on', '1'].map((text) => [text, true] as const),
  ...['f', 'fa', 'fal', 'fals', 'false', 'n', 'no', 'of', 'off', '0'].map((text) => [text, false] as const),
]);
const LOWER_T = 0x74;
const LOWER_F = 0x66;
const BLANKS = /^[ \t\n\v\f\r]+|[ \t\n\v\f\r]+$/g;

/** Writes true or false: JSON's spelling, and PostgreSQL's when a bool becomes text. Throws 22P02, 22P03. */
export function booleanWriter(format: Format): Write {
  const read = format === BINARY_FORMAT ? readBinary : readText;
  return (buffer, start, end, out) => {
    const word = read(buffer, start, end) ? TRUE : FALSE;
    out.copy(word, 0, word.length);
  };
}

function readText(buffer: Buffer, start: number, end: number): boolean {
  if (end - start === 1 && buffer[start] === LOWER_T) return true;
  if (end - start === 1 && buffer[start] === LOWER_F) return false;
  const text = buffer.toString('latin1', start, end).replace(BLANKS, '').toLowerCase();
  const value = SPELLINGS.get(text);
  if (value === undefined) throw invalidSyntax('boolean', buffer, start, end);
  return value;
}

function readBinary(buffer: Buffer, start: number, end: number): boolean {
  if (end - start !== 1) throw invalidBinary();
  return buffer[start] !== 0;
}
