import type { OnConflict } from '../../shared/batch';
import type { Rig } from '../../tests/support/write-batch';
import { anItemBatch, startRig } from '../../tests/support/write-batch';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

const ASSETS = { table: 'assets', columns: ['external_id', 'name', 'description'] } as const;
const assets = (count: number, part: object = {}) =>
  Array.from({ length: count }, (_, i) => ({ externalId: `a${i}`, name: `pump ${i}`, ...part }));

async function stored(path: string, externalIds: readonly string[]) {
  const { body } = await rig.ask(`${path}/byids`, {
    items: externalIds.map((externalId) => ({ externalId })),
  });
  return body.items;
}
const assetNamed = async (externalId: string) => (await stored('/assets', [externalId]))[0];

test('new items are created with one request', async () => {
  expect(await rig.deliver(anItemBatch(ASSETS, assets(1000)))).toMatchObject({
    written: 1000,
    refused: 0,
    errors: [],
  });

  expect(await rig.requests()).toMatchObject({ 'POST /assets': { count: 1 } });
  expect(await assetNamed('a999')).toMatchObject({ name: 'pump 999' });
});

test('items that CDF has are updated, the others created', async () => {
  await rig.deliver(anItemBatch(ASSETS, assets(3, { description: 'old' })));

  const outcome = await rig.deliver(
    anItemBatch(
      ASSETS,
      assets(5).map((asset) => ({ ...asset, name: 'new' })),
    ),
  );

  expect(outcome).toMatchObject({ written: 5, refused: 0 });
  expect(await assetNamed('a2')).toEqual(expect.objectContaining({ name: 'new' }));
  // The statement names description and gives NULL: it is unset.
  expect(await assetNamed('a2')).not.toHaveProperty('description');
  expect(await assetNamed('a4')).toMatchObject({ name: 'new' });
  expect((await rig.requests())['POST /assets/update']).toMatchObject({ count: 1 });
});

test('columns that the statement does not name stay', async () => {
  await rig.deliver(anItemBatch(ASSETS, assets(1, { description: 'stays' })));

  await rig.deliver(anItemBatch({ ...ASSETS, columns: ['external_id', 'name'] }, assets(1, { name: 'n' })));

  expect(await assetNamed('a0')).toMatchObject({ name: 'n', description: 'stays' });
});

test('DO UPDATE SET sets its columns only, on what exists', async () => {
  await rig.deliver(anItemBatch(ASSETS, assets(1, { description: 'old' })));
  const onConflict = { action: 'update', columns: ['description'] } as const;

  await rig.deliver(anItemBatch({ ...ASSETS, onConflict }, assets(2, { name: 'n', description: 'new' })));

  expect(await assetNamed('a0')).toMatchObject({ name: 'pump 0', description: 'new' });
  expect(await assetNamed('a1')).toMatchObject({ name: 'n', description: 'new' });
});

test('DO NOTHING leaves what exists alone and does not count it', async () => {
  await rig.deliver(anItemBatch(ASSETS, assets(2)));
  const batch = anItemBatch({ ...ASSETS, onConflict: { action: 'nothing' } }, assets(5, { name: 'n' }));

  expect(await rig.deliver(batch)).toMatchObject({
    written: 3,
    refused: 0,
    affected: [
      [1, 0],
      [2, 0],
    ],
  });
  expect(await assetNamed('a1')).toMatchObject({ name: 'pump 1' });
});

test.each<[OnConflict, number]>([
  [{ action: 'update' }, 3],
  [{ action: 'nothing' }, 0],
])('with all rows there already, %j writes %i', async (onConflict, written) => {
  await rig.deliver(anItemBatch(ASSETS, assets(3)));

  const outcome = await rig.deliver(anItemBatch({ ...ASSETS, onConflict }, assets(3)));

  expect(outcome).toMatchObject({ written, refused: 0 });
});

test('the one bad row among 1000 is named, the others are written', async () => {
  const items = assets(1000);
  items[617] = { externalId: 'bad', name: 'x'.repeat(141) };

  const outcome = await rig.deliver(anItemBatch(ASSETS, items));

  expect(outcome).toMatchObject({ written: 999, refused: 1 });
  expect(outcome?.errors).toEqual([
    { row: 618, key: 'bad', code: '22000', message: expect.stringMatching(/./) as unknown },
  ]);
  expect((await rig.requests())['POST /assets']?.count).toBeLessThanOrEqual(21);
  expect((await stored('/assets', ['a0', 'a616', 'a618', 'a999'])).length).toBe(4);
});

test('where most rows are bad the requests stay bounded and every row is counted', async () => {
  const items = assets(1000).map((asset, i) => (i % 2 === 0 ? asset : { ...asset, name: 'x'.repeat(141) }));

  const outcome = await rig.deliver(anItemBatch(ASSETS, items));

  expect(outcome!.written + outcome!.refused).toBe(1000);
  expect(outcome!.errors).toHaveLength(100);
  expect((await rig.requests())['POST /assets']?.count).toBeLessThan(300);
});

