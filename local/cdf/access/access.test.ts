// Who may do what: the token endpoint, token/inspect, 401 and 403.
import type { Cdf } from '../server';
import { startCdf } from '../server';
import { askToken, connect, send } from '../test-client';

let cdf: Cdf;
let time = 0;
const reader = {
  id: 'reader',
  secret: 's&c=t',
  capabilities: [
    { assetsAcl: { actions: ['READ'], scope: { all: {} } }, projectScope: { projects: ['local'] } },
  ],
};
const elsewhere = { id: 'elsewhere', secret: 'x', projects: ['other'], groups: [7] };

beforeAll(async () => {
  const clients = [{ id: 'sluice', secret: 'sluice-local-secret' }, reader, elsewhere];
  cdf = await startCdf({ clients, now: () => time });
});
afterAll(() => cdf.close());

test('a token comes for credentials in the form or in a Basic header', async () => {
  const form = await askToken(cdf, { client_id: 'reader', client_secret: 's&c=t' });
  const basic = Buffer.from(`reader:${encodeURIComponent('s&c=t')}`).toString('base64');
  const header = await askToken(cdf, {}, { authorization: `Basic ${basic}` });

  for (const { status, body } of [form, header]) {
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3599 });
    expect(body['access_token']).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  }
});

test.each([
  ['a wrong secret', { client_id: 'reader', client_secret: 'no' }, [401, 'invalid_client', 7000215]],
  ['no secret', { client_id: 'reader' }, [401, 'invalid_client', 7000218]],
  ['an unknown client', { client_id: 'no', client_secret: 'no' }, [400, 'unauthorized_client', 700016]],
  ['no client', {}, [400, 'invalid_request', 900144]],
  ['another grant', { client_id: 'reader', grant_type: 'password' }, [400, 'unsupported_grant_type', 70003]],
  ['a scope that is none', { client_id: 'reader', scope: 'all' }, [400, 'invalid_scope', 1002012]],
  [
    'a scope of others',
    { client_id: 'reader', scope: 'https://x/.default' },
    [400, 'invalid_resource', 500011],
  ],
])('%s is refused as Entra does', async (_, form: Record<string, string>, [status, error, code]) => {
  const answer = await askToken(cdf, form);

  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject({ error, error_codes: [code] });
  expect(answer.body['error_description']).toMatch(new RegExp(`^AADSTS${code}: `));
});

test('token/inspect shows projects, groups and capabilities, to those who may list them', async () => {
  const inspect = async (client: { id: string; secret: string }) => {
    const token = await askToken(cdf, { client_id: client.id, client_secret: client.secret });
    const authorization = `Bearer ${String(token.body['access_token'])}`;
    return send(`${cdf.baseUrl}/api/v1/token/inspect`, { headers: { authorization } });
  };

  expect((await inspect(reader)).status).toBe(403);
  expect((await inspect(elsewhere)).body).toMatchObject({
    subject: 'elsewhere',
    projects: [{ projectUrlName: 'other', groups: [7] }],
    capabilities: expect.arrayContaining([
      { assetsAcl: { actions: ['READ', 'WRITE'], scope: { all: {} } }, projectScope: { allProjects: {} } },
    ]) as unknown,
  });
});

test('an operation needs its capability', async () => {
  const client = await connect(cdf, reader);

  expect((await client.post('/assets/list', {})).status).toBe(200);
  expect((await client.post('/assets', { items: [{ name: 'x' }] })).body).toEqual({
    error: { code: 403, message: expect.stringContaining('insufficient access rights') as string },
  });
  expect((await client.get('/raw/dbs')).status).toBe(403);
});

test('a missing, unknown or expired token and a foreign project are 401', async () => {
  const url = `${cdf.baseUrl}/api/v1/projects/local/assets`;
  const client = await connect(cdf);

  expect((await send(url)).body).toEqual({ error: { code: 401, message: 'Unauthorized' } });
  expect((await send(url, { headers: { authorization: 'Bearer nobody' } })).status).toBe(401);
  expect((await (await connect(cdf, elsewhere)).get('/assets')).status).toBe(401);
  time += 3598_000;
  expect((await client.get('/assets')).status).toBe(200);
  time += 1_000;
  expect((await client.get('/assets')).status).toBe(401);
});

test('tokens can be expired and clients changed while they hold tokens', async () => {
  const client = await connect(cdf, reader);

  await client.control('POST', '/clients', { ...reader, capabilities: [] });
  expect((await client.get('/assets')).status).toBe(403);
  await client.control('POST', '/clients', { ...reader, expiresIn: 5 });
  expect((await client.get('/assets')).status).toBe(200);
  expect(
    (await askToken(cdf, { client_id: 'reader', client_secret: reader.secret })).body['expires_in'],
  ).toBe(5);
  await client.control('POST', '/expire-tokens');
  expect((await client.get('/assets')).status).toBe(401);
  expect((await client.control('POST', '/clients', { id: 1 })).status).toBe(400);
});
