import type { Items, Rig } from '../../tests/support/write-batch';
import { anItemBatch, startRig } from '../../tests/support/write-batch';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

const RAW = { table: 'raw_rows', columns: ['_raw_database', '_raw_table', '_raw_key', '_raw_columns'] };
const target = { database: 'db 1', table: 'ta/ble' };
const row = (key: string, value: unknown = 1) => ({ key, columns: { value } });
const rowsOf = async (): Promise<Items> =>
  (await rig.ask('/raw/dbs/db%201/tables/ta%2Fble/rows?limit=1000')).body.items;

test('rows arrive in a table that is made for them', async () => {
  const outcome = await rig.deliver(anItemBatch({ ...RAW, target }, [row('a'), row('b/ä?')]));

  expect(outcome).toMatchObject({ written: 2, refused: 0 });
  expect((await rowsOf()).map(({ key }) => key).sort()).toEqual(['a', 'b/ä?']);
});

test('a row that is there is replaced', async () => {
  await rig.deliver(anItemBatch({ ...RAW, target }, [row('a', 'old')]));
  await rig.deliver(anItemBatch({ ...RAW, target }, [row('a', 'new')]));

  expect(await rowsOf()).toMatchObject([{ key: 'a', columns: { value: 'new' } }]);
});

test('DO NOTHING writes only what CDF lacks', async () => {
  await rig.deliver(anItemBatch({ ...RAW, target }, [row('b', 'old')]));
  const batch = anItemBatch({ ...RAW, target, onConflict: { action: 'nothing' } }, [
    row('a'),
    row('b', 'new'),
    row('c'),
  ]);

  expect(await rig.deliver(batch)).toMatchObject({ written: 2, refused: 0 });
  expect((await rowsOf()).find(({ key }) => key === 'b')).toMatchObject({ columns: { value: 'old' } });
});

test('the bad row stands alone', async () => {
  const rows = Array.from({ length: 32 }, (_, i) => row(i === 11 ? 'x'.repeat(1025) : `k${i}`));

  const outcome = await rig.deliver(anItemBatch({ ...RAW, target }, rows));

  expect(outcome).toMatchObject({ written: 31, refused: 1 });
  expect(outcome?.errors[0]).toMatchObject({ row: 12 });
});

test.each(['.', '..'])('a table named %j, which no URL can name, is refused', async (table) => {
  const outcome = await rig.deliver(anItemBatch({ ...RAW, target: { database: 'd', table } }, [row('a')]));

  expect(outcome).toMatchObject({ written: 0, failure: { code: '0A000' } });
  expect(await rig.requests()).toEqual({});
});
