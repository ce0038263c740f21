// write-batch on the stores that it has in Azure, kept by Azurite: what is left behind after each way through it.
import { createBatchStore } from '../shared/azure/batch-store';
import { createOutcomeStore } from '../shared/azure/outcome-store';
import { createProgressStore } from '../shared/azure/progress-store';
import type { Storage } from '../shared/azure/storage';
import { connectStorage, STORAGE_SETTINGS } from '../shared/azure/storage';
import { BATCH_CONTAINER, BATCH_QUEUE, batchId } from '../shared/batch';
import { OUTCOME_TABLE } from '../shared/outcome';
import { PROGRESS_TABLE } from '../shared/progress';
import { readSettings } from '../shared/settings';
import type { Azurite } from '../tests/support/azurite';
import { startAzurite } from '../tests/support/azurite';
import type { Rig } from '../tests/support/write-batch';
import { anItemBatch, startRig } from '../tests/support/write-batch';

let azurite: Azurite;
let storage: Storage;
let rig: Rig;

beforeAll(async () => {
  azurite = await startAzurite();
  storage = connectStorage(readSettings(STORAGE_SETTINGS, { SluiceStorage: azurite.connectionString }));
  for (const name of [OUTCOME_TABLE, PROGRESS_TABLE]) await storage.table(name).createTable();
  await storage.queue(BATCH_QUEUE).create();
  await storage.container(BATCH_CONTAINER).create();
  rig = await startRig((deps) => ({
    ...deps,
    outcomes: createOutcomeStore(storage.table(OUTCOME_TABLE)),
    progress: createProgressStore(storage.table(PROGRESS_TABLE)),
    batches: createBatchStore(storage.container(BATCH_CONTAINER), storage.queue(BATCH_QUEUE)),
  }));
});
afterAll(async () => {
  await rig.close();
  await azurite.close();
});

test('a batch without keys comes twice, is created once, and leaves only its outcome', async () => {
  const batch = anItemBatch({ table: 'events', columns: ['description'] }, [{ description: 'a' }, {}]);
  const name = batchId(batch);
  const blobs = createBatchStore(storage.container(BATCH_CONTAINER), storage.queue(BATCH_QUEUE));
  const { payload } = batch;
  await blobs.stage(name, Buffer.from(payload.place === 'message' ? payload.base64 : '', 'base64'));
  const staged = { ...batch, payload: { place: 'blob', name } } as const;

  await rig.deliver(staged);
  await rig.deliver(staged, 2);

  expect(await rig.deps.outcomes.find(batch.unit, 1)).toMatchObject({ written: 2, refused: 0 });
  expect((await rig.ask('/events/list', {})).body.items).toHaveLength(2);
  expect(await blobs.load(name)).toBeNull();
  expect((await rig.deps.progress.open(batch)).progress.begun.size).toBe(0);
});

test('two deliveries of one batch at the same time create its rows once', async () => {
  await rig.reset();
  const batch = anItemBatch({ table: 'events', columns: ['description'] }, [{ description: 'a' }]);

  await Promise.allSettled([rig.deliver(batch), rig.deliver(batch, 2)]);

  expect((await rig.ask('/events/list', {})).body.items).toHaveLength(1);
});

test('a batch that waits goes back into the queue', async () => {
  const batch = anItemBatch({ table: 'events', columns: [], after: ['never/1'] }, [{}]);

  await rig.deliver(batch);

  expect((await storage.queue(BATCH_QUEUE).getProperties()).approximateMessagesCount).toBe(1);
});
