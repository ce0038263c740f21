import type { Capabilities } from '../../shared/capability';
import { createLog } from '../../shared/log';
import { tableNamed } from '../../shared/tables/catalogue';
import type { Inspection } from '../cdf/inspect';
import { InspectError } from '../cdf/inspect';
import { CapabilityCheck } from './capability-check';

const capability = (acl: string, actions: readonly string[], scopes: readonly string[] = ['all']) => ({
  ...{ acl, actions, scopes },
  projects: 'all' as const,
});

function setup() {
  const saved: Capabilities[] = [];
  const state = {
    asked: 0,
    time: 1_000_000,
    token: 'one',
    answer: (): Promise<Inspection> => Promise.reject(new InspectError(null, 'no')),
  };
  const lines: string[] = [];
  const check = new CapabilityCheck({
    inspect: () => {
      state.asked++;
      return state.answer();
    },
    saveCapabilities: (_username, capabilities) => Promise.resolve(void saved.push(capabilities)),
    tokens: Object.assign(() => Promise.resolve(state.token), { drop: () => undefined }),
    clock: { now: () => state.time, sleep: () => Promise.resolve(), random: () => 0 },
    log: createLog('test', (line) => lines.push(line)),
  });
  const credentials = { tokenUrl: '', clientId: '', clientSecret: '', scope: '' };
  const asked = { username: 'me', access: { baseUrl: 'https://cdf', project: 'plant', credentials } };
  const scopesOf = (table: string, isFresh = false) => check.scopesOf(asked, tableNamed(table)!, isFresh);
  const may = (...capabilities: Inspection['capabilities']) => {
    state.answer = () => Promise.resolve({ projects: ['plant'], capabilities });
  };
  return { saved, state, scopesOf, may, lines };
}

test('asks once for a token, saves what may be written and how far, whatever the case of an ACL', async () => {
  const { saved, state, scopesOf, may } = setup();
  may(
    capability('eventsAcl', ['READ', 'WRITE'], ['datasetScope']),
    capability('eventsAcl', ['WRITE'], ['all']),
    capability('assetsAcl', ['READ']),
    { ...capability('filesAcl', ['WRITE']), projects: ['other'] },
    capability('extractionpipelinesAcl', ['WRITE']),
  );

  const all = await Promise.all(['events', 'events', 'extraction_pipelines'].map((table) => scopesOf(table)));

  expect(all).toEqual([['datasetScope', 'all'], ['datasetScope', 'all'], ['all']]);
  expect(state.asked).toBe(1);
  expect(saved).toEqual([
    {
      ...{ project: 'plant', inspectedTime: 1_000_000 },
      writable: { eventsAcl: ['datasetScope', 'all'], extractionpipelinesAcl: ['all'] },
    },
  ]);
  state.token = 'two';
  await scopesOf('events');
  expect(state.asked).toBe(2);
});

test('a no names what is missing, and is given by a fresh answer only', async () => {
  const { state, scopesOf, may } = setup();
  may(capability('assetsAcl', ['READ']));
  await expect(scopesOf('assets')).rejects.toMatchObject({
    failure: {
      code: '42501',
      message:
        'permission denied for table assets: no CDF group of the credential has assetsAcl:WRITE in project "plant", in whatever scope',
      hint: expect.stringContaining('Add the capability assetsAcl:WRITE') as string,
    },
  });
  expect(state.asked).toBe(1);

  may(capability('assetsAcl', ['WRITE']));
  state.time += 1;

  expect(await scopesOf('assets')).toEqual(['all']);
  expect(state.asked).toBe(2);
});

test('asks anew where it must', async () => {
  const { state, scopesOf, may } = setup();
  may(capability('assetsAcl', ['WRITE']));
  await scopesOf('assets');
  may();

  await expect(scopesOf('assets', true)).rejects.toThrow('permission denied');
  expect(state.asked).toBe(2);
});

test.each([
  ['may not ask', () => Promise.reject(new InspectError(403, 'no'))],
  ['is of another project', () => Promise.resolve({ projects: ['other'], capabilities: [] })],
])('a token that %s is no reason to refuse, and is not asked again', async (_, answer) => {
  const { state, scopesOf, saved } = setup();
  state.answer = answer;

  expect([await scopesOf('assets'), await scopesOf('events')]).toEqual([null, null]);
  state.time += 3_600_000;
  await scopesOf('events');

  expect(state.asked).toBe(1);
  expect(saved).toEqual([]);
});

test('a CDF that does not answer is asked again after a minute', async () => {
  const { state, scopesOf, may } = setup();
  expect(await scopesOf('assets')).toBeNull();
  may(capability('assetsAcl', ['WRITE']));
  expect(await scopesOf('assets')).toBeNull();

  state.time += 60_001;

  expect(await scopesOf('assets')).toEqual(['all']);
});
