import { connectStorage, STORAGE_SETTINGS } from '../../shared/azure/storage';
import { readSettings } from '../../shared/settings';
import { startAzurite } from './azurite';

test('Azurite answers for tables, queues and blobs', async () => {
  const azurite = await startAzurite();
  try {
    const settings = readSettings(STORAGE_SETTINGS, { SluiceStorage: azurite.connectionString });
    const storage = connectStorage(settings);

    await storage.table('credentials').createTable();
    await storage.queue('batches').create();
    await storage.container('batches').create();

    expect((await storage.queue('batches').getProperties()).approximateMessagesCount).toBe(0);
  } finally {
    await azurite.close();
  }
});
