import type { TableClient } from '@azure/data-tables';
import { type Azurite, startAzurite } from '../../tests/support/azurite';
import { readSettings } from '../settings';
import { connectStorage, STORAGE_SETTINGS } from './storage';
import { sweepTable } from './sweep-table';

const AN_HOUR = 3_600_000;
let azurite: Azurite;
let table: TableClient;

beforeAll(async () => {
  azurite = await startAzurite();
  const environment = { SluiceStorage: azurite.connectionString };
  table = connectStorage(readSettings<keyof typeof STORAGE_SETTINGS>(STORAGE_SETTINGS, environment)).table(
    'swept',
  );
  await table.createTable();
  await Promise.all(
    Array.from({ length: 40 }, (_, i) => table.createEntity({ partitionKey: `p'${i % 3}`, rowKey: `r${i}` })),
  );
});
afterAll(() => azurite.close());

async function count(): Promise<number> {
  let entities = 0;
  for await (const _ of table.listEntities()) entities++;
  return entities;
}

test('what is younger stays', async () => {
  expect(await sweepTable(table, Date.now() - AN_HOUR, 1000)).toBe(0);
  expect(await count()).toBe(40);
});

test('what is older goes, not more of it at a time than asked for', async () => {
  expect(await sweepTable(table, Date.now() + AN_HOUR, 25)).toBe(25);
  expect(await count()).toBe(15);
  expect(await sweepTable(table, Date.now() + AN_HOUR, 25)).toBe(15);
  expect(await count()).toBe(0);
});
