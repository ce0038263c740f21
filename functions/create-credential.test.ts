import { createHmac, pbkdf2Sync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpRequest, InvocationContext } from '@azure/functions';
import { keyFromFile } from '../shared/azure/key-file';
import type { Credential } from '../shared/credential';
import { createLog } from '../shared/log';
import { parseVerifier } from '../shared/scram';
import { clientSecretAad, openSecret } from '../shared/sealed-secret';
import type { Loopback, LoopbackAnswer } from '../tests/support/loopback';
import { startLoopback } from '../tests/support/loopback';
import { createAllowList } from './allow-list';
import { createProjectCheck } from './allowed-projects';
import { inspectToken } from './cdf/inspect';
import type { ClientCredentials } from './cdf/token';
import { TokenError } from './cdf/token';
import { MAX_CREATE_BYTES } from './create-request';
import { createCredentialHandler } from './create-credential';
import { answerErrors } from './http';

const SECRET = 'hush-hush~secret';
const folder = mkdtempSync(join(tmpdir(), 'sluice-create-'));
const { wrapKey, unwrapKey } = keyFromFile(join(folder, 'key'));

const access = (acls: string[], projects = ['plant']): LoopbackAnswer => ({
  status: 200,
  body: {
    projects: projects.map((projectUrlName) => ({ projectUrlName, groups: [1] })),
    capabilities: acls.map((acl) => ({
      [acl]: { actions: ['LIST'], scope: { all: {} } },
      projectScope: { projects },
    })),
  },
});

/** What CDF says about each token. */
let inspections: Record<string, LoopbackAnswer | null>;
let cdf: Loopback;

beforeAll(async () => {
  cdf = await startLoopback((request) => {
    const answer = inspections[(request.headers.authorization ?? '').slice('Bearer '.length)];
    return answer === undefined ? { status: 401, body: {} } : answer;
  });
});
afterAll(async () => {
  await cdf.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  inspections = {
    caller: access(['projectsAcl', 'groupsAcl'], ['plant', 'other']),
    app: access(['projectsAcl', 'groupsAcl', 'assetsAcl']),
  };
});

function setup(fetchToken = (_: ClientCredentials) => Promise.resolve({ value: 'app' }), allowed = '') {
  const stored: Credential[] = [];
  const lines: string[] = [];
  const asked: ClientCredentials[] = [];
  const log = createLog('test', (line) => lines.push(line));
  const handler = createCredentialHandler({
    allowList: createAllowList(cdf.url),
    checkProject: createProjectCheck(allowed),
    inspect: inspectToken,
    fetchToken: (credentials) => {
      asked.push(credentials);
      return fetchToken(credentials);
    },
    wrapKey,
    store: (credential) => Promise.resolve(void stored.push(credential)),
    endpoint: { host: 'sluice.acme.example', port: 5432 },
    log,
    now: () => 1_790_000_000_000,
  });
  return { handler: answerErrors(log, handler), stored, lines, asked };
}

const aBody = (auth: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) => ({
  auth: {
    token_url: `${cdf.url}/token`,
    client_id: 'client',
    client_secret: SECRET,
    scope: `${cdf.url}/.default`,
    ...auth,
  },
  project: 'plant',
  ...rest,
});

async function post(
  handler: ReturnType<typeof setup>['handler'],
  body: unknown = aBody(),
  authorization: string | null = 'Bearer caller',
) {
  const request = new HttpRequest({
    method: 'POST',
    url: 'http://localhost/create',
    headers: authorization === null ? {} : { authorization },
    body: { string: typeof body === 'string' ? body : JSON.stringify(body) },
  });
  const response = (await handler(request, new InvocationContext({ functionName: 'create' }))) as {
    status: number;
    jsonBody: Record<string, string> & { error?: { code: number; message: string } };
  };
  return {
    status: response.status,
    body: response.jsonBody,
    message: response.jsonBody.error?.message ?? '',
  };
}

