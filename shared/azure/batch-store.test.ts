import type { QueueClient } from '@azure/storage-queue';
import type { Azurite } from '../../tests/support/azurite';
import { startAzurite } from '../../tests/support/azurite';
import type { Batch } from '../batch';
import { BATCH_CONTAINER, BATCH_QUEUE, INLINE_PAYLOAD_BYTES, parseBatch } from '../batch';
import { readSettings } from '../settings';
import type { BatchStore } from './batch-store';
import { createBatchStore } from './batch-store';
import { connectStorage, STORAGE_SETTINGS } from './storage';

let azurite: Azurite;
let store: BatchStore;
let queue: QueueClient;

beforeAll(async () => {
  azurite = await startAzurite();
  const storage = connectStorage(readSettings(STORAGE_SETTINGS, { SluiceStorage: azurite.connectionString }));
  queue = storage.queue(BATCH_QUEUE);
  await queue.create();
  await storage.container(BATCH_CONTAINER).create();
  store = createBatchStore(storage.container(BATCH_CONTAINER), queue);
});
afterAll(() => azurite.close());

function aBatch(payload: Batch['payload']): Batch {
  return {
    version: 1,
    unit: '5f0c4a1e-0000-4000-8000-000000000000',
    number: 1,
    after: ['5f0c4a1e-0000-4000-8000-000000000000/12'],
    username: 'sluice_a',
    table: 'assets',
    columns: ['external_id', 'name'],
    onConflict: { action: 'update' },
    rows: 1,
    contentType: 'application/json',
    bodyBytes: 10,
    payload,
    createdTime: 1_790_000_000_123,
  };
}

test.each([0, 1, 5_000_000])('a payload of %i bytes comes back as it went', async (bytes) => {
  const payload = Buffer.alloc(bytes, 'sluice');

  await store.stage(`unit/${bytes}`, payload);

  expect((await store.load(`unit/${bytes}`))?.equals(payload)).toBe(true);
});

test('a view into a larger buffer is staged without its surroundings', async () => {
  await store.stage('unit/view', Buffer.from('abcdef').subarray(2, 4));

  expect((await store.load('unit/view'))?.toString()).toBe('cd');
});

test('a removed payload is gone, and may be removed again', async () => {
  await store.stage('unit/gone', Buffer.from('x'));

  await store.remove('unit/gone');
  await store.remove('unit/gone');

  expect(await store.load('unit/gone')).toBeNull();
});

test('the largest batch that travels in a message fits, in base64 as the trigger reads it', async () => {
  const batch = aBatch({
    place: 'message',
    base64: Buffer.alloc(INLINE_PAYLOAD_BYTES, 0xff).toString('base64'),
  });

  await store.enqueue(batch);

  const [message] = (await queue.receiveMessages()).receivedMessageItems;
  await queue.deleteMessage(message!.messageId, message!.popReceipt);
  expect(parseBatch(Buffer.from(message!.messageText, 'base64').toString())).toEqual(batch);
  expect(message!.expiresOn.getUTCFullYear()).toBe(9999);
});

test('a batch that is put back is not seen for a while', async () => {
  await store.enqueue(aBatch({ place: 'blob', name: 'unit/1' }), 60);

  expect((await queue.receiveMessages()).receivedMessageItems).toEqual([]);
  expect((await queue.getProperties()).approximateMessagesCount).toBe(1);
});
