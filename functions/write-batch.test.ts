import { ALL_CAPABILITIES } from '../local/cdf/access/capability';
import { MalformedBatchError } from '../shared/batch';
import { SealedSecretError } from '../shared/sealed-secret';
import type { Rig } from '../tests/support/write-batch';
import { aDatapointBatch, anItemBatch, clientWithout, inBlob, startRig } from '../tests/support/write-batch';
import { BatchFailedError } from './batch/failure';
import { createCdfAccess } from './cdf-access';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

const EVENTS = { table: 'events', columns: ['external_id', 'description'] };
const keyed = (count: number) =>
  Array.from({ length: count }, (_, i) => ({ externalId: `e${i}`, description: `event ${i}` }));
const keyless = (count: number) => Array.from({ length: count }, (_, i) => ({ description: `event ${i}` }));

async function events(): Promise<number> {
  return (await rig.ask('/events/list', { limit: 1000 })).body.items.length;
}
const fault = (part: object) => rig.control('POST', 'faults', { method: 'POST', path: '^/events$', ...part });
const asked = async () => (await rig.requests())['POST /events']?.count ?? 0;

describe('a message', () => {
  test('that comes again after its outcome writes nothing, and its blob goes', async () => {
    const batch = inBlob(anItemBatch(EVENTS, keyless(3)), rig.blobs);
    await rig.deliver(batch);
    inBlob({ ...batch, payload: { place: 'message', base64: '' } }, rig.blobs);

    await rig.deliver(batch, 2);

    expect(await events()).toBe(3);
    expect(rig.blobs.size).toBe(0);
  });

  test('whose payload lies in a blob is written, and the blob goes', async () => {
    const outcome = await rig.deliver(inBlob(anItemBatch(EVENTS, keyed(5)), rig.blobs));

    expect(outcome).toMatchObject({ written: 5 });
    expect(rig.blobs.size).toBe(0);
  });

  test('whose payload is gone fails', async () => {
    const batch = anItemBatch({ ...EVENTS, payload: { place: 'blob', name: 'nowhere' } }, keyed(1));

    expect(await rig.deliver(batch)).toMatchObject({
      written: 0,
      failure: { code: '58030', message: 'the payload of the batch is gone' },
    });
  });

  test.each([
    ['no gzip', { payload: { place: 'message', base64: 'AAAA' }, bodyBytes: 3 } as const],
    ['other rows than it says', { rows: 7 }],
  ])('with %s fails as damaged', async (_, part) => {
    expect(await rig.deliver(anItemBatch({ ...EVENTS, ...part }, keyed(1)))).toMatchObject({
      failure: { code: 'XX001' },
    });
  });

  test('for a table that there is not fails', async () => {
    expect(await rig.deliver(anItemBatch({ ...EVENTS, table: 'pumps' }, keyed(1)))).toMatchObject({
      failure: { code: '0A000' },
    });
  });

  test('that is no batch is thrown back', async () => {
    await expect(rig.deliver({ version: 9 } as never)).rejects.toThrow(MalformedBatchError);
  });
});

describe('a batch with a predecessor', () => {
  const first = { unit: 'earlier', number: 1 };

  test('is written once that one has an outcome, also a bad one', async () => {
    const batch = anItemBatch({ ...EVENTS, after: ['earlier/1'] }, keyed(1));
    let polls = 0;
    const find = rig.deps.outcomes.find.bind(rig.deps.outcomes);
    const outcomes = {
      ...rig.deps.outcomes,
      find: async (unit: string, number: number) => {
        if (unit === 'earlier' && ++polls === 3)
          rig.outcomes.set('earlier/1', {
            ...first,
            written: 0,
            refused: 0,
            errors: [],
            failure: { code: '58000', message: '' },
          });
        return find(unit, number);
      },
    };
    Object.assign(rig.deps, { outcomes });

    expect(await rig.deliver(batch)).toMatchObject({ written: 1 });
    expect(polls).toBe(3);
  });

  test('goes back to the queue where that one takes long, and remembers since when', async () => {
    const batch = anItemBatch({ ...EVENTS, after: ['never/1'] }, keyed(1));

    expect(await rig.deliver(batch)).toBeUndefined();
    const [{ batch: back, delaySeconds } = { batch, delaySeconds: 0 }] = rig.queued;
    await rig.deliver(back);

    expect(back).toEqual({ ...batch, waitingSince: expect.any(Number) as number });
    expect(delaySeconds).toBe(2);
    expect(rig.queued[1]?.batch).toEqual(back);
    expect(await events()).toBe(0);
  });

  test('fails where that one is lost', async () => {
    const batch = anItemBatch(
      { ...EVENTS, after: ['never/1'], waitingSince: rig.clock.now() - 3_600_001 },
      keyed(1),
    );

    expect(await rig.deliver(batch)).toMatchObject({ failure: { code: '58000' } });
  });
});

