// A JSON body `{"items":[...]}` taken apart into the bytes of its items. They are never printed anew: numbers beyond
// 2^53 and repeated keys in RAW columns stay as the client wrote them.
import type { Body } from './body';
import { halveRows, identityOf } from './body';
import { payloadDamaged } from './failure';

export type Item = Readonly<Record<string, unknown>>;

export interface JsonBody extends Body {
  /** The parsed item; parsed once. */
  itemOf(row: number): Item;
  /** Puts another item in the row's place, `text` being its JSON where that must not be made anew; `textOf` stays. */
  replace(row: number, item: Item, text?: string): void;
  /** Nothing was replaced: the bytes are those that came. */
  readonly isOriginal: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = Buffer.from(',');
const HEAD = Buffer.from('{"items":[');
const TAIL = Buffer.from(']}');

/** Throws RangeError where it is cut off; items that are no JSON fail the batch when they are looked at. */
export function openJsonBody(bytes: Buffer): JsonBody {
  const { starts, ends } = findItems(bytes);
  const parsed = new Map<number, Item>();
  const replaced = new Map<number, string>();
  const textOf = (row: number) => bytes.toString('utf8', starts[row], ends[row]);
  const sliceOf = (row: number) => {
    const text = replaced.get(row);
    return text === undefined ? bytes.subarray(starts[row], ends[row]) : Buffer.from(text);
  };
  const itemOf = (row: number): Item => {
    const known = parsed.get(row);
    if (known !== undefined) return known;
    const item = parseItem(textOf(row));
    parsed.set(row, item);
    return item;
  };
  return {
    rows: starts.length,
    itemOf,
    textOf,
    replace: (row, item, text = JSON.stringify(item)) => {
      parsed.set(row, item);
      replaced.set(row, text);
    },
    get isOriginal() {
      return replaced.size === 0;
    },
    keyOf: (row) => keyOf(itemOf(row)),
    identityOf: (row) => identityOf(itemOf(row)),
    scopeOf: (row) => scopeOf(itemOf(row)),
    encode: (rows) => joinItems(Array.from(rows, sliceOf)),
    halve: halveRows,
  };
}

/** The parts of a key of several columns are joined by a colon: space and external id, RAW database and table. */
function keyOf({ space, externalId, rowNumber, key, database, table, id }: Item): string | null {
  const own = externalId ?? key ?? table ?? id;
  if (typeof own !== 'string' && typeof own !== 'number') return null;
  const before = space ?? database;
  const named = typeof before === 'string' ? `${before}:${own}` : String(own);
  return typeof rowNumber === 'number' ? `${named}:${rowNumber}` : named;
}

/** Data set and security categories; of instances the space, of RAW tables the database, of what has rows the resource. */
function scopeOf({ dataSetId, securityCategories, space, database, rowNumber, externalId }: Item): string {
  const resource = rowNumber === undefined ? undefined : externalId;
  return JSON.stringify([dataSetId, securityCategories, space, database, resource]);
}

/** JSON.parse would repeat a part of the text in its error, and that error reaches a log. */
function parseItem(text: string): Item {
  try {
    return JSON.parse(text) as Item;
  } catch {
    throw payloadDamaged();
  }
}

/** `{"items":[...]}` around the bytes of items. */
export function joinItems(items: readonly Buffer[]): Buffer {
  const parts: Buffer[] = [HEAD];
  items.forEach((item, i) => parts.push(...(i === 0 ? [item] : [COMMA, item])));
  return Buffer.concat([...parts, TAIL]);
}

/** Items are the objects at depth two: inside the body's own braces and brackets. */
function findItems(bytes: Buffer): { starts: number[]; ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (depth++ === 2) starts.push(at);
    } else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 2) ends.push(at + 1);
  }
  if (starts.length !== ends.length) throw new RangeError('the body of the batch is cut off');
  return { starts, ends };
}

function endOfString(bytes: Buffer, quote: number): number {
  let at = quote + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
