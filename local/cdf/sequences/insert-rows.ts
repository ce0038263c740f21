// POST /sequences/data: checks the whole request first, then writes cells; cells that a row names are overwritten.
import { badRequest, notFound } from '../api-error';
import type { Answer, Call, JsonObject } from '../call';
import { asObject, exactJsonBody, itemsOf } from '../call';
import { readIdentifier, resolve } from '../identifiers';
import type { Item } from '../items';
import { requireWrite } from '../operations/require-access';
import { sequences } from '../resources/sequences';
import { checkCell } from './check-cell';
import type { Column } from './columns';
import { columnsOf } from './columns';
import type { RowNumber } from './row-store';
import { SequenceRows } from './row-store';

export const MAX_SEQUENCES = 1000;
const MAX_COLUMNS = 200;
/** Of one request. */
export const MAX_ROWS = 10_000;
const MAX_VALUES = 100_000;
const MAX_ROW_NUMBER = 2n ** 63n - 1n;

interface Insertion {
  readonly where: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly rowNumber: RowNumber; readonly values: readonly unknown[] }[];
}

export function insertRows(call: Call): Answer {
  const { state } = call;
  const items = itemsOf(exactJsonBody(call), 1, MAX_SEQUENCES).map((value, i) =>
    asObject(value, `request.items[${i}]`),
  );
  const insertions = items.map((item, i) => readInsertion(item, `request.items[${i}]`));
  checkSize(insertions);
  const identifiers = items.map((item, i) => readIdentifier(item, `request.items[${i}]`));
  const found = resolve(state.sequences, identifiers, sequences);
  requireWrite(sequences, call, found);
  const places = found.map((sequence, i) => checkRows(sequence, insertions[i]!));
  found.forEach(({ id }, i) => {
    const stored = state.sequenceRows.get(id) ?? new SequenceRows();
    state.sequenceRows.set(id, stored);
    for (const { rowNumber, values } of insertions[i]!.rows) stored.put(rowNumber, places[i]!, values);
  });
  return { status: 200, body: {} };
}

function readInsertion({ columns, rows }: JsonObject, where: string): Insertion {
  const missingFields = Object.entries({ columns, rows }).filter(([, value]) => value === undefined);
  if (missingFields.length > 0)
    throw badRequest(`${where}: missing required fields`, {
      missingFields: missingFields.map(([name]) => name),
    });
  checkList(columns, MAX_COLUMNS, `${where}.columns`);
  checkList(rows, MAX_ROWS, `${where}.rows`);
  const read = rows.map((row, i) => readRow(row, columns.length, `${where}.rows[${i}]`));
  return { where, columns: columns as readonly string[], rows: read };
}

function checkList(value: unknown, max: number, where: string): asserts value is unknown[] {
  if (!Array.isArray(value)) throw badRequest(`${where}: must be an array`);
  if (value.length < 1 || value.length > max) throw badRequest(`${where}: size must be between 1 and ${max}`);
}

function readRow(value: unknown, width: number, where: string): Insertion['rows'][number] {
  const { rowNumber, values } = asObject(value, where);
  checkRowNumber(rowNumber, `${where}.rowNumber`);
  if (!Array.isArray(values)) throw badRequest(`${where}.values: must be an array`);
  if (values.length !== width)
    throw badRequest(`${where}.values: expected ${width} values, but was ${values.length}`);
  return { rowNumber, values };
}

export function checkRowNumber(value: unknown, where: string): asserts value is RowNumber {
  const isInteger = typeof value === 'bigint' || Number.isInteger(value);
  if (!isInteger) throw badRequest(`${where}: must be an integer`);
  if ((value as RowNumber) < 0 || (value as RowNumber) > MAX_ROW_NUMBER)
    throw badRequest(`${where}: must be between 0 and ${MAX_ROW_NUMBER}`);
}

function checkSize(insertions: readonly Insertion[]): void {
  const rows = insertions.reduce((sum, one) => sum + one.rows.length, 0);
  const values = insertions.reduce((sum, one) => sum + one.rows.length * one.columns.length, 0);
  if (rows > MAX_ROWS) throw badRequest(`Number of rows must be at most ${MAX_ROWS}, but was ${rows}`);
  if (values > MAX_VALUES)
    throw badRequest(`Number of values must be at most ${MAX_VALUES}, but was ${values}`);
}

/** The places of the named columns. Throws 404 for a column that there is not, 400 for a value that is not its column's. */
function checkRows(sequence: Item, { where, columns, rows }: Insertion): number[] {
  const places = placesOf(columnsOf(sequence), columns);
  const types = places.map((place) => columnsOf(sequence)[place]!.valueType);
  rows.forEach(({ values }, i) =>
    values.forEach((value, j) => checkCell(types[j]!, value, `${where}.rows[${i}].values[${j}]`)),
  );
  return places;
}

export function placesOf(stored: readonly Column[], externalIds: readonly string[]): number[] {
  const byName = new Map(
    stored.flatMap((column, place) => (column.isRemoved ? [] : [[column.externalId, place] as const])),
  );
  const missing = externalIds.filter((externalId) => !byName.has(externalId));
  if (missing.length > 0)
    throw notFound(`Columns not found: ${missing.join(', ')}`, {
      missing: missing.map((externalId) => ({ externalId })),
    });
  if (new Set(externalIds).size < externalIds.length) throw badRequest('columns: must name each column once');
  return externalIds.map((externalId) => byName.get(externalId)!);
}
