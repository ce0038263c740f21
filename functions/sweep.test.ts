import { createLog } from '../shared/log';
import { createSweep } from './sweep';

const DAY_MS = 24 * 3_600_000;
const log = createLog('test', () => undefined);

test('each table loses what is older than users may ask for', async () => {
  const asked: [string, number][] = [];
  const sweepOf = (name: string) => (time: number) => {
    asked.push([name, time]);
    return Promise.resolve(1);
  };

  await createSweep({ tables: { a: sweepOf('a'), b: sweepOf('b') }, now: () => 100 * DAY_MS, log })();

  expect(asked).toEqual([
    ['a', 92 * DAY_MS],
    ['b', 92 * DAY_MS],
  ]);
});

test('a table that fails does not keep the others, and the failure is told', async () => {
  const swept: string[] = [];
  const tables = {
    bad: () => Promise.reject(new Error('storage is away')),
    good: () => {
      swept.push('good');
      return Promise.resolve(0);
    },
  };

  await expect(createSweep({ tables, now: Date.now, log })()).rejects.toThrow('storage is away');
  expect(swept).toEqual(['good']);
});
