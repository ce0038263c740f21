import type { Rig } from '../../tests/support/write-batch';
import { anItemBatch, startRig } from '../../tests/support/write-batch';
import { allRows } from './body';
import { openJsonBody } from './json-body';
import { cellReader, encodeRequests, packRows } from './sequence-cells';
import type { Cells } from './sequence-cells';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.reset();
  const columns = [
    { externalId: 'n', valueType: 'LONG' },
    { externalId: 't', valueType: 'STRING' },
  ];
  await rig.ask('/sequences', { items: ['s', 'r'].map((externalId) => ({ externalId, columns })) });
});

const ROWS = { table: 'sequence_rows', columns: ['external_id', 'row_number', 'values'] };
const row = (externalId: string, rowNumber: number, values: object) => ({ externalId, rowNumber, values });

async function listed(externalId: string): Promise<unknown[]> {
  const { body } = await rig.ask('/sequences/data/list', { externalId, limit: 10_000, columns: ['n', 't'] });
  const { rows } = body as unknown as { rows: { rowNumber: number; values: unknown[] }[] };
  return rows.map(({ rowNumber, values }) => [rowNumber, ...values]);
}
const inserted = async () => (await rig.requests())['POST /sequences/data']?.count;

test('rows of several sequences arrive with one request, in both forms of values', async () => {
  const outcome = await rig.deliver(
    anItemBatch(ROWS, [
      row('s', 1, { n: 1, t: 'a' }),
      row('r', 7, { n: 7, t: 'b' }),
      { externalId: 's', rowNumber: 2, columns: ['n', 't'], values: [2, null] },
    ]),
  );

  expect(outcome).toMatchObject({ written: 3, refused: 0 });
  expect([await listed('s'), await listed('r')]).toEqual([
    [
      [1, 1, 'a'],
      [2, 2, null],
    ],
    [[7, 7, 'b']],
  ]);
  expect(await inserted()).toBe(1);
});

test('cells that a row does not name stay; rows that name other cells go in another request', async () => {
  await rig.deliver(anItemBatch(ROWS, [row('s', 1, { n: 1, t: 'a' })]));

  await rig.deliver(anItemBatch(ROWS, [row('s', 1, { t: 'new' }), row('s', 2, { n: 5 })]));

  expect(await listed('s')).toEqual([
    [1, 1, 'new'],
    [2, 5, null],
  ]);
  expect(await inserted()).toBe(3);
});

test('rows of a sequence that CDF lacks, and of wrong values, are refused by name', async () => {
  const outcome = await rig.deliver(
    anItemBatch(ROWS, [
      row('s', 1, { n: 1 }),
      row('gone', 1, { n: 1 }),
      row('s', 2, { n: 'text' }),
      { externalId: 's', rowNumber: 3, columns: ['n'], values: [1, 2] },
      row('s', 4, { nowhere: 1 }),
      row('s', 5, {}),
      row('r', 1, { n: 1 }),
    ]),
  );

  expect(outcome).toMatchObject({ written: 2, refused: 5 });
  expect(outcome?.errors.map(({ row: number, key, code }) => [number, key, code])).toEqual([
    [2, 'gone:1', '23503'],
    [3, 's:2', expect.stringMatching(/^2/)],
    [4, 's:3', '22023'],
    [5, 's:4', expect.stringMatching(/^2/)],
    [6, 's:5', '22023'],
  ]);
});

test('DO NOTHING writes only rows that CDF lacks', async () => {
  await rig.deliver(anItemBatch(ROWS, [row('s', 1, { n: 1 }), row('s', 5000, { n: 1 })]));

  const outcome = await rig.deliver(
    anItemBatch({ ...ROWS, onConflict: { action: 'nothing' } }, [
      row('s', 5000, { n: 2 }),
      row('s', 1, { n: 2 }),
      row('s', 2, { n: 2 }),
      row('r', 1, { n: 2 }),
    ]),
  );

  expect(outcome).toMatchObject({
    written: 2,
    refused: 0,
    affected: [
      [1, 0],
      [2, 0],
    ],
  });
  expect((await listed('s')).map((one) => (one as unknown[]).slice(0, 2))).toEqual([
    [1, 1],
    [2, 2],
    [5000, 1],
  ]);
});

