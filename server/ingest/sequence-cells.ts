// The cells of a sequence row in JSON: an object of column and value, or a list of values beside a list of columns.
// Counted on the way in, byte by byte; taken apart only where two rows of a unit meet in one row number.
import { skipBlanks } from './decode/json-values';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const MINUS = 0x2d;
const COLON = 0x3a;
const SMALL_N = 0x6e;
const OPEN = { object: 0x7b, list: 0x5b } as const;
const CLOSE = { object: 0x7d, list: 0x5d } as const;

/** The value is no object, or no list. */
export const OTHER_SHAPE = -1;
/** A cell holds what is no number, no string and no null. */
export const OTHER_VALUE = -2;

/** How many cells the valid JSON in buffer[start, end) names; or OTHER_SHAPE, OTHER_VALUE. */
export function countCells(buffer: Buffer, start: number, end: number, shape: 'object' | 'list'): number {
  let i = skipBlanks(buffer, start, end);
  if (buffer[i] !== OPEN[shape]) return OTHER_SHAPE;
  let cells = 0;
  for (i = skipBlanks(buffer, i + 1, end); buffer[i] !== CLOSE[shape]; i = skipBlanks(buffer, i, end)) {
    if (buffer[i] === COMMA) i = skipBlanks(buffer, i + 1, end);
    if (shape === 'object') i = valueAfterKey(buffer, i, end);
    i = scalarEnd(buffer, i);
    if (i < 0) return OTHER_VALUE;
    cells++;
  }
  return cells;
}

/**
 * Writes the cells of rows, each `,"columns":[...],"values":[...]` or `,"values":{...}`, as one `,"values":{...}`: the
 * later row's cell stands. Numbers are copied as they were written: a LONG may have more digits than a double.
 */
export function mergedCells(rows: readonly Buffer[]): Buffer {
  const cells = new Map<string, string>();
  for (const row of rows) for (const [column, value] of cellsOf(row.toString())) cells.set(column, value);
  const members = Array.from(cells, ([column, value]) => `${JSON.stringify(column)}:${value}`);
  return Buffer.from(`,"values":{${members.join(',')}}`);
}

/** Everything in a row's cells that is no punctuation: strings, numbers, null. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[^\s"[\]{},:]+/g;

function cellsOf(text: string): [column: string, value: string][] {
  const tokens = text.match(TOKEN)!;
  const isList = text.startsWith(',"columns"');
  const count = (tokens.length - (isList ? 2 : 1)) / 2;
  return Array.from({ length: count }, (_, i) => {
    const [column, value] = isList ? [1 + i, 2 + count + i] : [1 + 2 * i, 2 + 2 * i];
    return [JSON.parse(tokens[column]!) as string, tokens[value]!];
  });
}

function valueAfterKey(buffer: Buffer, key: number, end: number): number {
  const colon = skipBlanks(buffer, stringEnd(buffer, key), end);
  return skipBlanks(buffer, buffer[colon] === COLON ? colon + 1 : colon, end);
}

/** Behind the string, number or null at `i`; -1 where something else begins there. */
function scalarEnd(buffer: Buffer, i: number): number {
  const first = buffer[i]!;
  if (first === QUOTE) return stringEnd(buffer, i);
  if (first !== MINUS && first !== SMALL_N && !(first >= 0x30 && first <= 0x39)) return -1;
  for (let byte = first; byte > 0x20 && !isPunctuation(byte); byte = buffer[i]!) i++;
  return i;
}

function isPunctuation(byte: number): boolean {
  return byte === COMMA || byte === CLOSE.object || byte === CLOSE.list;
}

function stringEnd(buffer: Buffer, i: number): number {
  for (i++; buffer[i] !== QUOTE; i++) if (buffer[i] === BACKSLASH) i++;
  return i + 1;
}