test('answers a login and stores what it needs, but neither password nor plain secret', async () => {
  const { handler, stored, lines, asked } = setup();

  const { status, body } = await post(handler);

  expect(status).toBe(200);
  expect(body).toEqual({
    username: expect.stringMatching(/^sluice_[a-z2-7]{12}$/) as string,
    password: expect.stringMatching(/^[A-Za-z0-9]{32}$/) as string,
    host: 'sluice.acme.example',
    port: 5432,
    database: body['username'],
  });
  expect(asked).toEqual([
    { tokenUrl: `${cdf.url}/token`, clientId: 'client', clientSecret: SECRET, scope: `${cdf.url}/.default` },
  ]);
  const [credential] = stored;
  expect(credential).toMatchObject({
    username: body['username'],
    tokenUrl: `${cdf.url}/token`,
    clientId: 'client',
    scope: `${cdf.url}/.default`,
    project: 'plant',
    baseUrl: cdf.url,
    createdTime: 1_790_000_000_000,
  });
  const kept = JSON.stringify([stored, lines]);
  for (const secret of [SECRET, body['password']!, 'caller']) expect(kept).not.toContain(secret);
  expect(await openSecret(credential!.sealedSecret, clientSecretAad(credential!.username), unwrapKey)).toBe(
    SECRET,
  );
});

test('stores the verifier of the password that it answers', async () => {
  const { handler, stored } = setup();

  const { body } = await post(handler);

  const { salt, iterations, serverKey } = parseVerifier(stored[0]!.verifier);
  const salted = pbkdf2Sync(body['password']!, salt, iterations, 32, 'sha256');
  expect(createHmac('sha256', salted).update('Server Key').digest()).toEqual(serverKey);
});

test('gives each caller a login of its own', async () => {
  const { handler } = setup();
  const [one, two] = [await post(handler), await post(handler)];

  expect(one.body['username']).not.toBe(two.body['username']);
  expect(one.body['password']).not.toBe(two.body['password']);
});

test.each([null, '', 'Basic abc', 'Bearer', 'Bearer a b', 'Bearer æ'])(
  'answers 401 to the header %j and calls nobody',
  async (authorization) => {
    const { handler, asked } = setup();
    const before = cdf.requests.length;

    expect((await post(handler, aBody(), authorization)).status).toBe(401);
    expect(cdf.requests).toHaveLength(before);
    expect(asked).toEqual([]);
  },
);

test.each<[string, () => unknown, string]>([
  ['no JSON', () => '{"auth":', 'The body must be a JSON object.'],
  ['an array', () => [], 'The body must be a JSON object.'],
  ['an empty body', () => '', 'The body must be a JSON object.'],
  ['no auth', () => ({ project: 'plant' }), 'auth must be a JSON object.'],
  ['auth as a text', () => ({ auth: 'x', project: 'plant' }), 'auth must be a JSON object.'],
  ['no client_id', () => aBody({ client_id: undefined }), 'auth.client_id must be a text, and not empty.'],
  ['a number', () => aBody({ client_secret: 7 }), 'auth.client_secret must be a text, and not empty.'],
  [
    'an empty secret',
    () => aBody({ client_secret: '' }),
    'auth.client_secret must be a text, and not empty.',
  ],
  [
    'a long id',
    () => aBody({ client_id: 'x'.repeat(257) }),
    'auth.client_id must not be longer than 256 characters.',
  ],
  ['a line break', () => aBody({ client_id: 'a\nb' }), 'auth.client_id must not contain control characters.'],
  ['no project', () => aBody({}, { project: undefined }), 'project must be a text, and not empty.'],
  [
    'a path as project',
    () => aBody({}, { project: '../x' }),
    'project must be the URL name of a CDF project',
  ],
  [
    'no URL',
    () => aBody({ token_url: 'x' }),
    'auth.token_url must look like https://login.microsoftonline.com/',
  ],
  [
    'another token host',
    () => aBody({ token_url: 'https://evil.example/t' }),
    'auth.token_url must look like',
  ],
  [
    'the metadata service',
    () => aBody({ token_url: 'http://169.254.169.254/' }),
    'auth.token_url must look like',
  ],
  ['another CDF', () => aBody({ scope: 'https://evil.example/.default' }), 'auth.scope must look like'],
  ['no .default', () => aBody({ scope: cdf.url }), 'auth.scope must look like'],
  ['user info', () => aBody({ scope: 'https://a@b.cognitedata.com/.default' }), 'auth.scope must look like'],
])('answers 400 to %s and calls nobody', async (_, body, message) => {
  const { handler, asked, lines } = setup();
  const before = cdf.requests.length;

  const answer = await post(handler, body());

  expect(answer.status).toBe(400);
  expect(answer.message).toContain(message);
  expect(answer.message).not.toContain(SECRET);
  expect(cdf.requests).toHaveLength(before);
  expect([asked, lines]).toEqual([[], []]);
});

