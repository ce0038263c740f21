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

  expect(await rig.deliver(batch)).toMatchObject({ written: 2, refused: 0, affected: [[2, 0]] });
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

describe.each(['.', '..', ''])('a row with the key %j, which no URL can name,', (odd) => {
  const part = { ...RAW, target };

  test('is updated where it is there, beside the others', async () => {
    await rig.deliver(anItemBatch(part, [row(odd, 'old'), row('a', 'old'), row('a/../b', 'old')]));
    const rows = [row('a', 'new'), row(odd, 'new'), row('gone', 'new'), row('a/../b', 'new')];

    const outcome = await rig.deliver(anItemBatch({ ...part, write: 'update' }, rows));

    expect(outcome).toMatchObject({ written: 3, refused: 0, affected: [[3, 0]] });
    expect((await rowsOf()).map(({ columns }) => columns)).toEqual(Array(3).fill({ value: 'new' }));
  });

  test('is left alone by DO NOTHING, and deleted', async () => {
    await rig.deliver(anItemBatch(part, [row(odd, 'old')]));
    const onConflict = { action: 'nothing' } as const;
    const rows = [row(odd, 'new'), row('a', 'new')];

    expect(await rig.deliver(anItemBatch({ ...part, onConflict }, rows))).toMatchObject({
      affected: [[1, 0]],
    });
    const deletion = anItemBatch({ ...part, write: 'delete' }, [{ key: 'a' }, { key: odd }, { key: 'gone' }]);
    expect(await rig.deliver(deletion)).toMatchObject({ written: 2, affected: [[3, 0]] });
    expect(await rowsOf()).toEqual([]);
  });

  test('is refused alone where the table is too large to be searched, and by what merges', async () => {
    await rig.deliver(anItemBatch(part, [row('a', 'old')]));
    const own = { key: ['k'], acl: 'rawAcl', request: { kind: 'raw-rows', target } } as const;
    const rows = [row(odd), row('a', 'new')];
    const more = { items: [], nextCursor: 'more' };
    await rig.control('POST', 'faults', { method: 'GET', path: '^/raw/.*/rows$', status: 200, body: more });

    for (const batch of [{ ...part, write: 'update' } as const, { ...part, own, write: 'update' } as const])
      expect(await rig.deliver(anItemBatch(batch, rows))).toMatchObject({
        written: 1,
        refused: 1,
        errors: [{ row: 1, code: '0A000' }],
      });
  });
});

describe('UPDATE of raw_rows', () => {
  test('replaces the columns of rows that are there; the others affect no row', async () => {
    await rig.deliver(anItemBatch({ ...RAW, target }, [row('a', 'old'), row('b', 'old')]));

    const outcome = await rig.deliver(
      anItemBatch({ ...RAW, target, write: 'update' }, [{ key: 'a', columns: { other: 1 } }, row('gone')]),
    );

    expect(outcome).toMatchObject({ written: 1, refused: 0, affected: [[2, 0]] });
    expect((await rowsOf()).map(({ key, columns }) => [key, columns])).toEqual([
      ['a', { other: 1 }],
      ['b', { value: 'old' }],
    ]);
  });

  test('in a table that there is not affects no row, and makes none', async () => {
    expect(await rig.deliver(anItemBatch({ ...RAW, target, write: 'update' }, [row('a')]))).toMatchObject({
      written: 0,
      affected: [[1, 0]],
    });
    expect(await rig.requests()).not.toHaveProperty(['POST /raw/dbs/{dbName}/tables/{tableName}/rows']);
  });
});

describe('DELETE of RAW rows', () => {
  const deletion = (keys: readonly string[]) =>
    rig.deliver(
      anItemBatch(
        { ...RAW, target, columns: ['_raw_key'], write: 'delete' },
        keys.map((key) => ({ key })),
      ),
    );

  test('counts the rows that were there', async () => {
    await rig.deliver(anItemBatch({ ...RAW, target }, [row('a'), row('b'), row('c')]));

    expect(await deletion(['a', 'gone', 'c'])).toMatchObject({ written: 2, refused: 0, affected: [[2, 0]] });
    expect((await rowsOf()).map(({ key }) => key)).toEqual(['b']);
  });

  test('of many keys reads the keys of a small table in pages', async () => {
    const keys = Array.from({ length: 1500 }, (_, i) => `k${i}`);
    await rig.deliver(
      anItemBatch(
        { ...RAW, target },
        keys.slice(0, 1200).map((key) => row(key)),
      ),
    );
    await rig.control('DELETE', 'requests');

    const outcome = await deletion(keys);

    expect(outcome).toMatchObject({ written: 1200, refused: 0 });
    expect(outcome?.affected).toHaveLength(300);
    const counts = Object.values(await rig.requests()).map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeLessThan(10);
  });

  test('in a table that there is not affects no row', async () => {
    expect(await deletion(['a'])).toMatchObject({ written: 0, refused: 0, affected: [[1, 0]] });
  });
});