describe('a CDF that fails for a while', () => {
  test.each([
    ['429', { status: 429, times: 3 }],
    ['500', { status: 500, times: 3 }],
    ['a dropped connection', { drop: 'before', times: 2 }],
    ['a dropped answer', { drop: 'after', times: 1 }],
  ])('%s: rows with a key arrive once', async (_, part) => {
    await fault(part);

    expect(await rig.deliver(anItemBatch(EVENTS, keyed(10)))).toMatchObject({ written: 10, refused: 0 });
    expect(await events()).toBe(10);
  });

  test('429: rows without a key arrive once', async () => {
    await fault({ status: 429, times: 3 });

    expect(await rig.deliver(anItemBatch(EVENTS, keyless(10)))).toMatchObject({ written: 10, refused: 0 });
    expect(await events()).toBe(10);
  });

  test.each([
    ['500', { status: 500 }, 0],
    ['a dropped answer', { drop: 'after' }, 10],
  ])('%s: rows without a key are not sent again, and called doubtful', async (_, part, count) => {
    await fault({ ...part, times: 1 });

    const outcome = await rig.deliver(anItemBatch(EVENTS, keyless(10)));

    expect(outcome).toMatchObject({ written: 0, refused: 10 });
    expect(outcome?.errors[0]).toMatchObject({ row: 1, key: null, code: '58030' });
    expect([await events(), await asked()]).toEqual([count, 1]);
  });

  test('data points arrive after 429 and 503', async () => {
    await rig.ask('/timeseries', { items: [{ externalId: 's' }] });
    await rig.control('POST', 'faults', { path: '/timeseries/data', status: 429, times: 1 });
    await rig.control('POST', 'faults', { path: '/timeseries/data', status: 503, times: 1 });

    expect(await rig.deliver(aDatapointBatch({ s: [[1, 1]] }))).toMatchObject({ written: 1 });
  });

  test('a token that ended early is replaced once', async () => {
    await rig.deliver(anItemBatch(EVENTS, keyed(1)));
    await rig.control('POST', 'expire-tokens');

    expect(await rig.deliver(anItemBatch(EVENTS, keyed(2)))).toMatchObject({ written: 2 });
    expect((await rig.requests())['POST /events']?.statuses).toMatchObject({ 401: 1 });
  });
});

describe('a CDF that fails for long', () => {
  test('gives the message back to the queue, and says no row in what it throws', async () => {
    await fault({ status: 503, body: { error: { message: 'pump 7' } } });
    const batch = inBlob(anItemBatch(EVENTS, keyed(1)), rig.blobs);

    await expect(rig.deliver(batch, 4)).rejects.toThrow(/^CdfError: status 503, request /);

    expect(rig.outcomes.has(`${batch.unit}/1`)).toBe(false);
    expect([...rig.blobs.keys()]).toEqual([`${batch.unit}/1`]);
  });

  test.each([
    [429, '53000'],
    [503, '58030'],
  ])(
    '%i at the last delivery tells the session, and leaves the batch to the poison queue',
    async (status, code) => {
      await fault({ status });
      const batch = anItemBatch(EVENTS, keyed(1));

      await expect(rig.deliver(batch, 5)).rejects.toThrow();

      expect(rig.outcomes.get(`${batch.unit}/1`)).toMatchObject({ written: 0, failure: { code } });
    },
  );

  test('rows without a key that CDF throttled are sent with the next delivery', async () => {
    await fault({ status: 429 });
    const batch = anItemBatch(EVENTS, keyless(3));
    await expect(rig.deliver(batch)).rejects.toThrow();
    await rig.control('DELETE', 'faults');

    expect(await rig.deliver(batch, 2)).toMatchObject({ written: 3, refused: 0 });
    expect(rig.progress.size).toBe(0);
  });
});

