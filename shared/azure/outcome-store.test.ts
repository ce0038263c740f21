import type { Azurite } from '../../tests/support/azurite';
import { startAzurite } from '../../tests/support/azurite';
import type { Outcome, RowError } from '../outcome';
import { MAX_ROW_ERRORS, OUTCOME_TABLE } from '../outcome';
import { readSettings } from '../settings';
import type { OutcomeStore } from './outcome-store';
import { createOutcomeStore } from './outcome-store';
import { connectStorage, STORAGE_SETTINGS } from './storage';

let azurite: Azurite;
let store: OutcomeStore;

beforeAll(async () => {
  azurite = await startAzurite();
  const storage = connectStorage(readSettings(STORAGE_SETTINGS, { SluiceStorage: azurite.connectionString }));
  await storage.table(OUTCOME_TABLE).createTable();
  store = createOutcomeStore(storage.table(OUTCOME_TABLE));
});
afterAll(() => azurite.close());

function anOutcome(part: Partial<Outcome> = {}): Outcome {
  return { unit: 'u', number: 1, written: 1000, refused: 0, errors: [], ...part };
}

test('finds what was recorded, field by field', async () => {
  const errors = [{ row: 7, key: 'pump "1"', code: '23503', message: 'no such\nseries ✓' }];
  const failure = { code: '53000', message: 'CDF is throttling', hint: 'again' };
  const rejectedBlob = 'rejected/found/1.jsonl.gz';
  const affected = [[7, 0] as const, [9, 4_000_000_000] as const];
  const outcome = anOutcome({ unit: 'found', refused: 1, errors, failure, affected, rejectedBlob });

  await store.record(outcome);

  const found = await store.find('found', 1);
  expect(found).toEqual({ ...outcome, recordedTime: expect.any(Number) as number });
  expect(Math.abs(Date.now() - (found?.recordedTime ?? 0))).toBeLessThan(3_600_000);
});

test('the first outcome stays', async () => {
  expect(await store.record(anOutcome({ unit: 'once' }))).toBe(true);
  expect(await store.record(anOutcome({ unit: 'once', written: 5 }))).toBe(false);

  expect(await store.find('once', 1)).toMatchObject({ written: 1000 });
});

test('a batch without an outcome has none', async () => {
  expect(await store.find('nobody', 1)).toBeNull();
  expect(await store.ofUnit('nobody')).toEqual([]);
});

test('a unit comes in the order of its numbers, also from one of them on', async () => {
  for (const number of [10, 2, 1, 1000, 9]) await store.record(anOutcome({ unit: "o'rder", number }));
  await store.record(anOutcome({ unit: "o'rder2", number: 1 }));

  const numbers = (await store.ofUnit("o'rder")).map((outcome) => outcome.number);

  expect(numbers).toEqual([1, 2, 9, 10, 1000]);
  expect((await store.ofUnit("o'rder", 9)).map((outcome) => outcome.number)).toEqual([9, 10, 1000]);
});

test('more outcomes than a page of Table Storage holds are all read', async () => {
  const numbers = Array.from({ length: 1100 }, (_, i) => i + 1);
  for (let at = 0; at < numbers.length; at += 50)
    await Promise.all(
      numbers.slice(at, at + 50).map((number) => store.record(anOutcome({ unit: 'pages', number }))),
    );

  expect(await store.ofUnit('pages')).toHaveLength(1100);
});

test.each([
  ['every error fits where texts are long', 'm'.repeat(1000), MAX_ROW_ERRORS],
  ['the last errors are left out where they do not fit', '\u0001'.repeat(1000), 25],
])('%s', async (unit, message, count) => {
  const error = (row: number): RowError => ({ row, key: 'k'.repeat(255), code: '22000', message });
  const errors = Array.from({ length: MAX_ROW_ERRORS }, (_, row) => error(row));

  await store.record(anOutcome({ unit, refused: 100, errors }));

  const found = await store.find(unit, 1);
  expect(found?.refused).toBe(100);
  expect(found?.errors).toEqual(errors.slice(0, count));
});

test('the affected rows of a full batch fit beside as many errors as fit', async () => {
  const affected = Array.from(
    { length: 10_000 },
    (_, i) => [i * 200_000, Number.MAX_SAFE_INTEGER - i] as const,
  );
  const message = '\u2028'.repeat(1000);
  const errors = Array.from({ length: MAX_ROW_ERRORS }, (_, row) => ({
    row,
    key: 'k'.repeat(255),
    code: '22000',
    message,
  }));

  await store.record(anOutcome({ unit: 'affected', refused: 100, errors, affected }));

  expect((await store.find('affected', 1))?.affected).toEqual(affected);
});

test.each([0, 1])('a text that is cut into properties keeps its characters, %i to the side', async (side) => {
  const message = `${'x'.repeat(side)}${'😀'.repeat(450)}`;
  const errors = Array.from({ length: 30 }, (_, i) => ({ row: i + 1, key: null, code: '22000', message }));
  const unit = `emoji${side}`;
  await store.record({ unit, number: 1, written: 0, refused: 30, errors });

  expect((await store.find(unit, 1))?.errors).toEqual(errors);
});