describe('a RAW table of the user', () => {
  const own = { key: ['k'], acl: 'rawAcl', request: { kind: 'raw-rows', target } } as const;
  const OWN = { table: 'pumps', own, target, columns: ['k', 'a', 'b'] };
  const columnsOf = async (key: string) => (await rowsOf()).find((one) => one['key'] === key)?.['columns'];

  test('INSERT replaces the row, as CDF does', async () => {
    await rig.deliver(anItemBatch(OWN, [{ key: '1', columns: { a: 1, b: 2 } }]));
    await rig.deliver(anItemBatch({ ...OWN, columns: ['k', 'a'] }, [{ key: '1', columns: { a: 3 } }]));

    expect(await columnsOf('1')).toEqual({ a: 3 });
  });

  test('DO UPDATE SET sets its columns of rows that are there, and writes the others whole', async () => {
    await rig.deliver(anItemBatch(OWN, [{ key: '1', columns: { a: 1, b: 2, c: 3 } }]));
    const onConflict = { action: 'update', columns: ['b'] } as const;

    const outcome = await rig.deliver(
      anItemBatch({ ...OWN, onConflict }, [
        { key: '1', columns: { a: 9, b: 8 } },
        { key: '2', columns: { a: 9, b: 8 } },
      ]),
    );

    expect(outcome).toMatchObject({ written: 2, refused: 0 });
    expect(outcome).not.toHaveProperty('affected');
    expect([await columnsOf('1'), await columnsOf('2')]).toEqual([
      { a: 1, b: 8, c: 3 },
      { a: 9, b: 8 },
    ]);
  });

  test('UPDATE merges: a NULL is a NULL, what is not named stays, what is not there is not made', async () => {
    await rig.deliver(anItemBatch(OWN, [{ key: '1', columns: { a: 1, b: 2, c: 3 } }]));

    const outcome = await rig.deliver(
      anItemBatch({ ...OWN, write: 'update' }, [
        { key: '1', columns: { a: 5 } },
        { key: '2', columns: { a: 5 } },
      ]),
    );

    expect(outcome).toMatchObject({ written: 1, affected: [[2, 0]] });
    expect(await columnsOf('1')).toEqual({ a: 5, b: null, c: 3 });
    expect(await columnsOf('2')).toBeUndefined();
  });

  test('TRUNCATE empties it, twice if it must, and makes it where there is none', async () => {
    await rig.deliver(anItemBatch(OWN, [{ key: '1', columns: {} }]));
    const truncate = anItemBatch({ ...OWN, columns: [], write: 'truncate' }, []);

    expect(await rig.deliver(truncate)).toMatchObject({ written: 0, refused: 0, errors: [] });
    rig.outcomes.clear();
    expect(await rig.deliver(truncate, 2)).toMatchObject({ written: 0, refused: 0 });

    expect(await rowsOf()).toEqual([]);
    await rig.control('DELETE', 'state');
    rig.outcomes.clear();
    expect(await rig.deliver(truncate, 3)).not.toHaveProperty('failure');
  });
});

describe('raw_tables', () => {
  const TABLES = { table: 'raw_tables', columns: ['_raw_database', '_raw_table'] };
  const tables = (...names: readonly string[]) =>
    names.map((name) => ({ database: name.slice(0, 1), table: name }));
  const listed = async (database: string) =>
    (await rig.ask(`/raw/dbs/${database}/tables`)).body.items.map(({ name }) => name);

  test('INSERT makes them with their databases; what is there is what was asked for', async () => {
    expect(await rig.deliver(anItemBatch(TABLES, tables('a1', 'b1', 'a2')))).toMatchObject({ written: 3 });
    expect(await rig.deliver(anItemBatch(TABLES, tables('a1', 'a3')))).toMatchObject({
      written: 2,
      refused: 0,
    });
    expect(
      await rig.deliver(anItemBatch({ ...TABLES, onConflict: { action: 'nothing' } }, tables('a1', 'a4'))),
    ).toMatchObject({ written: 1, refused: 0, affected: [[1, 0]] });

    expect(await listed('a')).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(await listed('b')).toEqual(['b1']);
  });

  test('DELETE counts those that were there', async () => {
    await rig.deliver(anItemBatch(TABLES, tables('a1', 'a2', 'b1')));

    const outcome = await rig.deliver(
      anItemBatch({ ...TABLES, write: 'delete' }, tables('a1', 'a9', 'c1', 'b1')),
    );

    expect(outcome).toMatchObject({
      written: 2,
      refused: 0,
      affected: [
        [2, 0],
        [3, 0],
      ],
    });
    expect(await listed('a')).toEqual(['a2']);
  });

  test('a name that CDF does not take is refused, the others are made', async () => {
    const outcome = await rig.deliver(anItemBatch(TABLES, tables('a1', `a${'x'.repeat(64)}`, 'a2')));

    expect(outcome).toMatchObject({ written: 2, refused: 1 });
    expect(outcome?.errors).toMatchObject([{ row: 2 }]);
  });
});
