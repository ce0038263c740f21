import { gzipSync } from 'node:zlib';
import { type Load, type LoadBatch, TAKEN_BACK } from '../../shared/load';
import type { Outcome } from '../../shared/outcome';
import { mentionsLoads, ShownLoads } from './shown-loads';

const DAY_MS = 24 * 3_600_000;
const UNIT = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';

type Row = Readonly<Record<string, unknown>>;

function rig(loads: readonly Load[], outcomes: readonly Outcome[], blobs: Record<string, Buffer> = {}) {
  const filled: { batches: readonly Row[]; rejected: readonly Row[] }[] = [];
  const asked: number[] = [];
  const tidied: string[] = [];
  const clock = { now: 100 * DAY_MS };
  const outage = { isOn: false };
  const parse = (texts: readonly string[]) => texts.map((text) => JSON.parse(text) as Row);
  const shown = new ShownLoads({
    loadsSince: (_username, time) => {
      asked.push(time);
      return outage.isOn ? Promise.reject(new Error('storage is away')) : Promise.resolve(loads);
    },
    outcomesOf: (unit) => Promise.resolve(outcomes.filter((outcome) => outcome.unit === unit)),
    loadBlob: (name) => Promise.resolve(blobs[name] ?? null),
    fill: (_username, batches, rejected) => {
      filled.push({ batches: parse(batches), rejected: parse(rejected) });
      return Promise.resolve();
    },
    tidy: (username) => {
      tidied.push(username);
      return Promise.reject(new Error('the engine is busy'));
    },
    now: () => clock.now,
  });
  return { shown, filled, asked, tidied, clock, outage };
}

const load: Load = {
  username: 'ada',
  unit: UNIT,
  queuedTime: 0,
  batches: [
    { table: 'assets', rows: 2 },
    { table: 'events', rows: 3 },
  ],
};

function anOutcome(part: Partial<Outcome>): Outcome {
  return { unit: UNIT, number: 1, written: 2, refused: 0, errors: [], ...part };
}

test('a batch waits until it has an outcome', async () => {
  const { shown, filled, asked } = rig([load], [anOutcome({ recordedTime: 1 })]);

  await shown.refresh('ada');

  expect(asked).toEqual([93 * DAY_MS]);
  const place = { unit: UNIT, queued_time: '1970-01-01T00:00:00.000Z' };
  expect(filled[0]!.batches).toEqual([
    {
      ...{ ...place, batch: 1, table_name: 'assets', row_count: 2, state: 'written', written: 2, refused: 0 },
      done_time: '1970-01-01T00:00:00.001Z',
    },
    { ...place, batch: 2, table_name: 'events', row_count: 3, state: 'waiting' },
  ]);
  expect(filled[0]!.rejected).toEqual([]);
});

test('a number that was taken back before the hand-over is no batch', async () => {
  const [assets, events] = load.batches as [LoadBatch, LoadBatch];
  const { shown, filled } = rig([{ ...load, batches: [assets, TAKEN_BACK, events] }], []);

  await shown.refresh('ada');

  expect(filled[0]!.batches).toMatchObject([
    { batch: 1, table_name: 'assets' },
    { batch: 3, table_name: 'events' },
  ]);
});

test.each([
  ['refused', { written: 0, refused: 2 }],
  ['partly written', { written: 1, refused: 1 }],
  ['failed', { written: 0, failure: { code: '42501', message: 'no' } }],
])('says %s', async (state, part) => {
  const { shown, filled } = rig([load], [anOutcome(part)]);

  await shown.refresh('ada');

  expect(filled[0]!.batches[0]).toMatchObject({ state });
});

