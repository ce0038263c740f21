// POST /sequences/data/list and /latest: rows of one sequence with the columns that the request names, or all.
import { badRequest } from '../api-error';
import type { Answer, Call, JsonObject } from '../call';
import { exactJsonBody, pageOf } from '../call';
import { checkValue } from '../check-value';
import { externalIdShape } from '../fields';
import { readIdentifier, resolve } from '../identifiers';
import type { Item } from '../items';
import { externalIdOf } from '../items';
import { requireRead } from '../operations/require-access';
import { sequences } from '../resources/sequences';
import { columnsOf } from './columns';
import { MAX_ROWS, checkRowNumber, placesOf } from './insert-rows';
import type { RowNumber } from './row-store';
import { SequenceRows } from './row-store';

/** Of one answer: wide rows come in smaller pages. */
const MAX_VALUES_LISTED = 100_000;

interface Reading {
  readonly request: JsonObject;
  readonly sequence: Item;
  readonly rows: SequenceRows;
  readonly places: readonly number[];
}

/** POST /sequences/data/list */
export function listRows(call: Call): Answer {
  const reading = read(call);
  const { request, rows, places } = reading;
  const { limit: wanted, cursor } = pageOf(request, MAX_ROWS);
  const limit = Math.min(wanted, Math.floor(MAX_VALUES_LISTED / places.length));
  const start = cursor === undefined ? bound(request, 'start', 0) : parseCursor(cursor);
  const numbers = rows.numbers(start, bound(request, 'end', Infinity), limit + 1);
  const next = numbers[limit];
  const shown = render(reading, numbers.slice(0, limit));
  return { status: 200, body: next === undefined ? shown : { ...shown, nextCursor: formatCursor(next) } };
}

/** POST /sequences/data/latest */
export function latestRow(call: Call): Answer {
  const reading = read(call);
  const last = reading.rows.last(bound(reading.request, 'before', Infinity));
  return { status: 200, body: render(reading, last === undefined ? [] : [last]) };
}

function read(call: Call): Reading {
  const request = exactJsonBody(call);
  const [sequence] = resolve(call.state.sequences, [readIdentifier(request, 'request')], sequences);
  if (sequence === undefined) throw badRequest('Sequence ids not found');
  requireRead(sequences, call, [sequence]);
  const all = columnsOf(sequence).filter((column) => column.isRemoved === undefined);
  const columns = request['columns'] ?? all.map(({ externalId }) => externalId);
  checkValue({ kind: 'list', of: externalIdShape, minItems: 1, maxItems: 400 }, columns, 'request.columns');
  const rows = call.state.sequenceRows.get(sequence.id) ?? new SequenceRows();
  return { request, sequence, rows, places: placesOf(columnsOf(sequence), columns as string[]) };
}

function bound(request: JsonObject, name: string, otherwise: number): RowNumber {
  const value = request[name];
  if (value === undefined) return otherwise;
  checkRowNumber(value, `request.${name}`);
  return value;
}

function render({ sequence, rows, places }: Reading, numbers: readonly RowNumber[]): object {
  const externalId = externalIdOf(sequence);
  const columns = places.map((place) => {
    const { externalId: column, name, valueType } = columnsOf(sequence)[place]!;
    return { externalId: column, ...(name === undefined ? {} : { name }), valueType };
  });
  return {
    ...{ id: sequence.id, ...(externalId === undefined ? {} : { externalId }), columns },
    rows: numbers.map((rowNumber) => {
      const cells = rows.cells(rowNumber);
      return { rowNumber, values: places.map((place) => cells[place] ?? null) };
    }),
  };
}

function formatCursor(rowNumber: RowNumber): string {
  return Buffer.from(`row:${rowNumber}`).toString('base64url');
}

function parseCursor(cursor: unknown): RowNumber {
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  const digits = /^row:(\d{1,19})$/.exec(text)?.[1];
  if (digits === undefined) throw badRequest('request.cursor: Invalid cursor');
  return BigInt(digits);
}
