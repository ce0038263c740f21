import type { Outcome } from '../../shared/outcome';
import { affectedRows } from './affected-rows';
import type { PlannedBatch } from './commit-unit';

const planned = (number: number, staged: object) =>
  ({ number, staged: { onConflict: { action: 'update' }, ...staged } }) as PlannedBatch;
const outcome = (number: number): Outcome => ({
  ...{ unit: 'u', number, written: 0, refused: 1 },
  errors: [{ row: number * 10 + 1, key: null, code: '22000', message: '' }],
  affected: [[number * 10, 0]],
});

test('UPDATE, DELETE and DO NOTHING are counted by what CDF had, upserts by what they name', () => {
  const batches = [
    planned(1, {}),
    planned(2, { onConflict: { action: 'nothing' } }),
    planned(3, { write: 'update' }),
    planned(4, { write: 'delete' }),
    planned(5, { write: 'truncate' }),
  ];

  const affected = affectedRows(
    batches,
    batches.map(({ number }) => outcome(number)),
  );

  expect([...affected.entries()]).toEqual([20, 21, 30, 31, 40, 41].map((row) => [row, 0]));
});
