import type { Batch } from '../../shared/batch';
import type { Capabilities } from '../../shared/capability';
import type { BatchFailure } from '../../shared/outcome';
import { assets } from '../../shared/tables/assets';
import { events } from '../../shared/tables/events';
import { views } from '../../shared/tables/views';
import { WriteAccess } from './write-access';

const FAILURE: BatchFailure = { code: '42501', message: 'permission denied for table assets' };

function rig(writable: Capabilities['writable'] | null, failure?: BatchFailure) {
  const queued: Batch[] = [];
  let reads = 0;
  let now = 0;
  const access = new WriteAccess({
    capabilitiesOf: () => {
      reads++;
      return Promise.resolve(writable === null ? null : { project: 'p', inspectedTime: 0, writable });
    },
    enqueue: (batch) => {
      queued.push(batch);
      return Promise.resolve();
    },
    outcomesOf: (unit) => {
      const outcome = { unit, number: 1, written: 0, refused: 0, errors: [] };
      return Promise.resolve([failure === undefined ? outcome : { ...outcome, failure }]);
    },
    now: () => now,
    sleep: () => Promise.resolve(),
  });
  const check = (table = assets) => access.check('ada', table, new AbortController().signal);
  return { access, queued, check, reads: () => reads, pass: (ms: number) => (now += ms) };
}

test('what the record allows is asked of nobody for a while', async () => {
  const { access, queued, check, reads, pass } = rig({ AssetsAcl: ['all'] });

  expect(access.isKnown('ada', assets)).toBe(false);
  await check();

  expect(access.isKnown('ada', assets)).toBe(true);
  expect([reads(), queued.length]).toEqual([1, 0]);
  pass(60_000);
  expect(access.isKnown('ada', assets)).toBe(false);
});

test('what the record forbids is asked of CDF, by a batch without rows; its refusal is told', async () => {
  const { access, queued, check } = rig({ eventsAcl: ['all'] }, FAILURE);

  await expect(check()).rejects.toMatchObject({
    code: '42501',
    message: 'permission denied for table assets',
  });

  expect(queued).toEqual([
    expect.objectContaining({ table: 'assets', write: 'check', rows: 0, username: 'ada' }),
  ]);
  expect(access.isKnown('ada', events)).toBe(true);
  expect(access.isKnown('ada', assets)).toBe(false);
});

test('a record that is out of date does not refuse what CDF allows by now', async () => {
  const { access, queued, check } = rig({});

  await check();
  expect(access.isKnown('ada', assets)).toBe(true);
  expect(queued).toHaveLength(1);
});

test('without a record nothing is refused, nor for tables that nobody can write', async () => {
  const without = rig(null, FAILURE);
  await without.check();
  expect(without.queued).toEqual([]);

  const readOnly = rig({}, FAILURE);
  await readOnly.check(views);
  expect(readOnly.queued).toEqual([]);
});