test('answers 403 to a project that is not among those allowed, once CDF knows the caller; no token is fetched', async () => {
  const { handler, asked } = setup(undefined, 'other, third');

  const { status, message } = await post(handler);

  expect(status).toBe(403);
  expect(message).toContain('SLUICE_ALLOWED_PROJECTS');
  expect(asked).toEqual([]);
  expect((await post(handler, aBody(), 'Bearer junk')).status).toBe(401);
  expect((await post(setup(undefined, 'other, plant').handler)).status).toBe(200);
});

test('answers 413 to a body above the limit', async () => {
  const { handler } = setup();
  const padding = (bytes: number) => JSON.stringify(aBody()).padEnd(bytes);

  expect((await post(handler, padding(MAX_CREATE_BYTES))).status).toBe(200);
  expect((await post(handler, padding(MAX_CREATE_BYTES + 1))).status).toBe(413);
});

describe('the caller', () => {
  test.each<[string, LoopbackAnswer | null, number, string]>([
    ['refused by CDF', { status: 401 }, 401, 'CDF refused the bearer token.'],
    ['without the right to list', { status: 403 }, 403, 'may not list projects and groups'],
    [
      'of another project',
      access(['projectsAcl', 'groupsAcl'], ['other']),
      403,
      'no access to project "plant"',
    ],
    ['while CDF is down', { status: 503 }, 502, 'gave no usable answer'],
    ['while CDF hangs up', null, 502, 'gave no usable answer'],
  ])('%s stops before the credentials are used', async (_, inspection, status, message) => {
    inspections['caller'] = inspection;
    const { handler, asked, stored } = setup();

    const answer = await post(handler);

    expect(answer).toMatchObject({ status, message: expect.stringContaining(message) as string });
    expect([asked, stored]).toEqual([[], []]);
  });
});

describe('the credentials', () => {
  const refusing = (status: number | null, code: string, message: string) => () =>
    Promise.reject(new TokenError(status, code, message));

  test.each<[string, LoopbackAnswer | null, number, string]>([
    ['unknown to CDF', { status: 401 }, 403, 'its group is not linked'],
    ['of another project', access(['projectsAcl', 'groupsAcl'], ['other']), 403, 'its group is not linked'],
    [
      'without capabilities',
      access([]),
      403,
      'add projects:list (projectsAcl: LIST) and groups:list (groupsAcl: LIST)',
    ],
    ['without groups:list', access(['projectsAcl']), 403, 'add groups:list (groupsAcl: LIST) to it'],
    ['without projects:list', access(['groupsAcl']), 403, 'add projects:list (projectsAcl: LIST) to it'],
    ['that may not inspect', { status: 403 }, 403, 'lacks a capability'],
    ['while CDF is down', { status: 500 }, 502, 'gave no usable answer'],
  ])('%s are not stored, and the answer says what to fix', async (_, inspection, status, message) => {
    inspections['app'] = inspection;
    const { handler, stored } = setup();

    const answer = await post(handler);

    expect(answer).toMatchObject({ status, message: expect.stringContaining(message) as string });
    expect(stored).toEqual([]);
  });

  test('refused by Entra ID give its sentence, without trace ids', async () => {
    const text = 'AADSTS7000215: Invalid client secret provided. Trace ID: 1b2c Correlation ID: 3d4e';
    const { handler, stored } = setup(refusing(401, 'invalid_client', text));

    const { status, message } = await post(handler);

    expect(status).toBe(400);
    expect(message).toContain('(invalid_client: AADSTS7000215: Invalid client secret provided.)');
    expect(message).not.toContain('1b2c');
    expect(stored).toEqual([]);
  });

  test('are not repeated where an endpoint repeats them', async () => {
    const { handler } = setup(refusing(400, 'invalid_client', `no such secret: ${SECRET}`));

    expect((await post(handler)).message).not.toContain(SECRET);
  });

  test.each([
    [null, 'unreachable'],
    [503, 'temporarily_unavailable'],
    [429, 'throttled'],
  ])('that could not be tried (%s %s) are no fault of the caller', async (status, code) => {
    const { handler } = setup(refusing(status, code, 'x'));

    expect((await post(handler)).status).toBe(502);
  });
});
