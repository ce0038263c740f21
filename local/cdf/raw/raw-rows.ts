// Rows of RAW: written whole (an existing row's columns are replaced), listed, read by key, deleted.
import { isDeepStrictEqual } from 'node:util';
import { badRequest, notFound } from '../api-error';
import type { Answer, Call } from '../call';
import { asObject, exactJsonBody, itemsOf, jsonBody, pageOf } from '../call';
import { formatJson } from '../exact-json';
import type { Field } from '../fields';
import { checkFlat, tableOf } from './raw-names';
import type { RawRow } from './raw-store';

const MAX_ROWS = 10_000;
const MAX_DELETED_ROWS = 1000;
const MAX_KEY_CHARACTERS = 1024;
/** Of one row's columns, as JSON. */
const MAX_COLUMNS_BYTES = 5 * 1024 * 1024;
/** Of one column's name, and of its value. */
const MAX_COLUMN_CHARACTERS = 2_621_440;
const DEFAULT_LIMIT = 25;

const KEY: Field = { shape: { kind: 'text', max: MAX_KEY_CHARACTERS }, required: true };

const ROW: Readonly<Record<string, Field>> = {
  key: KEY,
  columns: { shape: { kind: 'any-object' }, required: true },
};

/** POST .../rows. CDF promises no rollback here; the stand-in checks all rows first, so either all land or none. */
export function insertRows(call: Call): Answer {
  const items = itemsOf(exactJsonBody(call), 0, MAX_ROWS);
  // A body that is no longer than one value may be has no row that is too long.
  const checksSize = call.body.length > MAX_COLUMN_CHARACTERS;
  for (let i = 0; i < items.length; i++) checkRow(items[i], i, checksSize);
  const { rows } = tableOf(call, 'WRITE');
  for (const { key, columns } of items as RawRow[]) {
    const known = rows.get(key);
    if (known === undefined) rows.add({ key, columns, lastUpdatedTime: call.now, sequence: 0 });
    else if (!isDeepStrictEqual(known.columns, columns)) {
      known.columns = columns;
      known.lastUpdatedTime = call.now;
    }
  }
  return { status: 200, body: {} };
}

/** What looks right at first sight is not looked at again: there are many rows. */
function checkRow(value: unknown, index: number, checksSize: boolean): void {
  const { key, columns } = (value ?? {}) as { key?: unknown; columns?: unknown };
  const isPlain = typeof key === 'string' && typeof columns === 'object' && columns !== null;
  if (!isPlain || key.length > MAX_KEY_CHARACTERS || Array.isArray(columns))
    checkFlat(ROW, asObject(value, `request.items[${index}]`), `request.items[${index}]`);
  else if (checksSize) checkSize(columns, `request.items[${index}]`);
}

function checkSize(columns: object, where: string): void {
  let bytes = 2;
  for (const [name, value] of Object.entries(columns)) {
    const text = typeof value === 'string' ? value : formatJson(value);
    if (name.length > MAX_COLUMN_CHARACTERS || text.length > MAX_COLUMN_CHARACTERS)
      throw badRequest(
        `${where}.columns: a name or value must have at most ${MAX_COLUMN_CHARACTERS} characters`,
      );
    bytes += Buffer.byteLength(JSON.stringify(name)) + Buffer.byteLength(formatJson(value)) + 2;
  }
  if (bytes > MAX_COLUMNS_BYTES)
    throw badRequest(`${where}.columns: must have at most ${MAX_COLUMNS_BYTES} bytes`);
}

/** GET .../rows: `columns` picks (a lone comma: none), the times filter. */
export function listRows(call: Call): Answer {
  const { query } = call;
  const page = pageOf(query, MAX_ROWS, DEFAULT_LIMIT);
  const min = readTime(query, 'minLastUpdatedTime') ?? -1;
  const max = readTime(query, 'maxLastUpdatedTime') ?? Infinity;
  const pick = query
    .get('columns')
    ?.split(',')
    .filter((name) => name !== '');
  const { values, nextCursor } = tableOf(call, 'READ').rows.page(
    page,
    ({ lastUpdatedTime }) => lastUpdatedTime > min && lastUpdatedTime <= max,
  );
  const items = values.map((row) => render(row, pick));
  return { status: 200, body: nextCursor === undefined ? { items } : { items, nextCursor } };
}

/** GET .../rows/{rowKey} */
export function retrieveRow(call: Call): Answer {
  const key = call.parameters['rowKey'] ?? '';
  const row = tableOf(call, 'READ').rows.get(key);
  if (row === undefined) throw notFound(`No rows with key ${key}`, { missing: [{ key }] });
  return { status: 200, body: render(row, undefined) };
}

/** POST .../rows/delete: keys that are not there are no fault. */
export function deleteRows(call: Call): Answer {
  const keys = itemsOf(jsonBody(call), 0, MAX_DELETED_ROWS).map((value, i) => {
    const item = asObject(value, `request.items[${i}]`);
    checkFlat({ key: KEY }, item, `request.items[${i}]`);
    return item['key'] as string;
  });
  const { rows } = tableOf(call, 'WRITE');
  for (const key of keys) rows.delete(key);
  return { status: 200, body: {} };
}

function render({ key, columns, lastUpdatedTime }: RawRow, pick: readonly string[] | undefined): object {
  const shown =
    pick === undefined
      ? columns
      : Object.fromEntries(Object.entries(columns).filter(([name]) => pick.includes(name)));
  return { key, columns: shown, lastUpdatedTime };
}

function readTime(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw badRequest(`${name}: must be an integer`);
  return Number(text);
}
