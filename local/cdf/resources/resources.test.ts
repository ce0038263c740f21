// Data sets, labels, relationships and files over HTTP: what differs from the other resources, and pointers between them.
import type { Cdf } from '../server';
import { startCdf } from '../server';
import type { TestAnswer, TestClient } from '../test-client';
import { connect } from '../test-client';

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

const post = (path: string, ...items: unknown[]) => client.post(path, { items });
const idOf = (answer: TestAnswer) => answer.body.items![0]!['id'];

describe('data sets', () => {
  test('are created ten a request, changed, and never deleted', async () => {
    const items = Array.from({ length: 11 }, (_, i) => ({ externalId: `s${i}` }));

    expect((await post('/datasets', ...items)).status).toBe(400);
    expect((await post('/datasets', ...items.slice(0, 10))).body.items).toHaveLength(10);
    expect((await post('/datasets', items[0])).body.error).toMatchObject({
      code: 409,
      duplicated: [{ externalId: 's0' }],
    });
    const update = { name: { set: 'n' }, writeProtected: { set: true } };
    const changed = await post('/datasets/update', { externalId: 's0', update });
    expect(changed.body.items).toMatchObject([{ externalId: 's0', name: 'n', writeProtected: true }]);
    expect((await client.post('/datasets/list', { filter: { writeProtected: true } })).body.items).toEqual(
      changed.body.items,
    );
    expect((await post('/datasets/delete', { externalId: 's0' })).status).toBe(404);
  });
});

describe('labels', () => {
  test('are made, read and deleted by external id, and never changed', async () => {
    const created = await post('/labels', { externalId: 'a', name: 'A', description: 'd' });

    expect(created).toMatchObject({ status: 201 });
    expect(created.body.items).toEqual([
      { externalId: 'a', name: 'A', description: 'd', createdTime: expect.any(Number) as number },
    ]);
    expect((await post('/labels/byids', { externalId: 'a' })).body.items).toEqual(created.body.items);
    expect((await post('/labels/byids', { id: 1 })).status).toBe(400);
    expect((await post('/labels', { externalId: 'a', name: 'B' })).status).toBe(409);
    expect((await post('/labels/update', { externalId: 'a', update: {} })).status).toBe(404);
    expect((await post('/labels/delete', { externalId: 'no' })).body.error).toMatchObject({
      missing: [{ externalId: 'no' }],
    });
    expect((await post('/labels/delete', { externalId: 'a' })).status).toBe(200);
    expect((await client.post('/labels/list', {})).body.items).toEqual([]);
  });

  test('stay on items when they are deleted, and such items can still be changed', async () => {
    const labels = [{ externalId: 'a' }];
    expect((await post('/assets', { externalId: 'x', name: 'x', labels })).body.error).toMatchObject({
      code: 400,
      missing: [{ externalId: 'a' }],
    });
    await post('/labels', { externalId: 'a', name: 'A' });
    await post('/assets', { externalId: 'x', name: 'x', labels });
    await post('/labels/delete', { externalId: 'a' });

    const changed = await post('/assets/update', { externalId: 'x', update: { name: { set: 'y' } } });

    expect(changed.body.items).toMatchObject([{ name: 'y', labels }]);
    const filter = { labels: { containsAny: labels } };
    expect((await client.post('/assets/list', { filter })).body.items).toHaveLength(1);
  });
});

describe('relationships', () => {
  const whole = {
    ...{ externalId: 'r', sourceExternalId: 'a', sourceType: 'asset', confidence: 0.25 },
    ...{ targetExternalId: 'b', targetType: 'timeSeries', startTime: 1, endTime: 2 },
  };

  test('connect what need not exist, and are known by external id alone', async () => {
    const created = await post('/relationships', whole);

    expect(created.status).toBe(201);
    expect(created.body.items![0]).toEqual({
      ...whole,
      createdTime: expect.any(Number) as number,
      lastUpdatedTime: expect.any(Number) as number,
    });
    const update = { targetType: { set: 'file' }, confidence: { setNull: true } };
    const [changed] = (await post('/relationships/update', { externalId: 'r', update })).body.items!;
    expect(changed).toMatchObject({ targetType: 'file' });
    expect(changed).not.toHaveProperty('confidence');
    expect((await post('/relationships/update', { id: 1, update })).status).toBe(400);
    const filter = { sourceExternalIds: ['a'], targetTypes: ['file'] };
    expect((await client.post('/relationships/list', { filter })).body.items).toEqual([changed]);
    expect(await post('/relationships/delete', { externalId: 'r' })).toMatchObject({ status: 202, body: {} });
  });

  test.each([
    ['a type that is none', { ...whole, targetType: 'label' }],
    ['too much confidence', { ...whole, confidence: 1.1 }],
    ['an end at its start', { ...whole, endTime: 1 }],
    ['no source', { ...whole, sourceExternalId: '' }],
  ])('%s is refused', async (_, item) => {
    expect((await post('/relationships', item)).status).toBe(400);
  });

  test('one that stands twice in a request, or is there, is 409', async () => {
    const duplicated = [{ externalId: 'r' }];

    expect((await post('/relationships', whole, whole)).body.error).toMatchObject({ code: 409, duplicated });
    await post('/relationships', whole);
    expect((await post('/relationships', whole)).body.error).toMatchObject({ code: 409, duplicated });
  });
});

