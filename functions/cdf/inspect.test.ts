import type { Loopback, LoopbackAnswer } from '../../tests/support/loopback';
import { startLoopback } from '../../tests/support/loopback';
import { InspectError, inspectToken, isCapable } from './inspect';

let answer: LoopbackAnswer | null;
let authorization: string | undefined;
let cdf: Loopback;

beforeAll(async () => {
  cdf = await startLoopback((request) => {
    authorization = request.headers.authorization;
    return answer;
  });
});
afterAll(() => cdf.close());

async function refusal(token = 'abc'): Promise<InspectError> {
  const error: unknown = await inspectToken(cdf.url, token).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InspectError);
  return error as InspectError;
}

test('gives projects and capabilities, and tolerates what it does not know', async () => {
  answer = {
    status: 200,
    body: {
      subject: 'me',
      projects: [{ projectUrlName: 'plant', groups: [1, 2] }, { other: 1 }, 7],
      capabilities: [
        {
          assetsAcl: { actions: ['READ', 'WRITE'], scope: { datasetScope: { ids: [1] } } },
          projectScope: { projects: ['plant'] },
        },
        { groupsAcl: { actions: ['LIST', 7], version: 2 }, projectScope: { allProjects: {} } },
        { quantumAcl: { actions: ['ENTANGLE'] } },
        { nothing: true },
        null,
      ],
      later: {},
    },
  };

  const inspection = await inspectToken(cdf.url, 'abc.def');

  expect(authorization).toBe('Bearer abc.def');
  expect(cdf.requests.at(-1)).toBe('GET /api/v1/token/inspect');
  expect(inspection).toEqual({
    projects: ['plant'],
    capabilities: [
      { acl: 'assetsAcl', actions: ['READ', 'WRITE'], projects: ['plant'], scopes: ['datasetScope'] },
      { acl: 'groupsAcl', actions: ['LIST'], projects: 'all', scopes: ['all'] },
      { acl: 'quantumAcl', actions: ['ENTANGLE'], projects: 'all', scopes: ['all'] },
    ],
  });
});

test('a capability counts in its own projects only', () => {
  const capabilities = [
    { acl: 'groupsAcl', actions: ['LIST'], projects: ['plant'], scopes: ['all'] },
    { acl: 'projectsAcl', actions: ['LIST'], projects: 'all' as const, scopes: ['all'] },
  ];
  const can = (acl: string, action: string, project: string) =>
    isCapable({ projects: [], capabilities }, project, { acl, action });

  expect(can('groupsAcl', 'LIST', 'plant')).toBe(true);
  expect(can('groupsAcl', 'LIST', 'mine')).toBe(false);
  expect(can('groupsAcl', 'READ', 'plant')).toBe(false);
  expect(can('projectsAcl', 'LIST', 'mine')).toBe(true);
});

test.each([401, 403, 429, 500])('a refusal keeps status %d', async (status) => {
  answer = { status, body: { error: { code: status, message: 'no' } } };

  expect((await refusal()).status).toBe(status);
});

test.each([
  ['no JSON', { status: 200, body: '<html>' }],
  ['no projects', { status: 200, body: {} }],
  ['null', { status: 200, body: 'null' }],
  ['a redirect', { status: 302, headers: { location: '/elsewhere' } }],
  ['no answer', null],
])('%s is no inspection', async (_, given) => {
  answer = given;

  expect((await refusal()).status).toBeNull();
});

test('follows no redirect with the token', async () => {
  answer = { status: 307, headers: { location: '/elsewhere' } };
  await refusal();

  expect(cdf.requests).not.toContain('GET /elsewhere');
});

test('an answer without end is not read to its end', async () => {
  answer = { status: 200, body: ' '.repeat(9 * 1024 * 1024) };

  expect((await refusal()).status).toBeNull();
});

test.each(['', 'a b', 'a\r\nb', 'æ'])(
  'the malformed token %j is not sent, nor repeated in the error',
  async (token) => {
    const before = cdf.requests.length;

    expect((await refusal(token)).message).toBe('the token is malformed');
    expect(cdf.requests).toHaveLength(before);
  },
);
