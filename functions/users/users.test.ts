import { createVerifier, parseVerifier } from '../../shared/scram';
import type { HttpApi } from '../../tests/support/http-api';
import { CLIENT_SECRET, startHttpApi } from '../../tests/support/http-api';
import { MAX_BODY_BYTES } from '../api/read-body';

let api: HttpApi;
beforeAll(async () => {
  api = await startHttpApi();
});
afterAll(() => api.close());

const PLANT = '/api/v1/projects/plant/postgresgateway';
const OTHER = '/api/v1/projects/other/postgresgateway';

const update = (username: string, change: object, token = 'plant') =>
  api.call('POST', `${PLANT}/update`, { items: [{ username, update: change }] }, token);

const remove = (username: string, more: object = {}, token = 'plant') =>
  api.call('POST', `${PLANT}/delete`, { items: [{ username }], ...more }, token);

/** Whether a login with this password would be let in. */
async function opens(username: string, password: string): Promise<boolean> {
  const { verifier } = (await api.credentials.find(username))!;
  const { salt, iterations } = parseVerifier(verifier);
  return createVerifier(password, iterations, Buffer.from(salt)) === verifier;
}

test('a user is created in the form of CDF, with all that a client needs', async () => {
  const { status, body } = await api.call('POST', PLANT, { items: [{ credentials: api.app }] });

  const user = body.items[0] as { username: string; password: string };
  expect(status).toBe(200);
  expect(user).toEqual({
    username: expect.stringMatching(/^sluice_[a-z2-7]{12}$/) as string,
    password: expect.stringMatching(/^[A-Za-z0-9]{32}$/) as string,
    createdTime: 1_790_000_000_000,
    lastUpdatedTime: 1_790_000_000_000,
    disabled: false,
    clientId: 'client',
    host: 'sluice.acme.example',
    port: 5432,
    database: user.username,
  });
  expect(await api.openSecretOf(user.username)).toBe(CLIENT_SECRET);
  expect(await opens(user.username, user.password)).toBe(true);
});

test.each<[string, object, string]>([
  ['no items', {}, 'Field required: items'],
  ['two users', { items: [{}, {}] }, 'List should have at most 1 item after validation, not 2: items'],
  [
    'the nonce of a CDF session',
    { items: [{ credentials: { nonce: 'x' } }] },
    'Field required: items.0.credentials.tokenUrl',
  ],
  ['something else', { items: [{ type: 1 }] }, 'Field required: items.0.credentials'],
  ['more than is known', { items: [], more: 1 }, 'List should have at least 1 item'],
])('a body with %s is answered 422 in the words of CDF', async (_, body, message) => {
  const answer = await api.call('POST', PLANT, body);

  expect([answer.status, answer.body.error.code]).toEqual([422, 422]);
  expect(answer.body.error.message).toContain(message);
});

test('what is no JSON, and a null in it, are answered 400', async () => {
  expect((await api.call('POST', PLANT, '{')).status).toBe(400);
  const { status, body } = await api.call('POST', PLANT, { items: [{ credentials: null }] });
  expect([status, body.error.message]).toEqual([400, "`null` values aren't allowed."]);
});

test('a body above the limit is answered 413, and read no further', async () => {
  const padding = (bytes: number) => JSON.stringify({ items: [{ credentials: api.app }] }).padEnd(bytes);

  expect((await api.call('POST', PLANT, padding(MAX_BODY_BYTES))).status).toBe(200);
  expect((await api.call('POST', PLANT, padding(MAX_BODY_BYTES + 1))).status).toBe(413);
});

test('hosts that may not be called are refused, and another project than the path says is of no use', async () => {
  const evil = { ...api.app, tokenUrl: 'https://evil.example/token' };
  const { status, body } = await api.call('POST', PLANT, { items: [{ credentials: evil }] });

  expect(status).toBe(400);
  expect(body.error.message).toContain('credentials.tokenUrl must look like');
  expect((await api.call('POST', OTHER, { items: [{ credentials: api.app }] })).status).toBe(403);
});

test('each call needs a bearer token that CDF knows', async () => {
  const { username } = await api.createUser();
  const names = { items: [{ username }] };
  for (const [method, path, body] of [
    ['GET', PLANT],
    ['POST', `${PLANT}/list`, {}],
    ['POST', `${PLANT}/byids`, names],
    ['POST', `${PLANT}/update`, { items: [{ username, update: {} }] }],
    ['POST', `${PLANT}/delete`, names],
    ['GET', `/user/${username}`],
    ['GET', `/user/${username}/tables`],
    ['GET', `${PLANT}/tables/${username}`],
  ] as const) {
    expect([path, (await api.call(method, path, body, null)).status]).toEqual([path, 401]);
    expect([path, (await api.call(method, path, body, 'unknown')).status]).toEqual([path, 401]);
  }
});

