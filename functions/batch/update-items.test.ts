import type { Rig } from '../../tests/support/write-batch';
import { anItemBatch, startRig } from '../../tests/support/write-batch';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

async function stored(path: string, externalId: string) {
  const { body } = await rig.ask(`${path}/byids`, { items: [{ externalId }] });
  return body.items[0];
}

const update = (table: string, columns: readonly string[], items: readonly object[]) =>
  rig.deliver(
    anItemBatch({ table, columns, write: 'update' }, items as readonly Readonly<Record<string, unknown>>[]),
  );

test('UPDATE sets its columns on what CDF has; what it lacks counts no row and is not created', async () => {
  await rig.ask('/events', {
    items: ['a', 'b', 'c'].map((externalId) => ({ externalId, description: 'old', type: 't', source: 's' })),
  });

  const outcome = await update(
    'events',
    ['external_id', 'description', 'source'],
    ['a', 'nobody', 'c'].map((externalId) => ({ externalId, description: 'new' })),
  );

  expect(outcome).toMatchObject({ written: 2, refused: 0, errors: [], affected: [[2, 0]] });
  expect(await stored('/events', 'a')).toMatchObject({ description: 'new', type: 't' });
  expect(await stored('/events', 'a')).not.toHaveProperty('source');
  expect(await stored('/events', 'b')).toMatchObject({ description: 'old' });
  expect((await rig.requests())['POST /events']?.count).toBe(1);
});

test('a row that CDF refuses is named, the others are updated', async () => {
  await rig.ask('/assets', { items: ['a', 'b', 'c'].map((externalId) => ({ externalId, name: 'n' })) });

  const outcome = await update(
    'assets',
    ['external_id', 'name'],
    [
      { externalId: 'a', name: 'new' },
      { externalId: 'gone', name: 'new' },
      { externalId: 'b', name: 'x'.repeat(141) },
      { externalId: 'c', name: 'new' },
    ],
  );

  expect(outcome).toMatchObject({
    ...{ written: 2, refused: 1 },
    affected: [
      [2, 0],
      [3, 0],
    ],
  });
  expect(outcome?.errors).toMatchObject([{ row: 3, key: 'b' }]);
});

test('relationships are updated', async () => {
  const link = { sourceExternalId: 'a', sourceType: 'asset', targetExternalId: 'b', targetType: 'asset' };
  await rig.ask('/relationships', { items: [{ externalId: 'r', ...link }] });

  expect(
    await update(
      'relationships',
      ['external_id', 'confidence', 'target_external_id'],
      [{ externalId: 'r', confidence: 0.5, targetExternalId: 'c' }],
    ),
  ).toMatchObject({ written: 1 });
  expect(await stored('/relationships', 'r')).toMatchObject({ confidence: 0.5, targetExternalId: 'c' });
});

test('labels have no UPDATE, runs neither', async () => {
  expect(
    (await update('labels', ['external_id', 'name'], [{ externalId: 'l', name: 'n' }]))?.failure,
  ).toMatchObject({ code: '0A000', message: expect.stringContaining('labels') as string });
});

describe('labels that are there', () => {
  const LABELS = { table: 'labels', columns: ['external_id', 'name', 'description'] };
  const sent = [
    { externalId: 'same', name: 'n' },
    { externalId: 'other', name: 'new', description: 'd' },
    { externalId: 'fresh', name: 'n' },
  ];
  beforeEach(() =>
    rig.ask('/labels', {
      items: [
        { externalId: 'same', name: 'n' },
        { externalId: 'other', name: 'old' },
      ],
    }),
  );

  test('count as written where they are what the row says, and are refused where not', async () => {
    const outcome = await rig.deliver(anItemBatch(LABELS, sent));

    expect(outcome).toMatchObject({ written: 2, refused: 1 });
    expect(outcome?.errors).toEqual([
      {
        row: 2,
        key: 'other',
        code: '22023',
        message:
          'a row of "labels" cannot be changed, CDF has no update for it; it differs in name, description',
      },
    ]);
    expect(await stored('/labels', 'fresh')).toMatchObject({ name: 'n' });
  });

  test('are left alone by DO NOTHING', async () => {
    const batch = anItemBatch({ ...LABELS, onConflict: { action: 'nothing' } }, sent);

    expect((await rig.deliver(batch))?.affected).toHaveLength(sent.length - 1);
    expect(await stored('/labels', 'other')).toMatchObject({ name: 'old' });
  });
});

