import type { Batch } from '../../shared/batch';
import type { Rig } from '../../tests/support/write-batch';
import { anItemBatch, startRig } from '../../tests/support/write-batch';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const VIEW = { space: 'plant', externalId: 'Pump', version: 'v1' };
const property = (type: object) => ({ type, nullable: true });
beforeEach(async () => {
  await rig.reset();
  await rig.ask('/models/spaces', { items: ['plant', 'other'].map((space) => ({ space })) });
  await rig.ask('/models/containers', {
    items: [
      {
        ...{ space: 'plant', externalId: 'Pump', usedFor: 'all' },
        properties: {
          name: property({ type: 'text' }),
          big: property({ type: 'int64' }),
          next: property({ type: 'direct' }),
        },
      },
    ],
  });
  const of = (name: string) => ({
    container: { type: 'container', space: 'plant', externalId: 'Pump' },
    containerPropertyIdentifier: name,
  });
  await rig.ask('/models/views', {
    items: [{ ...VIEW, properties: { name: of('name'), big: of('big'), next: of('next') } }],
  });
});

const source = { type: 'view', ...VIEW };
const node = (externalId: string, properties: object, space = 'plant') => ({
  ...{ instanceType: 'node', space, externalId },
  sources: [{ source, properties }],
});
const place = (externalId: string) => ({ space: 'plant', externalId });
const edge = (externalId: string, properties: object, part: object = {}) => ({
  ...{ instanceType: 'edge', space: 'plant', externalId },
  sources: [{ source, properties }],
  ...part,
});

function ofView(of: 'node' | 'edge', columns: readonly string[]): Pick<Batch, 'table' | 'own' | 'columns'> {
  const auto = { autoCreateDirectRelations: true, autoCreateStartNodes: true, autoCreateEndNodes: false };
  const request = { kind: 'instances', of, view: VIEW, ...auto } as const;
  return {
    table: 'pumps',
    own: { key: ['space', 'external_id'], acl: 'dataModelInstancesAcl', request },
    columns,
  };
}
const NODES = ofView('node', ['space', 'external_id', 'name', 'big']);

async function stored(externalId: string, instanceType = 'node', more: object = {}) {
  const items = [{ instanceType, ...place(externalId) }];
  return (await rig.ask('/models/instances/byids', { items, ...more })).body.items[0];
}
const propertiesOf = async (externalId: string, instanceType = 'node') =>
  (
    (await stored(externalId, instanceType, { sources: [{ source }] }))?.['properties'] as
      Record<string, Record<string, unknown>> | undefined
  )?.['plant']?.['Pump/v1'];

test('nodes are created, and changed in what the statement names', async () => {
  expect(
    await rig.deliver(anItemBatch(NODES, [node('a', { name: 'a', big: 1 }), node('b', { name: 'b' })])),
  ).toMatchObject({ written: 2, refused: 0 });
  await rig.deliver(anItemBatch(NODES, [node('a', { name: 'new' })]));

  expect(await propertiesOf('a')).toMatchObject({ name: 'new', big: 1 });
});

test('direct relations make their targets, edges their start nodes and not their end nodes', async () => {
  await rig.deliver(anItemBatch(NODES, [node('a', { next: place('made') })]));
  expect(await stored('made')).toBeDefined();
  const ends = (startNode: string, endNode: string) => ({
    type: place('kind'),
    startNode: place(startNode),
    endNode: place(endNode),
  });

  const outcome = await rig.deliver(
    anItemBatch(ofView('edge', ['space', 'external_id', 'name']), [
      edge('e', { name: 'e' }, ends('begin', 'a')),
      edge('f', { name: 'f' }, ends('begin', 'nowhere')),
    ]),
  );

  expect(outcome).toMatchObject({ written: 1, refused: 1 });
  expect(outcome?.errors).toMatchObject([{ row: 2, key: 'plant:f' }]);
});

test('the bad one stands alone, the others are written', async () => {
  const items = Array.from({ length: 50 }, (_, i) => node(`n${i}`, i === 30 ? { big: 'text' } : { big: i }));

  const outcome = await rig.deliver(anItemBatch(NODES, items));

  expect(outcome).toMatchObject({ written: 49, refused: 1 });
  expect(outcome?.errors).toMatchObject([{ row: 31, key: 'plant:n30' }]);
});