test('rows that refer to what CDF lacks are refused at once', async () => {
  const items = assets(100).map((asset, i) => (i === 7 ? { ...asset, parentExternalId: 'nowhere' } : asset));
  const batch = anItemBatch({ ...ASSETS, columns: ['external_id', 'name', 'parent_external_id'] }, items);

  const outcome = await rig.deliver(batch);

  expect(outcome).toMatchObject({ written: 99, refused: 1 });
  expect(outcome?.errors[0]).toMatchObject({
    row: 8,
    key: 'a7',
    code: expect.stringMatching(/^2/) as unknown,
  });
});

test('a hierarchy that exists is loaded again, its root with NULL as parent', async () => {
  const columns = ['external_id', 'name', 'parent_external_id'];
  const tree = [
    { externalId: 'root', name: 'r' },
    { externalId: 'leaf', name: 'l', parentExternalId: 'root' },
  ];
  await rig.deliver(anItemBatch({ table: 'assets', columns }, tree));

  const outcome = await rig.deliver(anItemBatch({ table: 'assets', columns }, tree));

  expect(outcome).toMatchObject({ written: 2, refused: 0, errors: [] });
});

test('NULL as parent of an asset that has one is refused: CDF cannot unset it', async () => {
  const columns = ['external_id', 'name', 'parent_external_id'];
  const [root, leaf] = [
    { externalId: 'root', name: 'r' },
    { externalId: 'leaf', name: 'l' },
  ];
  await rig.deliver(anItemBatch({ table: 'assets', columns }, [root, { ...leaf, parentExternalId: 'root' }]));

  const outcome = await rig.deliver(anItemBatch({ table: 'assets', columns }, [root, leaf]));

  expect(outcome).toMatchObject({ written: 1, refused: 1 });
  expect(outcome?.errors[0]).toMatchObject({ row: 2, key: 'leaf', code: '22023' });
});

test('what CDF cannot change is refused, what is the same is not', async () => {
  const part = { table: 'time_series', columns: ['external_id', 'is_string'] };
  const series = ['s0', 's1'].map((externalId) => ({ externalId, isString: false }));
  await rig.deliver(anItemBatch(part, series));

  const outcome = await rig.deliver(anItemBatch(part, [series[0]!, { externalId: 's1', isString: true }]));

  expect(outcome).toMatchObject({ written: 1, refused: 1 });
  expect(outcome?.errors).toEqual([
    { row: 2, key: 's1', code: '22023', message: 'column "is_string" cannot be changed: it is false in CDF' },
  ]);
});

test('without a column that CDF requires, what exists is updated and the rest refused as PostgreSQL does', async () => {
  await rig.deliver(anItemBatch(ASSETS, assets(2)));
  const batch = anItemBatch(
    { table: 'assets', columns: ['external_id', 'description'] },
    ['a0', 'new', 'a1'].map((externalId) => ({ externalId, description: 'd' })),
  );

  const outcome = await rig.deliver(batch);

  expect(outcome).toMatchObject({ written: 2, refused: 1 });
  expect(outcome?.errors).toEqual([
    {
      row: 2,
      key: 'new',
      code: '23502',
      message: 'null value in column "name" of relation "assets" violates not-null constraint',
    },
  ]);
  expect(await assetNamed('a1')).toMatchObject({ name: 'pump 1', description: 'd' });
});

test('an item that vanishes between create and update is created again', async () => {
  const duplicated = [{ externalId: 'a0' }];
  await rig.control('POST', 'faults', {
    ...{ method: 'POST', path: '/assets', times: 1, status: 409 },
    body: { error: { code: 409, message: 'Duplicates', duplicated } },
  });

  const outcome = await rig.deliver(anItemBatch(ASSETS, assets(2)));

  expect(outcome).toMatchObject({ written: 2, refused: 0 });
  expect(await assetNamed('a0')).toMatchObject({ name: 'pump 0' });
});

test('an item that is said to be there and to be missing for ever is refused in the end', async () => {
  const fault = { method: 'POST', status: 409, body: { error: { code: 409, message: 'there' } } };
  await rig.control('POST', 'faults', { ...fault, path: '^/assets$' });

  const outcome = await rig.deliver(anItemBatch(ASSETS, assets(2)));

  expect(outcome).toMatchObject({ written: 0, refused: 2 });
  expect(outcome?.errors[0]).toMatchObject({ code: '23505', message: 'there' });
});

test('a row of a pipeline that CDF lacks is refused, the other runs are reported', async () => {
  const dataSets = await rig.ask('/datasets', { items: [{ externalId: 'd' }] });
  const dataSetId = dataSets.body.items[0]?.['id'];
  const { body } = await rig.ask('/extpipes', { items: [{ externalId: 'p', name: 'p', dataSetId }] });
  expect(body.items).toHaveLength(1);
  const runs = ['p', 'q', 'p'].map((externalId) => ({ externalId, status: 'success' }));

  const outcome = await rig.deliver(
    anItemBatch({ table: 'extraction_pipeline_runs', columns: ['external_id', 'status'] }, runs),
  );

  expect(outcome).toMatchObject({ written: 2, refused: 1 });
  expect(outcome?.errors[0]).toMatchObject({ row: 2, key: 'q' });
});
