import { type Azurite, startAzurite } from '../../tests/support/azurite';
import { type Load, LOAD_TABLE } from '../load';
import { readSettings } from '../settings';
import { createLoadStore, type LoadStore } from './load-store';
import { connectStorage, STORAGE_SETTINGS } from './storage';

let azurite: Azurite;
let store: LoadStore;

beforeAll(async () => {
  azurite = await startAzurite();
  const environment = { SluiceStorage: azurite.connectionString };
  const table = connectStorage(
    readSettings<keyof typeof STORAGE_SETTINGS>(STORAGE_SETTINGS, environment),
  ).table(LOAD_TABLE);
  await table.createTable();
  store = createLoadStore(table);
});
afterAll(() => azurite.close());

function aLoad(part: Partial<Load>): Load {
  return { username: 'ada', unit: 'u', queuedTime: 1000, batches: [{ table: 'assets', rows: 2 }], ...part };
}

test('loads come back whole, the latest first, of their user only', async () => {
  const first = aLoad({ unit: 'a-1', queuedTime: 1000 });
  const second = aLoad({
    unit: 'b-2',
    queuedTime: 2000,
    batches: [
      { table: 'assets', rows: 1000 },
      { table: 'assets', rows: 1000 },
      { table: 'raw:plant.t/ä', rows: 7 },
    ],
  });
  for (const load of [first, second, aLoad({ username: 'ad/a#?', unit: 'c' })]) await store.record(load);

  expect(await store.since('ada', 0, 10)).toEqual([second, first]);
  expect(await store.since('ad/a#?', 0, 10)).toHaveLength(1);
  expect(await store.since('nobody', 0, 10)).toEqual([]);
});

test('what is older than asked for is left out, and so is what is over the limit', async () => {
  for (const queuedTime of [10, 20, 30]) await store.record(aLoad({ username: 'grace', queuedTime }));

  const times = async (since: number, limit: number) =>
    (await store.since('grace', since, limit)).map(({ queuedTime }) => queuedTime);
  expect(await times(20, 10)).toEqual([30, 20]);
  expect(await times(0, 2)).toEqual([30, 20]);
});

test('a load of very many batches fits into its entity; equal batches keep their table and rows', async () => {
  const batches = Array.from({ length: 50_000 }, () => ({ table: 'double_datapoints', rows: 100_000 }));
  await store.record(aLoad({ username: 'many', batches }));
  expect((await store.since('many', 0, 1))[0]!.batches).toEqual(batches);

  const unequal = Array.from({ length: 50_000 }, (_, rows) => ({ table: 'double_datapoints', rows }));
  await store.record(aLoad({ username: 'unequal', batches: unequal }));
  const [load] = await store.since('unequal', 0, 1);
  expect(load!.batches).toHaveLength(50_000);
  expect(load!.batches[77]).toEqual(unequal[77]);
});
