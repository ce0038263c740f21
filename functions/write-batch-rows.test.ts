// What write-batch tells of rows besides how many: every refused row with its item, capabilities and scopes, and batches
// that a server of another version sent.
import { gunzipSync } from 'node:zlib';
import { ALL_CAPABILITIES } from '../local/cdf/access/capability';
import type { Rig } from '../tests/support/write-batch';
import { aDatapointBatch, anItemBatch, clientWithout, startRig } from '../tests/support/write-batch';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(() => rig.reset());

const EVENTS = { table: 'events', columns: ['external_id', 'description'] };
const grant = (acl: string, actions: readonly string[], scope: object = { all: {} }) => ({
  [acl]: { actions, scope },
});
const grantOnly = (...capabilities: readonly object[]) =>
  rig.control('POST', 'clients', {
    ...{ id: 'sluice', secret: 'sluice-local-secret' },
    capabilities: [...capabilities, grant('projectsAcl', ['LIST']), grant('groupsAcl', ['LIST'])],
  });

function rejected(name: string | undefined): unknown[] {
  const text = gunzipSync(rig.blobs.get(name ?? '')!).toString();
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

describe('refused rows', () => {
  test('are all kept with their items, in the order of the unit', async () => {
    const items = Array.from({ length: 300 }, (_, i) => ({
      externalId: `e${i}`,
      description: 'x'.repeat(501),
    }));
    const batch = anItemBatch(EVENTS, [{ externalId: 'good' }, ...items]);

    const outcome = await rig.deliver(batch);

    expect(outcome).toMatchObject({ refused: 300, rejectedBlob: `rejected/${batch.unit}/1.jsonl.gz` });
    const lines = rejected(outcome?.rejectedBlob);
    expect(lines).toHaveLength(300);
    expect(lines[299]).toEqual({
      ...{ row: 301, key: 'e299', code: '22000', message: expect.any(String) as string },
      item: items[299],
    });
    expect(outcome?.errors).toHaveLength(100);
    expect(lines.slice(0, 100)).toMatchObject(outcome?.errors ?? []);
  });

  test('of data points show series, time and value', async () => {
    await rig.ask('/timeseries', { items: [{ externalId: 's' }] });

    const outcome = await rig.deliver(
      aDatapointBatch({
        s: [[1, 1]],
        'no "such"': [
          [-5, 2.5],
          [6, 1e300],
        ],
      }),
    );

    expect(rejected(outcome?.rejectedBlob).map((line) => (line as { item: unknown }).item)).toEqual([
      { externalId: 'no "such"', timestamp: -5, value: 2.5 },
      { externalId: 'no "such"', timestamp: 6, value: 1e300 },
    ]);
  });

  test('of strings too', async () => {
    const outcome = await rig.deliver(aDatapointBatch({ gone: [[1, 'ræv 🦊']] }));

    expect(rejected(outcome?.rejectedBlob)).toMatchObject([
      { row: 1, item: { externalId: 'gone', timestamp: 1, value: 'ræv 🦊' } },
    ]);
  });

  test('where there is none, nothing is kept', async () => {
    expect(await rig.deliver(anItemBatch(EVENTS, [{ externalId: 'e' }]))).not.toHaveProperty('rejectedBlob');
    expect(rig.blobs.size).toBe(0);
  });
});

describe('capabilities', () => {
  test('are recorded, and a batch without its own fails before anything of it is sent', async () => {
    await rig.control('POST', 'clients', clientWithout('eventsAcl', ALL_CAPABILITIES));

    const outcome = await rig.deliver(
      anItemBatch({ ...EVENTS, username: 'eventless' }, [{ externalId: 'e' }]),
    );

    expect(outcome?.failure).toMatchObject({
      code: '42501',
      message: expect.stringContaining('eventsAcl:WRITE in project "local"') as string,
    });
    expect(await rig.requests()).not.toHaveProperty('POST /events');
    const { writable } = rig.capabilities.get('eventless')!;
    expect(writable).toMatchObject({ assetsAcl: ['all'], rawAcl: ['all'] });
    expect(writable).not.toHaveProperty('eventsAcl');
  });

  test('a check asks afresh and writes nothing', async () => {
    const check = anItemBatch({ ...EVENTS, write: 'check', username: 'checked' }, []);
    expect(await rig.deliver(check)).toMatchObject({ written: 0, refused: 0, errors: [] });

    await rig.control('POST', 'clients', clientWithout('eventsAcl', ALL_CAPABILITIES));
    expect((await rig.deliver({ ...check, number: 2 }))?.failure).toMatchObject({ code: '42501' });

    await rig.control('POST', 'clients', { id: 'sluice', secret: 'sluice-local-secret' });
    expect(await rig.deliver({ ...check, number: 3 })).not.toHaveProperty('failure');
  });

  test('CDF that does not tell is no reason to refuse; what it then says is', async () => {
    await rig.control('POST', 'faults', { path: '/api/v1/token/inspect', status: 403 });
    const batch = { ...EVENTS, username: 'untold' };
    expect(await rig.deliver(anItemBatch(batch, [{ externalId: 'e' }]))).toMatchObject({ written: 1 });

    await rig.control('POST', 'clients', clientWithout('eventsAcl', ALL_CAPABILITIES));

    expect((await rig.deliver(anItemBatch(batch, [{ externalId: 'e' }])))?.failure).toMatchObject({
      code: '42501',
      message: expect.stringContaining('insufficient access rights') as string,
    });
  });
});

describe('scopes', () => {
  test('rows outside the data sets of the group are refused with the sentence of CDF', async () => {
    const { body } = await rig.ask('/datasets', { items: [{ externalId: 'in' }, { externalId: 'out' }] });
    const [inside, outside] = body.items.map(({ id }) => Number(id));
    await grantOnly(grant('eventsAcl', ['READ', 'WRITE'], { datasetScope: { ids: [inside] } }));
    const items = [inside, outside, inside, undefined].map((dataSetId, i) =>
      dataSetId === undefined ? { externalId: `e${i}` } : { externalId: `e${i}`, dataSetId },
    );

    const outcome = await rig.deliver(
      anItemBatch({ ...EVENTS, columns: ['external_id', 'data_set_id'] }, items),
    );

    expect(outcome).toMatchObject({ written: 2, refused: 2 });
    expect(outcome).not.toHaveProperty('failure');
    expect(outcome?.errors).toMatchObject([
      {
        row: 2,
        code: '42501',
        message: expect.stringMatching(/rights.*eventsAcl:WRITE is limited to datasetScope/) as string,
      },
      { row: 4, code: '42501' },
    ]);
  });

  test('a load that lies outside as a whole costs few requests', async () => {
    await grantOnly(grant('eventsAcl', ['READ', 'WRITE'], { datasetScope: { ids: [1] } }));
    const items = Array.from({ length: 1000 }, (_, i) => ({ externalId: `e${i}` }));

    expect(await rig.deliver(anItemBatch(EVENTS, items))).toMatchObject({ written: 0, refused: 1000 });
    expect((await rig.requests())['POST /events']?.count).toBeLessThan(60);
  });
});

describe('a refusal of another form', () => {
  test.each([
    ['flat', { code: 400, message: 'flat words', missingFields: ['name'] }, '23502', 'flat words'],
    ['wrapped', { error: { code: 400, message: 'wrapped', missing: [{ id: 1 }] } }, '23503', 'wrapped'],
    ['text', '<html>too large</html>', '22000', 'CDF answered 400'],
    ['empty', '', '22000', 'CDF answered 400'],
  ])('%s becomes the error of the row', async (_, body, code, message) => {
    await rig.control('POST', 'faults', { path: '^/events$', status: 400, body });

    expect((await rig.deliver(anItemBatch(EVENTS, [{ externalId: 'e' }])))?.errors).toEqual([
      { row: 1, key: 'e', code, message },
    ]);
  });

  test('time series that are out of reach are named by CDF, and refused at once', async () => {
    await rig.ask('/timeseries', { items: ['a', 'b', 'c'].map((externalId) => ({ externalId })) });
    await rig.control('POST', 'faults', {
      ...{ path: '^/timeseries/data$', status: 403, times: 1 },
      body: { error: { code: 403, message: 'not yours', forbidden: [{ externalId: 'b' }] } },
    });

    const outcome = await rig.deliver(aDatapointBatch({ a: [[1, 1]], b: [[1, 1]], c: [[1, 1]] }));

    expect(outcome).toMatchObject({ written: 2, refused: 1 });
    expect(outcome?.errors).toMatchObject([{ row: 2, key: 'b', code: '42501', message: 'not yours' }]);
  });

  test('of a request that no row is to blame for fails the batch', async () => {
    const own = {
      key: ['k'],
      acl: 'rawAcl',
      request: { kind: 'raw-rows', target: { database: 'd', table: 't' } },
    } as const;
    await rig.control('POST', 'faults', {
      ...{ path: '^/raw/dbs/d/tables/delete$', status: 400 },
      body: { error: { code: 400, message: 'no' } },
    });

    const outcome = await rig.deliver(
      anItemBatch({ table: 'pumps', own, columns: [], write: 'truncate' }, []),
    );

    expect(outcome?.failure).toEqual({ code: '22000', message: 'CDF answered 400: no' });
  });
});

describe('a batch of another version', () => {
  test.each([
    ['a write', { write: 'merge' }],
    ['a kind of request', { own: { key: [], acl: 'eventsAcl', request: { kind: 'streams' } } }],
  ])('that asks for %s that this one does not know fails, and says so', async (_, part) => {
    const outcome = await rig.deliver(anItemBatch({ ...EVENTS, ...(part as object) }, [{ externalId: 'e' }]));

    expect(outcome).toMatchObject({
      written: 0,
      failure: { code: '0A000', message: expect.stringContaining('this version of Sluice cannot') as string },
    });
  });

  test('for a table that nobody may write to fails', async () => {
    expect((await rig.deliver(anItemBatch({ table: 'units', columns: [] }, [{}])))?.failure).toMatchObject({
      code: '0A000',
    });
  });
});
