import type { Rig } from '../../tests/support/write-batch';
import { anItemBatch, startRig } from '../../tests/support/write-batch';

let rig: Rig;
const ids = new Map<string, number>();
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());
beforeEach(async () => {
  await rig.reset();
  for (const path of ['/assets', '/datasets']) {
    const items = ['a', 'b', 'c'].map((externalId) => ({ externalId, name: 'n' }));
    const { body } = await rig.ask(path, { items });
    for (const { externalId, id } of body.items) ids.set(`${path} ${String(externalId)}`, Number(id));
  }
});

async function stored(path: string, externalId: string) {
  return (await rig.ask(`${path}/byids`, { items: [{ externalId }] })).body.items[0];
}

const EVENTS = { table: 'events', columns: ['external_id', 'asset_external_ids', 'data_set_external_id'] };
const event = (externalId: string, assetIds?: readonly string[], dataSetId?: string) => ({
  externalId,
  ...(assetIds === undefined ? {} : { assetIds }),
  ...(dataSetId === undefined ? {} : { dataSetId }),
});
const asked = async (path: string) => (await rig.requests())[`POST ${path}/byids`]?.count ?? 0;

test('external ids become ids, each resource being asked once', async () => {
  // A user of its own: what another test has asked is not known for it.
  const batch = { ...EVENTS, username: 'once' };

  const outcome = await rig.deliver(
    anItemBatch(batch, [event('e', ['a', 'b', 'a'], 'c'), event('f', ['b']), event('g')]),
  );

  expect(outcome).toMatchObject({ written: 3, refused: 0 });
  expect(await stored('/events', 'e')).toMatchObject({
    assetIds: [ids.get('/assets a'), ids.get('/assets b')],
    dataSetId: ids.get('/datasets c'),
  });
  expect([await asked('/assets'), await asked('/datasets')]).toEqual([1, 1]);

  await rig.deliver(anItemBatch(batch, [event('h', ['a'], 'c')]));

  expect([await asked('/assets'), await asked('/datasets')]).toEqual([1, 1]);
});

test('what exists is updated by external id as well, and unset by NULL', async () => {
  await rig.deliver(anItemBatch(EVENTS, [event('e', ['a'], 'a')]));

  await rig.deliver(anItemBatch(EVENTS, [event('e', ['b'])]));

  expect(await stored('/events', 'e')).toMatchObject({ assetIds: [ids.get('/assets b')] });
  expect(await stored('/events', 'e')).not.toHaveProperty('dataSetId');
});

test('UPDATE takes them too', async () => {
  await rig.ask('/timeseries', { items: [{ externalId: 's' }] });

  await rig.deliver(
    anItemBatch({ table: 'time_series', columns: ['external_id', 'asset_external_id'], write: 'update' }, [
      { externalId: 's', assetId: 'a' },
    ]),
  );

  expect(await stored('/timeseries', 's')).toMatchObject({ assetId: ids.get('/assets a') });
});

test('a row that names what CDF lacks is refused as a foreign key is, the others are written', async () => {
  const outcome = await rig.deliver(
    anItemBatch(EVENTS, [event('e', ['a', 'pump 7']), event('f', ['b']), event('g', ['a'], 'nowhere')]),
  );

  expect(outcome).toMatchObject({ written: 1, refused: 2 });
  expect(outcome?.errors).toEqual([
    {
      row: 1,
      key: 'e',
      code: '23503',
      message:
        'insert or update on table "events" violates foreign key constraint "events_asset_external_ids_fkey": ' +
        'asset "pump 7" in column "asset_external_ids" does not exist in CDF',
    },
    {
      row: 3,
      key: 'g',
      code: '23503',
      message:
        'insert or update on table "events" violates foreign key constraint "events_data_set_external_id_fkey": ' +
        'data set "nowhere" in column "data_set_external_id" does not exist in CDF',
    },
  ]);
});

test('an asset that was deleted and made anew is found by its new id', async () => {
  const batch = { table: 'time_series', columns: ['external_id', 'asset_external_id'], username: 'anew' };
  await rig.deliver(anItemBatch(batch, [{ externalId: 's', assetId: 'a' }]));
  await rig.ask('/assets/delete', { items: [{ externalId: 'a' }, { externalId: 'b' }] });
  const { body } = await rig.ask('/assets', { items: [{ externalId: 'a', name: 'n' }] });

  const items = ['s', 't', 'u'].map((externalId) => ({
    externalId,
    assetId: externalId === 'u' ? 'c' : 'a',
  }));
  const outcome = await rig.deliver(anItemBatch(batch, items));

  expect(outcome).toMatchObject({ written: 3, refused: 0 });
  expect(await stored('/timeseries', 't')).toMatchObject({ assetId: body.items[0]?.['id'] });
});

test('an asset that is known and gone refuses its rows by name', async () => {
  const batch = { table: 'time_series', columns: ['external_id', 'asset_external_id'], username: 'gone' };
  await rig.deliver(anItemBatch(batch, [{ externalId: 's', assetId: 'a' }]));
  await rig.ask('/assets/delete', { items: [{ externalId: 'a' }] });

  const outcome = await rig.deliver(
    anItemBatch(batch, [
      { externalId: 't', assetId: 'a' },
      { externalId: 'u', assetId: 'b' },
    ]),
  );

  expect(outcome).toMatchObject({ written: 1, refused: 1 });
  expect(outcome?.errors).toMatchObject([
    { row: 1, key: 't', code: '23503', message: expect.stringContaining('asset "a"') as string },
  ]);
});

test('who may not read assets is told so', async () => {
  const grant = (acl: string, actions: readonly string[]) => ({ [acl]: { actions, scope: { all: {} } } });
  await rig.control('POST', 'clients', {
    ...{ id: 'sluice', secret: 'sluice-local-secret' },
    capabilities: [
      grant('eventsAcl', ['READ', 'WRITE']),
      grant('projectsAcl', ['LIST']),
      grant('groupsAcl', ['LIST']),
    ],
  });

  const outcome = await rig.deliver(anItemBatch({ ...EVENTS, username: 'blind' }, [event('e', ['a'])]));

  expect(outcome?.failure).toMatchObject({
    code: '42501',
    hint: expect.stringContaining('assetsAcl:READ') as string,
  });
});
