// POST /sequences/data/delete: rows go with all their cells; one that is not there is no fault.
import { badRequest } from '../api-error';
import type { Answer, Call } from '../call';
import { asObject, exactJsonBody, itemsOf } from '../call';
import { readIdentifier, resolve } from '../identifiers';
import { requireWrite } from '../operations/require-access';
import { sequences } from '../resources/sequences';
import { MAX_ROWS, MAX_SEQUENCES, checkRowNumber } from './insert-rows';
import type { RowNumber } from './row-store';

export function deleteRows(call: Call): Answer {
  const items = itemsOf(exactJsonBody(call), 1, MAX_SEQUENCES).map((value, i) =>
    asObject(value, `request.items[${i}]`),
  );
  const rows = items.map((item, i) => readRows(item['rows'], `request.items[${i}].rows`));
  const identifiers = items.map((item, i) => readIdentifier(item, `request.items[${i}]`));
  const found = resolve(call.state.sequences, identifiers, sequences);
  requireWrite(sequences, call, found);
  found.forEach(({ id }, i) => rows[i]!.forEach((row) => call.state.sequenceRows.get(id)?.delete(row)));
  return { status: 200, body: {} };
}

function readRows(value: unknown, where: string): readonly RowNumber[] {
  if (!Array.isArray(value) || value.length < 1 || value.length > MAX_ROWS)
    throw badRequest(`${where}: size must be between 1 and ${MAX_ROWS}`);
  return value.map((row, i) => {
    checkRowNumber(row, `${where}[${i}]`);
    return row;
  });
}