describe('rows without a key in a batch that comes again', () => {
  test('are not created twice: what is finished is counted, what is doubtful is refused, the rest is sent', async () => {
    const batch = anItemBatch(EVENTS, keyless(6));
    rig.progress.set(`${batch.unit}/1`, { begun: new Set([0, 1, 2, 3]), finished: new Set([0, 1]) });

    const outcome = await rig.deliver(batch, 2);

    expect(outcome).toMatchObject({ written: 4, refused: 2 });
    expect(outcome?.errors.map(({ row, code }) => [row, code])).toEqual([
      [3, '58030'],
      [4, '58030'],
    ]);
    expect(await events()).toBe(2);
  });

  test('are created once where the function died after CDF had them', async () => {
    const batch = anItemBatch(EVENTS, keyless(4));
    const record = rig.deps.outcomes.record.bind(rig.deps.outcomes);
    const dying = { ...rig.deps.outcomes, record: () => Promise.reject(new Error('died')) };
    Object.assign(rig.deps, { outcomes: dying });
    await expect(rig.deliver(batch)).rejects.toThrow('died');
    Object.assign(rig.deps, { outcomes: { ...dying, record } });

    expect(await rig.deliver(batch, 2)).toMatchObject({ written: 4, refused: 0 });
    expect(await events()).toBe(4);
  });

  test('among rows with one are kept apart', async () => {
    const items = [...keyless(2), ...keyed(2), { description: 'x'.repeat(501) }];

    const outcome = await rig.deliver(anItemBatch(EVENTS, items));

    expect(outcome).toMatchObject({ written: 4, refused: 1 });
    expect(outcome?.errors).toMatchObject([{ row: 5, key: null, code: '22000' }]);
    expect(await events()).toBe(4);
  });
});

describe('a credential at fault', () => {
  test('a missing capability fails the batch and is named', async () => {
    await rig.control('POST', 'clients', clientWithout('eventsAcl', ALL_CAPABILITIES));

    const outcome = await rig.deliver(anItemBatch(EVENTS, keyed(1)));

    expect(outcome?.failure).toMatchObject({
      code: '42501',
      message: expect.stringContaining('permission denied for table events') as unknown,
      hint: expect.stringContaining('eventsAcl:WRITE') as unknown,
    });
    expect(await asked()).toBe(1);
  });

  test('a client that is in no group of the project is asked twice and fails', async () => {
    await rig.control('POST', 'clients', { id: 'sluice', secret: 'sluice-local-secret', projects: [] });

    expect((await rig.deliver(anItemBatch(EVENTS, keyed(1))))?.failure).toMatchObject({ code: '28000' });
    expect(await asked()).toBeLessThanOrEqual(2);
  });

  test('a secret that was replaced fails the batch with advice', async () => {
    await rig.control('POST', 'clients', { id: 'sluice', secret: 'another' });
    await rig.control('POST', 'expire-tokens');

    const outcome = await rig.deliver(anItemBatch(EVENTS, keyed(1)));

    expect(outcome?.failure).toMatchObject({
      code: '28000',
      message: expect.stringContaining('invalid_client') as unknown,
    });
    expect(outcome?.failure?.hint).toContain('new credential');
  });

  test('a user without a credential, and a secret that does not open', async () => {
    const nobody = createCdfAccess(
      () => Promise.resolve(null),
      () => Promise.resolve(''),
    );
    const sealed = createCdfAccess(
      (username) => Promise.resolve({ username } as never),
      () => Promise.reject(new SealedSecretError('no')),
    );

    await expect(nobody('a')).rejects.toThrow(BatchFailedError);
    await expect(sealed('a')).rejects.toMatchObject({ failure: { code: '28000' } });
  });
});

test('no log line has a row, a key or a secret', () => {
  const text = rig.logLines.join('');

  expect(text).toContain('batch done');
  expect(text).not.toMatch(/event \d|"e\d+"|sluice-local-secret|Bearer/);
});
