import { ALL_CAPABILITIES } from '../../local/cdf/access/capability';
import type { Rig } from '../../tests/support/write-batch';
import { aDatapointBatch, anItemBatch, startRig } from '../../tests/support/write-batch';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const NOW = 1_790_000_000_000;
const points = (count: number) => Array.from({ length: count }, (_, i) => [NOW + i * 1000, i] as const);
beforeEach(async () => {
  await rig.reset();
  await rig.ask('/timeseries', { items: [{ externalId: 'n' }, { externalId: 'm' }] });
  await rig.deliver(aDatapointBatch({ n: points(100), m: points(10) }));
});

type Range = readonly [externalId: string, from: number, to: number];

const deletion = (ranges: readonly Range[]) =>
  rig.deliver(
    anItemBatch(
      { table: 'double_datapoints', columns: ['external_id', 'timestamp'], write: 'delete' },
      ranges.map(([externalId, from, to]) => ({
        externalId,
        inclusiveBegin: NOW + from * 1000,
        exclusiveEnd: NOW + to * 1000,
      })),
    ),
  );

async function countOf(externalId: string): Promise<number> {
  const { body } = await rig.ask('/timeseries/data/list', {
    items: [{ externalId, limit: 100_000, start: 0, end: 4_102_444_799_999 }],
  });
  return (body.items[0]?.['datapoints'] as unknown[]).length;
}

test('ranges count the points that were in them', async () => {
  const outcome = await deletion([
    ['n', 10, 30],
    ['m', 0, 1],
    ['n', 500, 600],
    ['gone', 0, 5],
  ]);

  expect(outcome).toMatchObject({
    written: 2,
    refused: 0,
    affected: [
      [1, 20],
      [3, 0],
      [4, 0],
    ],
  });
  expect([await countOf('n'), await countOf('m')]).toEqual([80, 9]);
});

test('points in two ranges count once, for the first', async () => {
  expect(
    await deletion([
      ['n', 10, 20],
      ['n', 0, 100],
      ['n', 15, 40],
    ]),
  ).toMatchObject({
    affected: [
      [1, 10],
      [2, 90],
      [3, 0],
    ],
  });
});

test('more points than a page are counted to the last, many single ones as well', async () => {
  for (let at = 0; at < 2; at++)
    await rig.deliver(
      aDatapointBatch({
        n: Array.from({ length: 60_000 }, (_, i) => [NOW + (at * 60_000 + i) * 1000, 1] as const),
      }),
    );
  const singles = Array.from({ length: 150 }, (_, i): Range => ['m', i, i + 1]);

  expect(await deletion([['n', 0, 1_000_000]])).toMatchObject({ written: 1, affected: [[1, 120_000]] });
  expect(await deletion(singles)).toMatchObject({ written: 10, refused: 0 });
});

test('who may not read time series deletes all the same, and counts nothing', async () => {
  const blind = ALL_CAPABILITIES.map((capability) =>
    'timeSeriesAcl' in capability
      ? { timeSeriesAcl: { actions: ['WRITE'], scope: { all: {} } } }
      : capability,
  );
  await rig.control('POST', 'clients', { id: 'sluice', secret: 'sluice-local-secret', capabilities: blind });

  expect(await deletion([['n', 0, 10]])).toMatchObject({ written: 0, refused: 0, affected: [[1, 0]] });
  await rig.control('POST', 'clients', { id: 'sluice', secret: 'sluice-local-secret' });
  expect(await countOf('n')).toBe(90);
});
