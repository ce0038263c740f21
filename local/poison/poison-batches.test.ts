// Against Azurite, which stands where the data account stands in Azure.
import { type BatchStore, createBatchStore } from '../../shared/azure/batch-store';
import { createOutcomeStore, type OutcomeStore } from '../../shared/azure/outcome-store';
import { connectStorage, type Storage, STORAGE_SETTINGS } from '../../shared/azure/storage';
import { type Batch, BATCH_CONTAINER, BATCH_QUEUE, BATCH_VERSION } from '../../shared/batch';
import { createLog } from '../../shared/log';
import { OUTCOME_TABLE } from '../../shared/outcome';
import { readSettings } from '../../shared/settings';
import { createPoisonBatch } from '../../functions/poison-batch';
import { type Azurite, startAzurite } from '../../tests/support/azurite';
import { dropPoison, listPoison, type PoisonBatch, type PoisonPorts, retryPoison } from './poison-batches';

let azurite: Azurite;
let storage: Storage;
let batches: BatchStore;
let outcomes: OutcomeStore;
let ports: PoisonPorts;

beforeAll(async () => {
  azurite = await startAzurite();
  storage = connectStorage(
    readSettings<keyof typeof STORAGE_SETTINGS>(STORAGE_SETTINGS, {
      SluiceStorage: azurite.connectionString,
    }),
  );
  await storage.container(BATCH_CONTAINER).create();
  await storage.queue(BATCH_QUEUE).create();
  await storage.table(OUTCOME_TABLE).createTable();
  const container = storage.container(BATCH_CONTAINER);
  batches = createBatchStore(container, storage.queue(BATCH_QUEUE));
  outcomes = createOutcomeStore(storage.table(OUTCOME_TABLE));
  ports = { container, batches, outcomes };
});
afterEach(async () => {
  for (const { id } of await all()) await dropPoison(ports, id);
});
afterAll(() => azurite.close());

/** As functions/poison-batch keeps one. */
async function keepPoison(message: unknown): Promise<void> {
  const keep = (name: string, bytes: Buffer) => batches.stage(name, bytes);
  const record = outcomes.record.bind(outcomes);
  await createPoisonBatch({ keep, record, log: createLog('test', () => undefined) })(message);
}

function aBatch(unit: string): Batch {
  return {
    ...{ version: BATCH_VERSION, unit, number: 1, after: [], username: 'ada', table: 'events' },
    ...{ columns: ['external_id'], onConflict: { action: 'update' }, rows: 3, bodyBytes: 4 },
    ...{ contentType: 'application/json', payload: { place: 'blob', name: `${unit}/1` }, createdTime: 1 },
    waitingSince: 5,
  };
}

async function all(): Promise<PoisonBatch[]> {
  const found: PoisonBatch[] = [];
  for await (const poison of listPoison(ports)) found.push(poison);
  return found;
}

test('a kept batch is listed with what its session was told, also a message that is no batch', async () => {
  await keepPoison(aBatch('listed'));
  await keepPoison({ nonsense: true });

  const found = await all();

  expect(found.map(({ id }) => id)).toEqual([
    'listed/1',
    expect.stringMatching(/^unreadable\/[0-9a-f]{32}$/),
  ]);
  expect(found[0]).toMatchObject({ batch: { rows: 3, table: 'events', username: 'ada' } });
  expect(found[0]!.reason).toMatch(/kept as poison batch/);
  expect(found[1]!.reason).toBe('the message is no batch of this version');
});

test('a batch that is tried again is in the queue, without an outcome, and kept no more', async () => {
  await batches.stage('again/1', Buffer.from('rows'));
  await keepPoison(aBatch('again'));

  await retryPoison(ports, 'again/1');

  const { receivedMessageItems } = await storage.queue(BATCH_QUEUE).receiveMessages();
  const [message] = receivedMessageItems.map(({ messageText }) =>
    Buffer.from(messageText, 'base64').toString(),
  );
  const { waitingSince: _, ...batch } = aBatch('again');
  expect(JSON.parse(message!)).toEqual(batch);
  expect(await outcomes.find('again', 1)).toBeNull();
  expect(await all()).toEqual([]);
});

test('a batch whose rows are gone is not tried again, and stays', async () => {
  await keepPoison(aBatch('gone'));

  await expect(retryPoison(ports, 'gone/1')).rejects.toThrow('the rows of gone/1 are gone');

  expect(await all()).toHaveLength(1);
  expect(await outcomes.find('gone', 1)).not.toBeNull();
});

test('a message that is no batch can only be dropped', async () => {
  await keepPoison('no batch');
  const [{ id } = { id: '' }] = await all();

  await expect(retryPoison(ports, id)).rejects.toThrow('is no batch and cannot be written');
  await dropPoison(ports, id);

  expect(await all()).toEqual([]);
});

test('a batch that is dropped takes its rows along and leaves its outcome', async () => {
  await batches.stage('dropped/1', Buffer.from('rows'));
  await keepPoison(aBatch('dropped'));

  await dropPoison(ports, 'dropped/1');

  expect(await batches.load('dropped/1')).toBeNull();
  expect(await outcomes.find('dropped', 1)).toMatchObject({ failure: { code: '58000' } });
});

test('a name that is not kept is refused', async () => {
  await expect(retryPoison(ports, 'nobody/7')).rejects.toThrow('there is no poison batch nobody/7');
  await expect(dropPoison(ports, 'nobody/7')).rejects.toThrow('there is no poison batch nobody/7');
});
