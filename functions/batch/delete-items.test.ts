import type { Rig } from '../../tests/support/write-batch';
import { anItemBatch, startRig } from '../../tests/support/write-batch';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

const keys = (...names: readonly string[]) => names.map((externalId) => ({ externalId }));
const deletion = (table: string, names: readonly string[]) =>
  anItemBatch({ table, columns: ['external_id'], write: 'delete' }, keys(...names));

async function left(path: string): Promise<unknown[]> {
  return (await rig.ask(`${path}/list`, {})).body.items.map(({ externalId }) => externalId).sort();
}

test.each([
  ['events', '/events', {}],
  ['time_series', '/timeseries', {}],
  ['labels', '/labels', { name: 'n' }],
  ['assets', '/assets', { name: 'n' }],
  ['sequences', '/sequences', { columns: [{ externalId: 'c' }] }],
  [
    'relationships',
    '/relationships',
    { sourceExternalId: 'a', sourceType: 'asset', targetExternalId: 'b', targetType: 'asset' },
  ],
])('%s: what CDF has goes and counts, what it lacks counts no row', async (table, path, part) => {
  await rig.ask(path, { items: keys('a', 'b', 'c').map((key) => ({ ...key, ...part })) });

  const outcome = await rig.deliver(deletion(table, ['a', 'gone', 'c', 'never']));

  expect(outcome).toEqual({
    ...{ unit: expect.any(String) as string, number: 1, written: 2, refused: 0, errors: [] },
    affected: [
      [2, 0],
      [4, 0],
    ],
  });
  expect(await left(path)).toEqual(['b']);
});

test('extraction pipelines and files go too', async () => {
  const dataSetId = (await rig.ask('/datasets', { items: [{ externalId: 'd' }] })).body.items[0]?.['id'];
  await rig.ask('/extpipes', { items: [{ externalId: 'p', name: 'p', dataSetId }] });
  await rig.ask('/files', { externalId: 'f', name: 'f' });

  expect(await rig.deliver(deletion('extraction_pipelines', ['p', 'q']))).toMatchObject({
    written: 1,
    affected: [[2, 0]],
  });
  expect(await rig.deliver(deletion('files', ['f', 'g']))).toMatchObject({ written: 1, affected: [[2, 0]] });
});

test('nothing of it there is one request and no row', async () => {
  expect(await rig.deliver(deletion('events', ['a', 'b']))).toMatchObject({ written: 0, refused: 0 });
  expect((await rig.requests())['POST /events/delete']?.count).toBe(1);
});

test('an asset with a child that stays is refused with the sentence of CDF, the others go', async () => {
  await rig.ask('/assets', {
    items: [
      ...keys('a', 'b', 'c', 'd').map((key) => ({ ...key, name: 'n' })),
      { externalId: 'child', name: 'n', parentExternalId: 'b' },
    ],
  });

  const outcome = await rig.deliver(deletion('assets', ['a', 'b', 'c', 'd']));

  expect(outcome).toMatchObject({ written: 3, refused: 1 });
  expect(outcome?.errors).toMatchObject([
    { row: 2, key: 'b', message: expect.stringMatching(/./) as string },
  ]);
  expect(await left('/assets')).toEqual(['b', 'child']);
});

test('a tree whose parents come first goes as a whole, beside an asset that stays', async () => {
  await rig.ask('/assets', {
    items: [
      { externalId: 'held', name: 'n' },
      { externalId: 'holder', name: 'n', parentExternalId: 'held' },
      { externalId: 'root', name: 'n' },
      ...['x', 'y', 'z'].map((externalId) => ({ externalId, name: 'n', parentExternalId: 'root' })),
    ],
  });

  const outcome = await rig.deliver(deletion('assets', ['root', 'held', 'x', 'y', 'z']));

  expect(outcome).toMatchObject({ written: 4, refused: 1 });
  expect(await left('/assets')).toEqual(['held', 'holder']);
});

test('runs of a pipeline cannot be deleted', async () => {
  expect((await rig.deliver(deletion('extraction_pipeline_runs', ['p'])))?.failure).toMatchObject({
    code: '0A000',
  });
});
