import type { Azurite } from '../../tests/support/azurite';
import { startAzurite } from '../../tests/support/azurite';
import { PROGRESS_TABLE } from '../progress';
import { readSettings } from '../settings';
import type { ProgressStore } from './progress-store';
import { createProgressStore, ProgressChangedError } from './progress-store';
import { connectStorage, STORAGE_SETTINGS } from './storage';

let azurite: Azurite;
let store: ProgressStore;

beforeAll(async () => {
  azurite = await startAzurite();
  const storage = connectStorage(readSettings(STORAGE_SETTINGS, { SluiceStorage: azurite.connectionString }));
  await storage.table(PROGRESS_TABLE).createTable();
  store = createProgressStore(storage.table(PROGRESS_TABLE));
});
afterAll(() => azurite.close());

const none = new Set<number>();

test('a batch that comes for the first time has no progress', async () => {
  const { progress } = await store.open({ unit: 'new', number: 1 });

  expect(progress).toEqual({ begun: none, finished: none });
});

test('the last save is what the next delivery finds', async () => {
  const batch = { unit: 'saved', number: 3 };
  const { save } = await store.open(batch);
  await save({ begun: new Set([0, 1, 999]), finished: none });
  await save({ begun: new Set([0, 1, 999]), finished: new Set([0, 8]) });

  const { progress } = await store.open(batch);

  expect(progress).toEqual({ begun: new Set([0, 1, 999]), finished: new Set([0, 8]) });
});

test('of two that write one batch the slower is told', async () => {
  const batch = { unit: 'twice', number: 1 };
  const [first, second] = [await store.open(batch), await store.open(batch)];
  await first.save({ begun: new Set([1]), finished: none });
  await expect(second.save({ begun: new Set([1]), finished: none })).rejects.toThrow(ProgressChangedError);

  const third = await store.open(batch);
  await third.save({ begun: new Set([2]), finished: none });
  await expect(first.save({ begun: none, finished: none })).rejects.toThrow(ProgressChangedError);
});

test('it is gone once it is removed, and may be removed again', async () => {
  const batch = { unit: 'gone', number: 1 };
  await (await store.open(batch)).save({ begun: new Set([1]), finished: none });

  await store.remove(batch);
  await store.remove(batch);

  expect((await store.open(batch)).progress.begun).toEqual(none);
});

describe('a claim', () => {
  const claim = (id: string) => ({ id, message: 'm', delivery: 1, claimedTime: 1_790_000_000_000 });

  test('is had by one, and lies beside the progress', async () => {
    const batch = { unit: 'claimed', number: 1 };
    const saved = await Promise.all(['a', 'b'].map((id) => store.saveClaim(batch, claim(id), null)));

    const found = await store.findClaim(batch);

    expect([...saved].sort()).toEqual([false, true]);
    expect(found?.claim).toEqual(claim(saved[0] === true ? 'a' : 'b'));
    expect((await store.open(batch)).progress.begun).toEqual(none);
  });

  test('is taken over once', async () => {
    const batch = { unit: 'taken over', number: 1 };
    await store.saveClaim(batch, claim('a'), null);
    const found = await store.findClaim(batch);

    expect(await store.saveClaim(batch, claim('b'), found)).toBe(true);
    expect(await store.saveClaim(batch, claim('c'), found)).toBe(false);
    expect((await store.findClaim(batch))?.claim.id).toBe('b');
  });

  test('is removed by who has it, and by who has an outcome', async () => {
    const batch = { unit: 'released', number: 1 };
    await store.saveClaim(batch, claim('a'), null);
    await store.removeClaim(batch, 'b');
    expect(await store.findClaim(batch)).not.toBeNull();

    await store.removeClaim(batch, 'a');
    await store.removeClaim(batch, 'a');
    await store.saveClaim(batch, claim('b'), null);
    await store.removeClaim(batch);
    await store.removeClaim(batch);

    expect(await store.findClaim(batch)).toBeNull();
  });
});
