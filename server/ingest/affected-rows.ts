// What UPDATE, DELETE and INSERT ... DO NOTHING have affected in CDF, row by row, from the outcomes of their batches.
import type { Outcome } from '../../shared/outcome';
import type { PlannedBatch } from './commit-unit';

/** Rows of these (number in the unit) that have not affected exactly one row of CDF's, and how many they have. */
export function affectedRows(
  batches: readonly PlannedBatch[],
  outcomes: readonly Outcome[],
): ReadonlyMap<number, number> {
  const counted = new Set(batches.filter(isCounted).map(({ number }) => number));
  const affected = new Map<number, number>();
  for (const { number, affected: rows = [], errors } of outcomes) {
    if (!counted.has(number)) continue;
    for (const [row, count] of rows) affected.set(row, count);
    for (const { row } of errors) affected.set(row, 0);
  }
  return affected;
}

function isCounted({ staged }: PlannedBatch): boolean {
  if (staged === null) return false;
  const { write = 'insert', onConflict } = staged;
  return write === 'update' || write === 'delete' || (write === 'insert' && onConflict.action === 'nothing');
}