test('UPDATE sets cells of rows that are there; others affect no row', async () => {
  await rig.deliver(anItemBatch(ROWS, [row('s', 1, { n: 1, t: 'a' })]));

  const outcome = await rig.deliver(
    anItemBatch({ ...ROWS, write: 'update' }, [
      row('s', 2, { n: 2 }),
      row('s', 1, { n: 2 }),
      row('gone', 1, { n: 2 }),
    ]),
  );

  expect(outcome).toMatchObject({
    written: 1,
    refused: 0,
    affected: [
      [1, 0],
      [3, 0],
    ],
  });
  expect(await listed('s')).toEqual([[1, 2, 'a']]);
});

test('DELETE counts the rows that were there', async () => {
  await rig.deliver(anItemBatch(ROWS, [row('s', 1, { n: 1 }), row('s', 2, { n: 1 }), row('r', 1, { n: 1 })]));

  const outcome = await rig.deliver(
    anItemBatch({ ...ROWS, columns: ['external_id', 'row_number'], write: 'delete' }, [
      { externalId: 's', rowNumber: 2 },
      { externalId: 's', rowNumber: 9 },
      { externalId: 'gone', rowNumber: 1 },
      { externalId: 'r', rowNumber: 1 },
    ]),
  );

  expect(outcome).toMatchObject({
    written: 2,
    refused: 0,
    affected: [
      [2, 0],
      [3, 0],
    ],
  });
  expect([await listed('s'), await listed('r')]).toEqual([[[1, 1, null]], []]);
});

describe('requests', () => {
  function setup(items: readonly object[]) {
    const body = openJsonBody(Buffer.from(JSON.stringify({ items })));
    const read = cellReader(body);
    return { rows: allRows(items.length), cellsOf: (at: number) => read(at) as Cells };
  }
  const wide = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`c${i}`, i]));

  test('hold no more than 10 000 rows, 100 000 values and 1000 sequences', () => {
    const sizes = (items: readonly object[]) => {
      const { rows, cellsOf } = setup(items);
      return packRows(rows, cellsOf).map(({ length }) => length);
    };
    const many = (count: number, values: object) =>
      Array.from({ length: count }, (_, i) => row('s', i, values));

    expect(sizes(many(10_001, { n: 1 }))).toEqual([10_000, 1]);
    expect(sizes(many(1001, wide(200)))).toEqual([500, 500, 1]);
    expect(sizes(Array.from({ length: 1500 }, (_, i) => row(`s${i}`, 1, { n: 1 })))).toEqual([1000, 500]);
  });

  test('name a sequence once each, and no more than 200 columns of it', () => {
    const { rows, cellsOf } = setup([row('s', 1, wide(250)), row('r', 1, { n: 1 }), row('s', 2, { n: 1 })]);

    const requests = encodeRequests(rows, cellsOf).map(
      (bytes) =>
        (JSON.parse(bytes.toString()) as { items: { externalId: string; columns: string[] }[] }).items,
    );

    expect(
      requests.map((items) => items.map(({ externalId, columns }) => [externalId, columns.length])),
    ).toEqual([
      [
        ['s', 200],
        ['r', 1],
      ],
      [['s', 50]],
      [['s', 1]],
    ]);
  });

  test('keep a LONG beyond 2^53 as it was written', () => {
    const body = openJsonBody(
      Buffer.from('{"items":[{"externalId":"s","rowNumber":1,"values":{"n":9007199254740993}}]}'),
    );
    const read = cellReader(body);

    expect(encodeRequests(allRows(1), (at) => read(at) as Cells)[0]?.toString()).toContain(
      '[9007199254740993]',
    );
  });
});