test("another project's user is as unknown as none at all", async () => {
  const { username } = await api.createUser();
  const before = await api.credentials.find(username);

  expect((await api.call('GET', `/user/${username}`, undefined, 'other')).status).toBe(404);
  expect((await api.call('GET', `${OTHER}/tables/${username}`, undefined, 'other')).status).toBe(404);
  for (const path of [PLANT, OTHER]) {
    const byIds = await api.call('POST', `${path}/byids`, { items: [{ username }] }, 'other');
    expect([byIds.status, byIds.body.error.missing]).toEqual([400, [{ username }]]);
    const deleted = await api.call('POST', `${path}/delete`, { items: [{ username }] }, 'other');
    expect([deleted.status, deleted.body.error.missing]).toEqual([400, [{ username }]]);
  }
  expect((await update(username, { password: { rotate: true } }, 'other')).status).toBe(400);
  expect(await api.credentials.find(username)).toEqual(before);
});

test('a page of the list leads to the next, and nothing in it opens anything', async () => {
  const created = [await api.createUser(), await api.createUser(), await api.createUser()];
  const seen: unknown[] = [];
  for (let next: string | undefined = ''; next !== undefined;) {
    const query: string = next === '' ? '' : `&cursor=${encodeURIComponent(next)}`;
    const { body } = await api.call('GET', `${PLANT}?limit=2${query}`);
    expect(body.items.length).toBeLessThanOrEqual(2);
    expect(JSON.stringify(body)).not.toMatch(/SCRAM|ecret|password/);
    seen.push(...body.items.map((user) => user['username']));
    next = body.nextCursor;
  }

  for (const { username } of created) expect(seen).toContain(username);
  expect(new Set(seen).size).toBe(seen.length);
});

test.each(['?limit=0', '?limit=-1', '?limit=many'])('a list with %s is answered 422', async (query) => {
  expect((await api.call('GET', `${PLANT}${query}`)).status).toBe(422);
});

test('a limit above the greatest is taken for it, but not in the body of /list', async () => {
  expect((await api.call('GET', `${PLANT}?limit=1000`)).status).toBe(200);
  expect((await api.call('POST', `${PLANT}/list`, { limit: 11 })).status).toBe(422);
  expect((await api.call('POST', `${PLANT}/list`, { limit: 1 })).body.items).toHaveLength(1);
});

test('the users of a project are not shown to others, nor is a project that has none', async () => {
  await api.createUser();
  const nowhere = '/api/v1/projects/nowhere/postgresgateway';

  expect((await api.call('GET', PLANT, undefined, 'other')).status).toBe(403);
  expect((await api.call('GET', nowhere, undefined, 'other')).status).toBe(403);
  expect((await api.call('GET', OTHER, undefined, 'other')).body).toEqual({ items: [] });
});

const claims = (aud: unknown) => Buffer.from(JSON.stringify({ aud })).toString('base64url');

test.each<[string, (url: string) => string]>([
  ['that CDF does not know', () => 'junk'],
  ['that is no JWT', () => 'no.jwt.junk'],
  ['for nobody', () => `e30.${claims(undefined)}.plant`],
  ['for a host that may not be called', () => `e30.${claims('https://evil.example')}.plant`],
  ['for another port', (url) => `e30.${claims(`${url}1`)}.plant`],
])('with a token %s nobody learns which users and projects there are', async (_, tokenFor) => {
  const { username } = await api.createUser();
  const token = tokenFor(api.cdf.url);
  const ask = async (name: string, project: string) => {
    const path = `/api/v1/projects/${project}/postgresgateway`;
    const items = [{ username: name }];
    const answers = [
      await api.call('GET', `/user/${name}`, undefined, token),
      await api.call('GET', `/user/${name}/tables`, undefined, token),
      await api.call('GET', path, undefined, token),
      await api.call('GET', `${path}/tables/${name}`, undefined, token),
      await api.call('POST', `${path}/byids`, { items, ignoreUnknownIds: true }, token),
      await api.call('POST', `${path}/delete`, { items }, token),
      await api.call('POST', `${path}/update`, { items: [{ username: name, update: {} }] }, token),
    ];
    return answers.map(({ status, body }) => [status, body.error.message]);
  };

  const known = await ask(username, 'plant');

  expect(known.map(([status]) => status)).toEqual(known.map(() => 401));
  expect(await ask('sluice_nobody', 'nowhere')).toEqual(known);
  expect(await api.credentials.find(username)).not.toBeNull();
});

