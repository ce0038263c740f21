import type { Azurite } from '../../tests/support/azurite';
import { startAzurite } from '../../tests/support/azurite';
import type { Credential } from '../credential';
import { readSettings } from '../settings';
import type { CredentialStore } from './credential-store';
import { CredentialChangedError, CredentialExistsError, createCredentialStore } from './credential-store';
import type { Storage } from './storage';
import { connectStorage, STORAGE_SETTINGS } from './storage';

let azurite: Azurite;
let storage: Storage;
let store: CredentialStore;

beforeAll(async () => {
  azurite = await startAzurite();
  storage = connectStorage(readSettings(STORAGE_SETTINGS, { SluiceStorage: azurite.connectionString }));
  await storage.table('credentials').createTable();
  store = createCredentialStore(storage.table('credentials'));
});
afterAll(() => azurite.close());

function aCredential(part: Partial<Credential> = {}): Credential {
  return {
    username: 'sluice_a',
    verifier: 'SCRAM-SHA-256$4096:a$b:c',
    tokenUrl: 'https://login.microsoftonline.com/t/oauth2/v2.0/token',
    clientId: 'client',
    sealedSecret: '{"version":1}',
    scope: 'https://c.cognitedata.com/.default',
    project: 'plant',
    baseUrl: 'https://c.cognitedata.com',
    createdTime: 1_790_000_000_123,
    ...part,
  };
}

test('finds what was created, field by field', async () => {
  const credential = aCredential({ username: 'sluice_found' });
  await store.create(credential);

  const { etag, ...found } = (await store.find('sluice_found'))!;

  expect(found).toEqual(credential);
  expect(etag).not.toBe('');
});

test.each(['nobody', '', 'a/b\\c#d?e', "o'hara", '\u0000', 'ÆØÅ'])(
  'finds nobody under %j',
  async (username) => {
    expect(await store.find(username)).toBeNull();
  },
);

test('asks nobody about a name longer than PostgreSQL allows', async () => {
  const unreachable = createCredentialStore(storage.table('missing'));

  expect(await unreachable.find('x'.repeat(64))).toBeNull();
});

test('keeps awkward names apart', async () => {
  for (const username of ['Æ/1', 'æ/1', 'Æ/2'])
    await store.create(aCredential({ username, project: username }));

  for (const username of ['Æ/1', 'æ/1', 'Æ/2']) expect((await store.find(username))?.project).toBe(username);
});

test('creates a user name once', async () => {
  await store.create(aCredential({ username: 'sluice_once' }));

  await expect(store.create(aCredential({ username: 'sluice_once' }))).rejects.toThrow(CredentialExistsError);
});

test('replaces what was read, and refuses when it changed meanwhile', async () => {
  await store.create(aCredential({ username: 'sluice_turn' }));
  const { etag } = (await store.find('sluice_turn'))!;
  await store.replace(aCredential({ username: 'sluice_turn', clientId: 'second' }), etag);

  const late = store.replace(aCredential({ username: 'sluice_turn', clientId: 'third' }), etag);

  await expect(late).rejects.toThrow(CredentialChangedError);
  expect((await store.find('sluice_turn'))?.clientId).toBe('second');
});

test('replaces no credential that is not there', async () => {
  await expect(store.replace(aCredential({ username: 'sluice_gone' }), '*')).rejects.toThrow(
    CredentialChangedError,
  );
});

test('tells a missing table from a missing user', async () => {
  const misplaced = createCredentialStore(storage.table('elsewhere'));

  await expect(misplaced.find('nobody')).rejects.toThrow();
  await expect(misplaced.probe(new AbortController().signal)).rejects.toThrow();
  await store.probe(new AbortController().signal);
});

test('keeps that a user is disabled, and when it was changed', async () => {
  const credential = aCredential({
    username: 'sluice_off',
    disabled: true,
    lastUpdatedTime: 1_790_000_000_456,
  });
  await store.create(credential);

  expect(await store.find('sluice_off')).toMatchObject(credential);
  const { etag } = (await store.find('sluice_off'))!;
  await store.replace(aCredential({ username: 'sluice_off' }), etag);
  expect(await store.find('sluice_off')).not.toHaveProperty('disabled');
});

test('removes what was read, and refuses when it changed meanwhile or is gone', async () => {
  await store.create(aCredential({ username: 'sluice_end' }));
  const { etag } = (await store.find('sluice_end'))!;
  await store.replace(aCredential({ username: 'sluice_end', clientId: 'second' }), etag);
  await expect(store.remove('sluice_end', etag)).rejects.toThrow(CredentialChangedError);

  const now = (await store.find('sluice_end'))!;
  await store.remove('sluice_end', now.etag);

  expect(await store.find('sluice_end')).toBeNull();
  await expect(store.remove('sluice_end', now.etag)).rejects.toThrow(CredentialChangedError);
});

test('lists the users of a project in pages, and nobody else, and nothing secret', async () => {
  const usernames = Array.from({ length: 7 }, (_, n) => `sluice_listed_${n}`);
  for (const username of usernames) await store.create(aCredential({ username, project: "o'plant" }));
  await store.create(aCredential({ username: 'sluice_other', project: "o'plant2" }));
  const elsewhere = { project: "o'plant", baseUrl: 'https://asia-northeast1-1.cognitedata.com' };
  await store.create(aCredential({ username: 'sluice_listed_z', ...elsewhere }));
  const { baseUrl } = aCredential({});

  const seen: string[] = [];
  const sizes: number[] = [];
  for (let cursor: string | null = null; ;) {
    const page = await store.ofProject({ project: "o'plant", baseUrl }, 3, cursor);
    sizes.push(page.credentials.length);
    seen.push(...page.credentials.map(({ username }) => username));
    for (const summary of page.credentials) expect(JSON.stringify(summary)).not.toMatch(/SCRAM|version/);
    if ((cursor = page.cursor) === null) break;
  }

  expect(sizes).toEqual([3, 3, 1]);
  expect(seen.sort()).toEqual(usernames);
  expect(await store.ofProject({ project: 'nowhere', baseUrl }, 3, null)).toEqual({
    credentials: [],
    cursor: null,
  });
});
