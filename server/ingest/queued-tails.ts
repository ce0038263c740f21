// What the next unit has to wait for where a hand-over broke off (cancelled, too long, storage away): batches that were
// queued are still written, those that were not never will be, and whoever waited for them would wait for ever.
import { batchId } from '../../shared/batch';
import type { PlannedBatch } from './commit-unit';
import { LaneTails } from './lane-tails';

/** `batches`: of the unit that broke off, in order; `before`: the tails that it began with. */
export function tailsOfQueued(unit: string, batches: readonly PlannedBatch[], before: LaneTails): LaneTails {
  const own = new Set(batches.map(({ number }) => batchId({ unit, number })));
  const willBeWritten = new Set<string>();
  const ends = new Set(before.all);
  for (const { number, after, isQueued } of batches) {
    if (!isQueued || after.some((id) => own.has(id) && !willBeWritten.has(id))) continue;
    const id = batchId({ unit, number });
    willBeWritten.add(id);
    for (const earlier of after) ends.delete(earlier);
    ends.add(id);
  }
  return LaneTails.joined([...ends]);
}