test("a project of the same name at another cluster is another's: no user, no cursor", async () => {
  const { username } = await api.createUser();
  const { etag: _, ...credential } = (await api.credentials.find(username))!;
  const baseUrl = 'https://asia-northeast1-1.cognitedata.com';
  for (let n = 0; n < 3; n++)
    await api.credentials.create({ ...credential, project: 'other', baseUrl, username: `sluice_far_${n}` });

  expect((await api.call('GET', `${OTHER}?limit=1`, undefined, 'other')).body).toEqual({ items: [] });
  expect((await api.call('GET', '/user/sluice_far_0', undefined, 'other')).status).toBe(404);
});

test('users are looked up in the order asked for; unknown ones are listed, or left out', async () => {
  const [one, two] = [await api.createUser(), await api.createUser()];
  const items = [two, { username: 'nobody' }, one].map(({ username }) => ({ username }));

  const refused = await api.call('POST', `${PLANT}/byids`, { items });
  const found = await api.call('POST', `${PLANT}/byids`, { items, ignoreUnknownIds: true });

  expect([refused.status, refused.body.error.missing]).toEqual([400, [{ username: 'nobody' }]]);
  expect(found.body.items.map(({ username }) => username)).toEqual([two.username, one.username]);
});

test('a rotated password is shown once; the old one opens nothing', async () => {
  const { username, password } = await api.createUser();

  const { body } = await update(username, { password: { rotate: true } });

  const fresh = body.items[0]!['password'] as string;
  expect([await opens(username, password), await opens(username, fresh)]).toEqual([false, true]);
  expect(JSON.stringify(await api.call('GET', `/user/${username}`))).not.toContain(fresh);
  expect(api.lines.join()).not.toContain(fresh);
});

test('new client credentials replace the old, and the password stays', async () => {
  const { username, password } = await api.createUser();
  const set = { ...api.app, clientId: 'second', clientSecret: 'other-secret' };

  const { status, body } = await update(username, { credentials: { set } });

  expect([status, body.items[0]!['clientId'], body.items[0]!['password']]).toEqual([
    200,
    'second',
    undefined,
  ]);
  expect(await api.openSecretOf(username)).toBe('other-secret');
  expect(await opens(username, password)).toBe(true);
});

test('client credentials of another cluster are another user', async () => {
  const { username } = await api.createUser();
  const set = { ...api.app, scope: 'https://westeurope-1.cognitedata.com/.default' };

  const { status, body } = await update(username, { credentials: { set } });

  expect([status, body.error.message]).toEqual([400, expect.stringContaining('must stay at')]);
});

test('a user is disabled and enabled again; both are seen', async () => {
  const { username } = await api.createUser();

  await update(username, { disabled: { set: true } });
  expect((await api.call('GET', `/user/${username}`)).body['disabled']).toBe(true);
  await update(username, { password: { rotate: true } });
  expect((await api.credentials.find(username))?.disabled).toBe(true);
  await update(username, { disabled: { set: false } });
  expect((await api.call('GET', `/user/${username}`)).body['disabled']).toBe(false);
});

test('a user who is changed by two at one time is changed by one', async () => {
  const { username } = await api.createUser();

  const answers = await Promise.all([1, 2, 3].map(() => update(username, { password: { rotate: true } })));

  const statuses = answers.map(({ status }) => status);
  expect(statuses).toContain(200);
  for (const { status, body } of answers)
    if (status === 200) continue;
    else expect([status, body.error.message]).toEqual([409, expect.stringContaining('someone else')]);
});

test('a deleted user is gone with the tables of its own', async () => {
  const { username } = await api.createUser();
  const table = {
    destination: 'raw',
    name: 'movies',
    columns: ['title'],
    options: { database: 'd', table: 't' },
  };
  await api.call('POST', `/user/${username}/tables`, { items: [table] });

  expect(await remove(username)).toEqual({ status: 200, body: {} });

  expect(await api.credentials.find(username)).toBeNull();
  expect(await api.tables.list(username)).toEqual({ version: '', tables: [] });
  expect((await remove(username)).body.error.missing).toEqual([{ username }]);
  expect((await remove(username, { ignoreUnknownIds: true })).status).toBe(200);
});

test('a user is shown with all but secrets', async () => {
  const { username } = await api.createUser();

  const { body } = await api.call('GET', `/user/${username}`);

  expect(body).toEqual({
    username,
    createdTime: 1_790_000_000_000,
    lastUpdatedTime: 1_790_000_000_000,
    disabled: false,
    clientId: 'client',
    project: 'plant',
    baseUrl: api.cdf.url,
    tokenUrl: `${api.cdf.url}/token`,
    scope: `${api.cdf.url}/.default`,
    host: 'sluice.acme.example',
    port: 5432,
    database: username,
  });
});
