import type { Azurite } from '../../tests/support/azurite';
import { startAzurite } from '../../tests/support/azurite';
import type { OwnTable } from '../own-table';
import { MAX_OWN_TABLES, OWN_TABLES_TABLE } from '../own-table';
import { readSettings } from '../settings';
import type { OwnTableStore } from './own-table-store';
import {
  createOwnTableStore,
  OwnTableExistsError,
  OwnTableMissingError,
  OwnTablesChangedError,
  TooManyOwnTablesError,
} from './own-table-store';
import type { Storage } from './storage';
import { connectStorage, STORAGE_SETTINGS } from './storage';

let azurite: Azurite;
let storage: Storage;
let store: OwnTableStore;

beforeAll(async () => {
  azurite = await startAzurite();
  storage = connectStorage(readSettings(STORAGE_SETTINGS, { SluiceStorage: azurite.connectionString }));
  await storage.table(OWN_TABLES_TABLE).createTable();
  store = createOwnTableStore(storage.table(OWN_TABLES_TABLE));
});
afterAll(() => azurite.close());

function aTable(part: Partial<OwnTable> = {}): OwnTable {
  return {
    id: '17',
    schema: 'public',
    name: 'movies',
    destination: {
      type: 'raw_rows',
      target: { database: 'my_database', table: 'my_table' },
      primaryKey: 'title',
    },
    columns: [
      { name: 'title', type: 'text' },
      { name: 'year', type: 'int8' },
    ],
    createdTime: 1_790_000_000_000,
    ...part,
  };
}

const names = async (username: string) => (await store.list(username)).tables.map(({ name }) => name);

test('a user without tables has no version', async () => {
  expect(await store.list('nobody')).toEqual({ version: '', tables: [] });
  expect(await store.version('nobody')).toBe('');
});

test('lists what was created, and the version that stands beside it', async () => {
  const tables = [aTable(), aTable({ schema: 'raw:plant', name: 'Æ/ \\#?' })];
  for (const table of tables) await store.create('lists', table);

  const listed = await store.list('lists');

  expect(listed.tables).toEqual(tables);
  expect(listed.version).toBe(await store.version('lists'));
});

test('every change moves the version, and nobody else sees it', async () => {
  const versions = [await store.version('moves')];
  const look = async () => versions.push(await store.version('moves'));
  await store.create('moves', aTable());
  await look();
  await store.replace('moves', aTable({ id: '18' }));
  await look();
  await store.remove('moves', 'public', 'movies');
  await look();

  expect(new Set(versions).size).toBe(4);
  expect(await store.list('move')).toEqual({ version: '', tables: [] });
});

test('one name is taken once, in each schema', async () => {
  await store.create('once', aTable());
  const version = await store.version('once');
  await expect(store.create('once', aTable())).rejects.toThrow(OwnTableExistsError);
  expect(await store.version('once')).toBe(version);

  await store.create('once', aTable({ schema: 'raw' }));
  expect(await names('once')).toEqual(['movies', 'movies']);
});

test('tables made at one time are all there', async () => {
  await Promise.all([1, 2, 3, 4].map((n) => store.create('crowd', aTable({ name: `t${n}` }))));

  expect(await names('crowd')).toEqual(['t1', 't2', 't3', 't4']);
});

test('a table is renamed, but not onto another', async () => {
  await store.create('renames', aTable());
  await store.create('renames', aTable({ name: 'taken' }));
  await store.replace('renames', aTable({ name: 'films' }), { formerName: 'movies' });

  await expect(store.replace('renames', aTable({ name: 'taken' }), { formerName: 'films' })).rejects.toThrow(
    OwnTableExistsError,
  );
  expect(await names('renames')).toEqual(['films', 'taken']);
});

test('nothing is replaced that is not there, or that was read too long ago', async () => {
  await store.create('late', aTable());
  const version = await store.version('late');
  await expect(store.replace('late', aTable({ name: 'other' }))).rejects.toThrow(OwnTableMissingError);
  await expect(store.replace('late', aTable({ name: 'y' }), { formerName: 'x' })).rejects.toThrow(
    OwnTableMissingError,
  );
  await store.replace('late', aTable({ id: '2' }), { version });

  await expect(store.replace('late', aTable({ id: '3' }), { version })).rejects.toThrow(
    OwnTablesChangedError,
  );
});

test('removing says whether there was one', async () => {
  await store.create('removes', aTable());

  expect(await store.remove('removes', 'public', 'movies')).toBe(true);
  expect(await store.remove('removes', 'public', 'movies')).toBe(false);
  expect(await store.remove('nobody', 'public', 'movies')).toBe(false);
});

test('several are made, and removed, all or none', async () => {
  await store.createAll('several', [aTable({ name: 'a' }), aTable({ name: 'b' })]);
  const more = [aTable({ name: 'c' }), aTable({ name: 'b' })];
  await expect(store.createAll('several', more)).rejects.toMatchObject({
    tables: [{ schema: 'public', name: 'b' }],
  });
  await expect(
    store.removeAll('several', [aTable({ name: 'a' }), aTable({ name: 'x' })]),
  ).rejects.toMatchObject({
    tables: [{ schema: 'public', name: 'x' }],
  });
  expect(await names('several')).toEqual(['a', 'b']);

  await store.removeAll('several', [aTable({ name: 'a' }), aTable({ name: 'b' })]);
  expect(await names('several')).toEqual([]);
});

test('a definition of any size that is allowed comes back whole', async () => {
  const columns = Array.from({ length: 500 }, (_, n) => ({
    name: `${'𝔘'.repeat(14)}_${n}`,
    type: 'text' as const,
    description: 'Ø'.repeat(120),
  }));
  await store.create('wide', aTable({ columns }));

  expect((await store.list('wide')).tables[0]?.columns).toEqual(columns);
});

test('a user has so many tables and no more', async () => {
  const client = storage.table(OWN_TABLES_TABLE);
  await store.create('many', aTable());
  const partitionKey = `u-${Buffer.from('many').toString('base64url')}`;
  await client.updateEntity({ partitionKey, rowKey: '0', tables: MAX_OWN_TABLES }, 'Merge');

  await expect(store.create('many', aTable({ name: 'more' }))).rejects.toThrow(TooManyOwnTablesError);
  await store.remove('many', 'public', 'movies');
  await store.create('many', aTable({ name: 'more' }));
});

test('a user who goes takes all tables along', async () => {
  for (let n = 0; n < 101; n++) await store.create('goes', aTable({ name: `t${n}` }));
  await store.create('stays', aTable());

  await store.clear('goes');

  expect(await store.list('goes')).toEqual({ version: '', tables: [] });
  expect(await names('stays')).toEqual(['movies']);
});

test('a missing table of the store is no user without tables', async () => {
  const misplaced = createOwnTableStore(storage.table('elsewhere'));

  await expect(misplaced.list('nobody')).rejects.toThrow();
  await expect(misplaced.version('nobody')).rejects.toThrow();
  await expect(misplaced.create('nobody', aTable())).rejects.toThrow();
});