test('DO NOTHING creates what is missing with one request, and counts it', async () => {
  await rig.deliver(anItemBatch(NODES, [node('a', { name: 'old' })]));

  const outcome = await rig.deliver(
    anItemBatch({ ...NODES, onConflict: { action: 'nothing' } }, [
      node('a', { name: 'new' }),
      node('b', { name: 'b' }),
    ]),
  );

  expect(outcome).toMatchObject({ written: 1, refused: 0, affected: [[1, 0]] });
  expect([await propertiesOf('a'), await propertiesOf('b')]).toEqual([{ name: 'old' }, { name: 'b' }]);
});

test('UPDATE changes nodes that are there, others affect no row and are not created', async () => {
  await rig.deliver(anItemBatch(NODES, [node('a', { name: 'old', big: 1 })]));

  const outcome = await rig.deliver(
    anItemBatch({ ...NODES, write: 'update' }, [node('gone', { name: 'x' }), node('a', { name: null })]),
  );

  expect(outcome).toMatchObject({ written: 1, refused: 0, affected: [[1, 0]] });
  expect(await propertiesOf('a')).toEqual({ big: 1 });
  expect(await stored('gone')).toBeUndefined();
});

test('UPDATE of an edge keeps the ends that it has', async () => {
  const ends = { type: place('kind'), startNode: place('a'), endNode: place('b') };
  await rig.deliver(
    anItemBatch(
      NODES,
      ['a', 'b', 'kind'].map((name) => node(name, { name })),
    ),
  );
  await rig.deliver(anItemBatch(ofView('edge', ['name']), [edge('e', { name: 'old' }, ends)]));

  const outcome = await rig.deliver(
    anItemBatch({ ...ofView('edge', ['name']), write: 'update' }, [edge('e', { name: 'new' })]),
  );

  expect(outcome).toMatchObject({ written: 1, refused: 0 });
  expect(await stored('e', 'edge')).toMatchObject(ends);
  expect(await propertiesOf('e', 'edge')).toMatchObject({ name: 'new' });
});

test('DELETE counts what CDF has deleted', async () => {
  await rig.deliver(anItemBatch(NODES, [node('a', { name: 'a' }), node('b', { name: 'b' })]));

  const outcome = await rig.deliver(
    anItemBatch(
      { ...NODES, write: 'delete' },
      ['a', 'gone'].map((externalId) => ({ instanceType: 'node', ...place(externalId) })),
    ),
  );

  expect(outcome).toMatchObject({ written: 1, refused: 0, affected: [[2, 0]] });
  expect([await stored('a'), (await stored('b')) === undefined]).toEqual([undefined, false]);
});

test('a conflict with another writer passes', async () => {
  await rig.control('POST', 'faults', { path: '^/models/instances$', status: 409, times: 3 });

  expect(await rig.deliver(anItemBatch(NODES, [node('a', { name: 'a' })]))).toMatchObject({
    written: 1,
    refused: 0,
  });
});

test('rows in a space out of reach are refused by themselves', async () => {
  const grant = (acl: string, actions: readonly string[], scope: object = { all: {} }) => ({
    [acl]: { actions, scope },
  });
  await rig.control('POST', 'clients', {
    ...{ id: 'sluice', secret: 'sluice-local-secret' },
    capabilities: [
      grant('dataModelInstancesAcl', ['READ', 'WRITE'], { spaceIdScope: { spaceIds: ['plant'] } }),
      grant('dataModelsAcl', ['READ']),
      grant('projectsAcl', ['LIST']),
      grant('groupsAcl', ['LIST']),
    ],
  });
  const items = ['plant', 'other', 'plant', 'other'].map((space, i) => node(`n${i}`, { name: 'n' }, space));

  const outcome = await rig.deliver(anItemBatch(NODES, items));

  expect(outcome).toMatchObject({ written: 2, refused: 2 });
  expect(outcome?.errors).toMatchObject([
    { row: 2, code: '42501', message: expect.stringContaining('limited to spaceIdScope') as string },
    { row: 4, code: '42501' },
  ]);
});