describe('files', () => {
  test('come one a request, bare, with a link for their content', async () => {
    const created = await client.post('/files', { externalId: 'f', name: 'f.csv', metadata: { a: '1' } });

    expect(created).toMatchObject({
      status: 201,
      body: { externalId: 'f', name: 'f.csv', uploaded: false, uploadUrl: expect.any(String) as string },
    });
    expect((await client.post('/files', { items: [{ name: 'f' }] })).status).toBe(400);
    expect((await client.post('/files', { externalId: 'f', name: 'g' })).body.error).toMatchObject({
      code: 409,
      duplicated: [{ externalId: 'f' }],
    });
    const [stored] = (await post('/files/byids', { externalId: 'f' })).body.items!;
    expect(stored).not.toHaveProperty('uploadUrl');
  });

  test('overwrite replaces the fields that are given', async () => {
    const [asset] = (await post('/assets', { name: 'a' })).body.items!;
    const first = { externalId: 'f', name: 'f', source: 's', metadata: { a: '1' }, assetIds: [asset!['id']] };
    const { body } = await client.post('/files?overwrite=true', first);

    const again = await client.post('/files?overwrite=true', {
      ...{ externalId: 'f', name: 'g', metadata: { b: '2' } },
    });

    expect(again.status).toBe(201);
    expect(again.body).toMatchObject({ ...first, id: body['id'], name: 'g', metadata: { b: '2' } });
    expect(again.body['metadata']).toEqual({ b: '2' });
  });

  test('a name is not changed by an update, all assets may go, and a directory is absolute', async () => {
    const [asset] = (await post('/assets', { name: 'a' })).body.items!;
    await client.post('/files', { externalId: 'f', name: 'f', assetIds: [asset!['id']] });
    const update = (change: object) => post('/files/update', { externalId: 'f', update: change });

    expect((await update({ name: { set: 'g' } })).status).toBe(400);
    expect((await update({ assetIds: { set: [] } })).body.items).toMatchObject([{ assetIds: [] }]);
    expect((await client.post('/files', { name: 'f', assetIds: [] })).status).toBe(400);
    expect((await client.post('/files', { name: 'f', directory: 'here' })).status).toBe(400);
    expect((await post('/files/delete', { externalId: 'f' })).status).toBe(200);
  });
});

describe('what does not exist is named', () => {
  const missing = [{ id: 12 }];

  test.each([
    ['/timeseries', { dataSetId: 12 }, missing],
    ['/timeseries', { assetId: 12 }, missing],
    ['/sequences', { columns: [{ externalId: 'c' }], dataSetId: 12 }, missing],
    ['/events', { assetIds: [12] }, missing],
    ['/labels', { externalId: 'l', name: 'l', dataSetId: 12 }, missing],
    ['/extpipes', { externalId: 'p', name: 'p', dataSetId: 12 }, missing],
    ['/assets', { name: 'a', labels: [{ externalId: 'l' }] }, [{ externalId: 'l' }]],
  ])('%s %j', async (path, item, expected) => {
    expect((await post(path, item)).body.error).toMatchObject({ code: 400, missing: expected });
  });

  test.each([
    ['/assets', { name: 'a', dataSetId: 12 }],
    ['/events', { dataSetId: 12 }],
  ])('%s names a data set in the message only', async (path, item) => {
    expect((await post(path, item)).body.error).toEqual({ code: 400, message: 'Invalid dataSetIds: 12' });
  });

  test('a unit', async () => {
    expect((await post('/timeseries', { unitExternalId: 'pressure:bar' })).status).toBe(201);
    expect((await post('/timeseries', { unitExternalId: 'pressure:none' })).status).toBe(400);
  });

  test('in an update as in a create', async () => {
    const created = await post('/events', {});
    const update = { dataSetId: { set: 12 } };

    expect((await post('/events/update', { id: idOf(created), update })).status).toBe(400);
  });
});

test('the unit catalogue is read whole, by system and by external id', async () => {
  const units = (await client.get('/units')).body.items!;

  expect(units).toContainEqual(expect.objectContaining({ externalId: 'temperature:deg_c', symbol: '°C' }));
  expect((await client.get('/units/pressure:bar')).body.items).toMatchObject([{ quantity: 'Pressure' }]);
  expect((await client.get('/units/systems')).body.items).toContainEqual(
    expect.objectContaining({ name: 'SI' }),
  );
  const items = [{ externalId: 'length:m' }, { externalId: 'no' }];
  expect((await client.post('/units/byids', { items })).body.error).toMatchObject({ code: 400 });
  expect((await client.post('/units/byids', { items, ignoreUnknownIds: true })).body.items).toHaveLength(1);
});
