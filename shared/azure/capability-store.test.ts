import type { Azurite } from '../../tests/support/azurite';
import { startAzurite } from '../../tests/support/azurite';
import { CAPABILITY_TABLE, writeScopes } from '../capability';
import { readSettings } from '../settings';
import type { CapabilityStore } from './capability-store';
import { createCapabilityStore } from './capability-store';
import { connectStorage, STORAGE_SETTINGS } from './storage';

let azurite: Azurite;
let store: CapabilityStore;

beforeAll(async () => {
  azurite = await startAzurite();
  const storage = connectStorage(readSettings(STORAGE_SETTINGS, { SluiceStorage: azurite.connectionString }));
  await storage.table(CAPABILITY_TABLE).createTable();
  store = createCapabilityStore(storage.table(CAPABILITY_TABLE));
});
afterAll(() => azurite.close());

const capabilities = {
  project: 'plant',
  inspectedTime: 1_790_000_000_000,
  writable: { assetsAcl: ['all'], eventsAcl: ['datasetScope', 'all'] },
};

test('finds what was saved last', async () => {
  await store.save('me', { ...capabilities, writable: {} });
  await store.save('me', capabilities);

  expect(await store.find('me')).toEqual(capabilities);
});

test.each(['nobody', 'a/b?#\\'])('%j, of whom nothing was saved, has none', async (username) => {
  expect(await store.find(username)).toBeNull();
});

test('scopes are found whatever the case of the ACL', () => {
  expect(writeScopes(capabilities, 'eventsacl')).toEqual(['datasetScope', 'all']);
  expect(writeScopes(capabilities, 'filesAcl')).toEqual([]);
});
