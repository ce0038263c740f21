import { createLog } from '../shared/log';
import type { Outcome } from '../shared/outcome';
import { anItemBatch } from '../tests/support/write-batch';
import { createPoisonBatch } from './poison-batch';

function setup(isFirst = true) {
  const kept = new Map<string, string>();
  const outcomes: Outcome[] = [];
  const lines: string[] = [];
  const poisonBatch = createPoisonBatch({
    keep: (name, message) => Promise.resolve(void kept.set(name, message.toString())),
    record: (outcome) => {
      outcomes.push(outcome);
      return Promise.resolve(isFirst);
    },
    log: createLog('test', (line) => lines.push(line)),
  });
  return { poisonBatch, kept, outcomes, lines };
}

test('the batch is kept under its name, its session told, one line logged', async () => {
  const { poisonBatch, kept, outcomes, lines } = setup();
  const batch = anItemBatch({ table: 'events', columns: [] }, [{ description: 'hush' }]);

  await poisonBatch(batch);

  expect(JSON.parse(kept.get(`poison/${batch.unit}/1.json`)!)).toEqual(batch);
  expect(outcomes).toMatchObject([{ unit: batch.unit, number: 1, written: 0, failure: { code: '58000' } }]);
  expect(lines).toHaveLength(1);
});

test.each(['no JSON', { version: 9 }, 7, null])(
  'the message %j, which is no batch, is kept too',
  async (message) => {
    const { poisonBatch, kept, outcomes } = setup();

    await poisonBatch(message);
    await poisonBatch(message);

    expect(kept.size).toBe(1);
    expect([...kept.keys()][0]).toMatch(/^poison\/unreadable\/[0-9a-f]{32}\.json$/);
    expect(outcomes).toEqual([]);
  },
);