test('refused rows come from the whole list, with the row itself', async () => {
  const errors = [1, 2, 3].map((row) => ({
    row,
    key: `k${row}`,
    code: '22000',
    message: 'bad',
    item: { a: row },
  }));
  const list = gzipSync(errors.map((error) => JSON.stringify(error)).join('\n'));
  const outcome = anOutcome({
    written: 0,
    refused: 3,
    errors: errors.slice(0, 1),
    rejectedBlob: 'rejected/x',
  });
  const { shown, filled } = rig([load], [outcome], { 'rejected/x': list });

  await shown.refresh('ada');

  expect(filled[0]!.rejected).toHaveLength(3);
  expect(filled[0]!.rejected[2]).toMatchObject({
    ...{ unit: UNIT, batch: 1, table_name: 'assets', row_number: 3, key: 'k3', sqlstate: '22000' },
    item: { a: 3 },
  });
});

test('where the list is gone, what the outcome itself lists is shown', async () => {
  const errors = [{ row: 1, key: null, code: '22000', message: 'bad' }];
  const outcome = anOutcome({ refused: 3, errors, rejectedBlob: 'rejected/gone' });
  const { shown, filled } = rig([load], [outcome]);

  await shown.refresh('ada');

  expect(filled[0]!.rejected).toEqual([expect.objectContaining({ row_number: 1, message: 'bad' })]);
});

test('of many large rows all are shown, and the items of the latest', async () => {
  const errors = Array.from({ length: 100 }, (_, n) => ({
    row: n,
    key: `k${n}`,
    code: '22000',
    message: 'bad',
    item: { a: 'x'.repeat(1024 * 1024) },
  }));
  const list = (part: readonly object[]) => gzipSync(part.map((error) => JSON.stringify(error)).join('\n'));
  const outcomes = [1, 2].map((number) =>
    anOutcome({ number, refused: 50, rejectedBlob: `rejected/${number}` }),
  );
  const blobs = { 'rejected/1': list(errors.slice(0, 50)), 'rejected/2': list(errors.slice(50)) };
  const { shown, filled, tidied } = rig([load], outcomes, blobs);

  await shown.refresh('ada');

  const { rejected } = filled[0]!;
  expect(rejected.map((row) => row['key'])).toEqual(errors.map(({ key }) => key));
  const withItem = rejected.filter(({ item }) => item !== undefined && item !== null);
  expect(withItem).toHaveLength(15);
  expect(withItem).toEqual(rejected.slice(0, 15));
  expect(tidied).toEqual(['ada']);
});

const written = [1, 2].map((number) => anOutcome({ number }));

test('sessions of one user that ask at the same time are answered by one look', async () => {
  const { shown, filled, clock } = rig([load], written);

  await Promise.all([shown.refresh('ada'), shown.refresh('ada'), shown.refresh('ada')]);
  await shown.refresh('ada');
  expect(filled).toHaveLength(1);

  clock.now += 1_000;
  await shown.refresh('ada');
  expect(filled).toHaveLength(2);
});

test('what was handed over since is looked for, also where a look is under way', async () => {
  const { shown, filled } = rig([load], written);
  await shown.refresh('ada');

  shown.changed('ada');
  const first = shown.refresh('ada');
  shown.changed('ada');
  const second = shown.refresh('ada');
  await first;
  expect(filled).toHaveLength(2);
  await second;
  expect(filled).toHaveLength(3);

  shown.changed('bob');
  await shown.refresh('ada');
  expect(filled).toHaveLength(3);
});

test('while a batch waits each statement looks again', async () => {
  const { shown, filled } = rig([load], []);

  await shown.refresh('ada');
  await shown.refresh('ada');

  expect(filled).toHaveLength(2);
});

test('a look that failed is no answer for the next', async () => {
  const { shown, filled, outage } = rig([load], written);
  outage.isOn = true;
  const asked = [shown.refresh('ada'), shown.refresh('ada')];
  for (const one of asked) await expect(one).rejects.toThrow('storage is away');

  outage.isOn = false;
  await shown.refresh('ada');

  expect(filled).toHaveLength(1);
});

test.each([
  ['SELECT * FROM sluice.rejected_rows', true],
  ['table REJECTED_ROWS', true],
  ['select count(*) from "sluice" . batches', true],
  ['SELECT * FROM batches', false],
  ['SELECT 1', false],
])('%s: %s', (text, mentions) => expect(mentionsLoads(Buffer.from(text))).toBe(mentions));