describe('files', () => {
  const FILES = { table: 'files', columns: ['external_id', 'name', 'source'] };
  const files = (source: string, ...names: readonly string[]) =>
    names.map((externalId) => ({ externalId, name: 'n', source }));

  test('are created one a request, and updated together', async () => {
    expect(await rig.deliver(anItemBatch(FILES, files('old', 'a', 'b', 'c')))).toMatchObject({ written: 3 });
    expect((await rig.requests())['POST /files']?.count).toBe(3);

    expect(await rig.deliver(anItemBatch(FILES, files('new', 'a', 'b', 'c', 'd')))).toMatchObject({
      written: 4,
      refused: 0,
    });
    expect((await rig.requests())['POST /files']?.count).toBe(4);
    expect(await stored('/files', 'a')).toMatchObject({ source: 'new' });
  });

  test('the bad one is refused, the others created; DO NOTHING leaves what is there', async () => {
    await rig.deliver(anItemBatch(FILES, files('old', 'a')));
    const items = [...files('new', 'a', 'b'), { externalId: 'bad', name: 'x'.repeat(257) }];

    const outcome = await rig.deliver(anItemBatch({ ...FILES, onConflict: { action: 'nothing' } }, items));

    expect(outcome).toMatchObject({
      written: 1,
      refused: 1,
      affected: expect.arrayContaining([[3, 0]]) as unknown,
    });
    expect(outcome?.affected).toHaveLength(2);
    expect(outcome?.errors).toMatchObject([{ row: 3, key: 'bad' }]);
    expect(await stored('/files', 'a')).toMatchObject({ source: 'old' });
  });

  test('without a key are created once though the batch comes twice', async () => {
    const batch = anItemBatch({ table: 'files', columns: ['name'] }, [
      { name: 'a' },
      { name: 'b' },
      { name: 'c' },
    ]);
    rig.progress.set(`${batch.unit}/1`, { begun: new Set([0, 1]), finished: new Set([0]) });

    const outcome = await rig.deliver(batch, 2);

    expect(outcome).toMatchObject({ written: 2, refused: 1 });
    expect(outcome?.errors).toMatchObject([{ row: 2, code: '58030' }]);
    expect((await rig.ask('/files/list', {})).body.items).toHaveLength(1);
  });

  test('that CDF throttles for long are sent with the next delivery, once', async () => {
    const batch = anItemBatch({ table: 'files', columns: ['name'] }, [{ name: 'a' }, { name: 'b' }]);
    await rig.control('POST', 'faults', { path: '/files', status: 429 });
    await expect(rig.deliver(batch)).rejects.toThrow();
    await rig.control('DELETE', 'faults');

    expect(await rig.deliver(batch, 2)).toMatchObject({ written: 2, refused: 0 });
  });
});

describe('sequences that are there', () => {
  const SEQUENCES = { table: 'sequences', columns: ['external_id', 'columns'] };
  beforeEach(() =>
    rig.ask('/sequences', {
      items: ['s', 't'].map((externalId) => ({
        externalId,
        columns: [
          { externalId: 'a', valueType: 'LONG' },
          { externalId: 'b', valueType: 'STRING', name: 'old' },
        ],
      })),
    }),
  );
  const columnsOf = async (externalId: string) =>
    (await stored('/sequences', externalId))?.['columns'] as readonly Readonly<Record<string, unknown>>[];

  test('get columns that they lack, change those that they have, lose none', async () => {
    const columns = [
      { externalId: 'b', valueType: 'STRING', name: 'new' },
      { externalId: 'c', valueType: 'DOUBLE' },
    ];

    expect(await rig.deliver(anItemBatch(SEQUENCES, [{ externalId: 's', columns }]))).toMatchObject({
      written: 1,
      refused: 0,
    });
    expect((await columnsOf('s')).map(({ externalId, name }) => [externalId, name])).toEqual([
      ['a', undefined],
      ['b', 'new'],
      ['c', undefined],
    ]);
  });

  test('written again as they are need no update', async () => {
    const columns = await columnsOf('s');

    await rig.deliver(
      anItemBatch(SEQUENCES, [
        { externalId: 's', columns: columns.map(({ externalId }) => ({ externalId })) },
      ]),
    );

    expect(await rig.requests()).not.toHaveProperty('POST /sequences/update');
  });

  test('keep the types of their columns: the row is refused, the others are written', async () => {
    const batch = anItemBatch(SEQUENCES, [
      { externalId: 's', columns: [{ externalId: 'a', valueType: 'STRING' }] },
      { externalId: 't', columns: [{ externalId: 'a', name: 'n' }] },
      { externalId: 'u', columns: [{ externalId: 'a', valueType: 'STRING' }] },
    ]);

    const outcome = await rig.deliver(batch);

    expect(outcome).toMatchObject({ written: 2, refused: 1 });
    expect(outcome?.errors).toMatchObject([
      {
        row: 1,
        code: '22023',
        message: 'column "a" of the sequence cannot become STRING: it is LONG in CDF',
      },
    ]);
  });

  test('UPDATE of one that CDF lacks affects no row', async () => {
    const items = ['s', 'gone'].map((externalId) => ({
      externalId,
      columns: [{ externalId: 'a', name: 'n' }],
    }));

    expect(await rig.deliver(anItemBatch({ ...SEQUENCES, write: 'update' }, items))).toMatchObject({
      written: 1,
      affected: [[2, 0]],
    });
  });
});
