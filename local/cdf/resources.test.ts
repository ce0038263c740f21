// Events, time series and extraction pipelines over HTTP: what differs from assets.
import type { Cdf } from './server';
import { startCdf } from './server';
import type { TestClient } from './test-client';
import { connect } from './test-client';

let cdf: Cdf;
let client: TestClient;

beforeAll(async () => {
  cdf = await startCdf();
  client = await connect(cdf);
});
afterAll(() => cdf.close());
beforeEach(async () => {
  await client.control('DELETE', '/state');
});

describe('events', () => {
  const create = (...items: unknown[]) => client.post('/events', { items });

  test('need nothing, and one without an external id never clashes', async () => {
    expect((await create({}, {})).status).toBe(201);
    expect((await create({})).status).toBe(201);
    expect((await client.post('/events/aggregate', {})).body.items).toEqual([{ count: 3 }]);
  });

  test('are changed, filtered and deleted', async () => {
    const asset = (await client.post('/assets', { items: [{ name: 'a' }] })).body.items![0]!['id'];
    await create({ externalId: 'e', type: 't', startTime: 5, endTime: 9, assetIds: [asset] }, { type: 'u' });

    const updated = await client.post('/events/update', {
      items: [{ externalId: 'e', update: { assetIds: { remove: [asset] }, endTime: { setNull: true } } }],
    });

    expect(updated.body.items).toMatchObject([{ assetIds: [], startTime: 5 }]);
    expect(updated.body.items![0]).not.toHaveProperty('endTime');
    const listed = await client.post('/events/list', {
      filter: { type: 't', startTime: { min: 5, max: 5 } },
    });
    expect(listed.body.items).toMatchObject([{ externalId: 'e' }]);
    expect((await client.post('/events/delete', { items: [{ externalId: 'e' }] })).status).toBe(200);
  });

  test.each([
    ['a time before 1970', { startTime: -1 }],
    ['an end before its start', { startTime: 2, endTime: 1 }],
    ['a fraction of a millisecond', { startTime: 1.5 }],
    ['a long type', { type: 't'.repeat(65) }],
    ['a long metadata value', { metadata: { k: 'v'.repeat(128_001) } }],
    ['an asset twice', { assetIds: [1, 1] }],
  ])('%s is refused', async (_, item) => {
    expect((await create(item)).status).toBe(400);
  });

  test('name the assets that do not exist', async () => {
    expect((await create({ assetIds: [8, 9] })).body.error).toMatchObject({
      missing: [{ id: 8 }, { id: 9 }],
    });
  });
});

describe('time series', () => {
  const create = (...items: unknown[]) => client.post('/timeseries', { items });

  test('are created with defaults, changed, and keep their kind', async () => {
    const created = await create({ externalId: 'n', legacyName: 'old' }, { externalId: 's', isString: true });
    const change = (change: object) =>
      client.post('/timeseries/update', { items: [{ externalId: 'n', update: change }] });

    expect(created.status).toBe(201);
    expect(created.body.items).toMatchObject([
      { isString: false, isStep: false, type: 'numeric' },
      { isString: true, type: 'string' },
    ]);
    expect(created.body.items![0]).not.toHaveProperty('legacyName');
    expect((await change({ isStep: { set: true }, unit: { set: 'bar' } })).body.items).toMatchObject([
      { isStep: true, unit: 'bar' },
    ]);
    expect((await change({ isString: { set: true } })).status).toBe(400);
    expect((await change({ isStep: { setNull: true } })).status).toBe(400);
  });

  test('a repeated one is 422, a taken one 409, both listed', async () => {
    const twice = await create({ externalId: 'a' }, { externalId: 'a' });
    await create({ externalId: 'a' });
    const taken = await create({ externalId: 'a' }, { externalId: 'b' });
    const both = await client.post('/timeseries/byids', {
      items: [{ externalId: 'a' }, { externalId: 'a' }],
    });

    expect(twice).toMatchObject({ status: 422, body: { error: { duplicated: [{ externalId: 'a' }] } } });
    expect(taken).toMatchObject({ status: 409, body: { error: { duplicated: [{ externalId: 'a' }] } } });
    expect(both).toMatchObject({ status: 422, body: { error: { duplicated: [{ externalId: 'a' }] } } });
  });

  test('no instance is known', async () => {
    const instanceId = { space: 's', externalId: 'x' };

    const answer = await client.post('/timeseries/byids', { items: [{ instanceId }] });

    expect(answer.body.error).toMatchObject({ missing: [{ instanceId }] });
  });

  test('unknown ids are ignored where the request says so', async () => {
    await create({ externalId: 'a' });
    const items = [{ externalId: 'no' }, { externalId: 'a' }];

    const read = await client.post('/timeseries/byids', { items, ignoreUnknownIds: true });
    const gone = await client.post('/timeseries/delete', { items, ignoreUnknownIds: true });

    expect(read.body.items).toMatchObject([{ externalId: 'a' }]);
    expect(gone.status).toBe(200);
    expect((await client.get('/timeseries')).body.items).toEqual([]);
  });
});

