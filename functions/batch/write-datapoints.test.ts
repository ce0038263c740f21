import type { Rig } from '../../tests/support/write-batch';
import { aDatapointBatch, startRig } from '../../tests/support/write-batch';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.reset();
  const numeric = ['n0', 'n1', 'n2', 'n3'].map((externalId) => ({ externalId }));
  await rig.ask('/timeseries', { items: [...numeric, { externalId: 's0', isString: true }] });
});

const NOW = 1_790_000_000_000;
const points = (count: number) => Array.from({ length: count }, (_, i) => [NOW + i * 1000, i] as const);

async function countOf(externalId: string): Promise<number> {
  const { body } = await rig.ask('/timeseries/data/list', {
    items: [{ externalId, limit: 100_000, start: 0, end: 4_102_444_799_999 }],
  });
  return (body.items[0]?.['datapoints'] as unknown[]).length;
}

test('points arrive with one request', async () => {
  const outcome = await rig.deliver(aDatapointBatch({ n0: points(1000), n1: points(500) }));

  expect(outcome).toMatchObject({ written: 1500, refused: 0 });
  expect([await countOf('n0'), await countOf('n1')]).toEqual([1000, 500]);
  expect((await rig.requests())['POST /timeseries/data']?.count).toBe(1);
});

test('points of series that CDF lacks are refused by name, the others arrive', async () => {
  const outcome = await rig.deliver(
    aDatapointBatch({ n0: points(10), 'no "such"': points(2), n1: points(3), gone: points(1) }),
  );

  expect(outcome).toMatchObject({ written: 13, refused: 3 });
  expect(outcome?.errors).toEqual([
    { row: 11, key: 'no "such"', code: '23503', message: 'time series "no "such"" does not exist in CDF' },
    { row: 12, key: 'no "such"', code: '23503', message: 'time series "no "such"" does not exist in CDF' },
    { row: 16, key: 'gone', code: '23503', message: 'time series "gone" does not exist in CDF' },
  ]);
  expect((await rig.requests())['POST /timeseries/data']?.count).toBe(2);
});

test('where CDF lacks all series nothing is sent again', async () => {
  const outcome = await rig.deliver(aDatapointBatch({ x: points(5), y: points(5) }));

  expect(outcome).toMatchObject({ written: 0, refused: 10 });
  expect((await rig.requests())['POST /timeseries/data']?.count).toBe(1);
});

test('numbers for a series of strings are refused, the other series arrive', async () => {
  const outcome = await rig.deliver(aDatapointBatch({ n0: points(4), s0: points(2), n1: points(4) }));

  expect(outcome).toMatchObject({ written: 8, refused: 2 });
  expect(outcome?.errors.map(({ row, key, code }) => [row, key, code])).toEqual([
    [5, 's0', '22000'],
    [6, 's0', '22000'],
  ]);
});

test('the one bad point stands alone', async () => {
  const list = points(64).map(([time, value], i) => [time, i === 37 ? 1e101 : value] as const);

  const outcome = await rig.deliver(aDatapointBatch({ n0: list }));

  expect(outcome).toMatchObject({ written: 63, refused: 1 });
  expect(outcome?.errors[0]).toMatchObject({ row: 38, key: 'n0', code: '22000' });
  expect(await countOf('n0')).toBe(63);
});

test('strings arrive as they are', async () => {
  await rig.deliver(aDatapointBatch({ s0: [[NOW, 'ræv "🦊"']] }));

  const { body } = await rig.ask('/timeseries/data/list', {
    items: [{ externalId: 's0', start: NOW, end: NOW + 1 }],
  });
  expect(body.items[0]?.['datapoints']).toMatchObject([{ timestamp: NOW, value: 'ræv "🦊"' }]);
});
