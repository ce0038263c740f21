// Two messages of one batch that deletes: what was acknowledged after it stays.
import type { Rig } from '../tests/support/write-batch';
import { anItemBatch, startRig } from '../tests/support/write-batch';
import { ClaimLostError, MAX_CLAIM_MS } from './batch/claim';

let rig: Rig;
/** Called before a request whose path ends so; the request waits for it. */
let gate: { path: string; before: () => Promise<void> } | null = null;

beforeAll(async () => {
  rig = await startRig((deps) => ({
    ...deps,
    send: async (to, token, request) => {
      const { path, before } = gate ?? { path: '', before: () => Promise.resolve() };
      if (path !== '' && request.path.endsWith(path)) {
        gate = null;
        await before();
      }
      return deps.send(to, token, request);
    },
  }));
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

const target = { database: 'd', table: 't' };
const RAW = { table: 'raw_rows', columns: ['_raw_key', '_raw_columns'], target };
const row = (key: string) => ({ key, columns: {} });
const aTruncate = () => anItemBatch({ ...RAW, write: 'truncate' }, []);
const aDelete = () => anItemBatch({ ...RAW, write: 'delete' }, [{ key: 'k' }]);
const keys = async () => (await rig.ask('/raw/dbs/d/tables/t/rows')).body.items.map(({ key }) => key);
const insert = (key: string) => rig.deliver(anItemBatch(RAW, [row(key)]));
const claim = (message: string, claimedTime = rig.clock.now()) => ({
  ...{ id: 'other', message, delivery: 1, claimedTime },
});

test.each([
  ['truncate', aTruncate, '/tables/delete'],
  ['delete', aDelete, '/rows/delete'],
])('a twin of a %s waits for the outcome and leaves what was written after it', async (_, make, path) => {
  await insert('k');
  const batch = make();
  gate = {
    path,
    before: async () => {
      await rig.deliver(batch, 1, 'copy');
      expect(rig.outcomes.has(`${batch.unit}/1`)).toBe(false);
      expect(rig.queued.at(-1)?.batch).toMatchObject({ unit: batch.unit });
    },
  };

  expect(await rig.deliver(batch, 1, 'first')).not.toHaveProperty('failure');
  await insert('k');
  await rig.deliver(batch, 1, 'copy of the copy');

  expect(await keys()).toEqual(['k']);
  expect(rig.claims.size).toBe(0);
});

test('twins at the same time send one delete', async () => {
  await insert('k');
  await rig.control('DELETE', 'requests');
  const batch = aDelete();

  await Promise.all([rig.deliver(batch, 1, 'first'), rig.deliver(batch, 1, 'copy')]);

  const counts = Object.entries(await rig.requests()).filter(([name]) => name.includes('delete'));
  expect(counts.map(([, { count }]) => count)).toEqual([1]);
  expect(rig.claims.size).toBe(0);
});

test('the same message, delivered again after its function died, takes the claim over at once', async () => {
  await insert('k');
  const batch = aDelete();
  rig.claims.set(`${batch.unit}/1`, claim('first'));

  expect(await rig.deliver(batch, 2, 'first')).toMatchObject({ written: 1 });
});

test('a copy takes over a claim that is older than a function lives', async () => {
  await insert('k');
  const batch = aDelete();
  rig.claims.set(`${batch.unit}/1`, claim('first', rig.clock.now() - MAX_CLAIM_MS - 1));

  expect(await rig.deliver(batch, 1, 'copy')).toMatchObject({ written: 1 });
});

test('who has lost its claim sends nothing more and records nothing', async () => {
  await insert('k');
  const batch = aDelete();
  // The look-up comes before the delete.
  gate = {
    path: '/rows/k',
    before: () => Promise.resolve(void rig.claims.set(`${batch.unit}/1`, claim('first'))),
  };

  await expect(rig.deliver(batch, 1, 'first')).rejects.toThrow(ClaimLostError);

  expect(await keys()).toEqual(['k']);
  expect(rig.outcomes.has(`${batch.unit}/1`)).toBe(false);
  expect(rig.claims.get(`${batch.unit}/1`)).toMatchObject({ id: 'other' });
});

test('a delivery that gives the batch back gives up its claim', async () => {
  await insert('k');
  await rig.control('POST', 'faults', { method: 'POST', path: '^/raw/.*/rows/delete$', status: 503 });
  const batch = aDelete();
  await expect(rig.deliver(batch, 1, 'first')).rejects.toThrow('503');
  await rig.control('DELETE', 'faults');

  expect(await rig.deliver(batch, 1, 'copy')).toMatchObject({ written: 1 });
});