describe('extraction pipelines', () => {
  beforeEach(async () => {
    const dataSet = await client.post('/datasets', { items: [{ name: 'd' }] });
    pipeline.dataSetId = dataSet.body.items![0]!['id'] as number;
  });

  const pipeline = { externalId: 'p', name: 'p', dataSetId: 0 };
  const create = (...items: unknown[]) => client.post('/extpipes', { items });
  const run = (...items: unknown[]) => client.post('/extpipes/runs', { items });

  test('are created with 200, take null where CDF does, and are unset by it', async () => {
    const created = await create({
      ...pipeline,
      description: 'd',
      source: null,
      schedule: '0 0 * * *',
      contacts: [{ name: 'n', email: 'n@example.com', sendNotification: true }],
      rawTables: [{ dbName: 'd', tableName: 't' }],
      notificationConfig: { allowedNotSeenRangeInMinutes: 5 },
    });
    const change = (change: object) =>
      client.post('/extpipes/update', { items: [{ externalId: 'p', update: change }] });

    expect(created.status).toBe(200);
    expect(created.body.items![0]).not.toHaveProperty('source');
    expect((await change({ description: { set: null } })).body.items![0]).not.toHaveProperty('description');
    expect((await change({ description: { set: '' } })).body.items).toMatchObject([{ description: '' }]);
    expect((await change({ description: { setNull: true } })).status).toBe(400);
    expect((await change({ createdBy: { set: 'x' } })).status).toBe(400);
    expect((await create(pipeline)).status).toBe(409);
  });

  test.each([
    ['no data set', { externalId: 'x', name: 'x' }],
    ['a long documentation', { ...pipeline, documentation: 'd'.repeat(10_001) }],
    ['a schedule that is none', { ...pipeline, schedule: 'now and then' }],
    ['a contact without a proper address', { ...pipeline, contacts: [{ email: 'nobody' }] }],
    ['a RAW table without a name', { ...pipeline, rawTables: [{ dbName: 'd' }] }],
  ])('%s is refused', async (_, item) => {
    expect((await create(item)).status).toBe(400);
  });

  test('show their last runs, list them, and take them along', async () => {
    await create(pipeline, { ...pipeline, externalId: 'q' });

    const reported = await run(
      { externalId: 'p', status: 'failure', message: 'broken', createdTime: 5 },
      { externalId: 'p', status: 'success', createdTime: 6 },
      { externalId: 'q', status: 'seen' },
    );

    expect(reported.status).toBe(200);
    expect((await client.post('/extpipes/byids', { items: [{ externalId: 'p' }] })).body.items).toMatchObject(
      [{ lastFailure: 5, lastSuccess: 6, lastSeen: 6, lastMessage: 'broken' }],
    );
    const filter = { externalId: 'p', statuses: ['failure'], message: { substring: 'oke' } };
    expect((await client.post('/extpipes/runs/list', { filter })).body.items).toMatchObject([
      { status: 'failure', message: 'broken', createdTime: 5 },
    ]);
    expect((await client.get('/extpipes/runs?externalId=q')).body.items).toHaveLength(1);
    await client.post('/extpipes/delete', { items: [{ externalId: 'p' }] });
    await create(pipeline);
    expect((await client.get('/extpipes/runs?externalId=p')).body.items).toEqual([]);
  });

  test('a run of an unknown pipeline, or with an unknown status, is refused', async () => {
    await create(pipeline);

    expect((await run({ externalId: 'no', status: 'seen' })).body.error).toMatchObject({
      missing: [{ externalId: 'no' }],
    });
    expect((await run({ externalId: 'p', status: 'fine' })).status).toBe(400);
    expect((await run({ externalId: 'p', status: 'seen', message: 'm'.repeat(1001) })).status).toBe(400);
  });
});
