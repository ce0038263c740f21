// The HTTP API on the whole stack: what it makes, changes and takes away is so for PostgreSQL clients.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Client } from 'pg';
import { OPERATIONS } from '../functions/api/operations';
import { connectPg, failureOf } from './support/clients';
import type { ApiBody } from './support/http-api';
import { type Stack, startStack } from './support/stack';

let stack: Stack;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  const { cdf } = stack.ready;
  const form = { client_id: cdf.clientId, client_secret: cdf.clientSecret, scope: cdf.scope };
  const answer = await fetch(cdf.tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', ...form }),
  });
  token = ((await answer.json()) as { access_token: string }).access_token;
}, 90_000);
afterAll(() => stack.stop());

async function call(method: 'GET' | 'POST', path: string, body?: object) {
  const answer = await fetch(`${stack.ready.http.baseUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as ApiBody };
}

const gateway = (rest = '') => `/api/v1/projects/${stack.ready.cdf.project}/postgresgateway${rest}`;

interface Login {
  readonly username: string;
  readonly password: string;
}

async function createUser(): Promise<Login> {
  const { tokenUrl, clientId, clientSecret, scope } = stack.ready.cdf;
  const credentials = { tokenUrl, clientId, clientSecret, scope };
  const { status, body } = await call('POST', gateway(), { items: [{ credentials }] });
  expect(status).toBe(200);
  return body.items[0] as unknown as Login;
}

async function update(username: string, change: object): Promise<ApiBody> {
  const { status, body } = await call('POST', gateway('/update'), { items: [{ username, update: change }] });
  expect(status).toBe(200);
  return body;
}

function connect({ username, password }: Login): Promise<Client> {
  const postgres = { ...stack.ready.postgres, user: username, database: username, password };
  return connectPg({ ...stack.ready, postgres });
}

/** What a session is told when it is ended from the other side. */
async function endOf(client: Client): Promise<unknown> {
  const [error] = (await once(client, 'error')) as [unknown];
  return error;
}

test('a user logs in, is listed, gets a new password, and the old one is refused', async () => {
  const login = await createUser();
  const session = await connect(login);
  const { body: listed } = await call('GET', gateway());
  expect(listed.items.map(({ username }) => username)).toContain(login.username);

  const rotated = await update(login.username, { password: { rotate: true } });

  const password = rotated.items[0]!['password'] as string;
  expect(await failureOf(connect(login))).toMatchObject({ code: '28P01' });
  const next = await connect({ ...login, password });
  for (const client of [session, next]) {
    expect((await client.query('SELECT current_user AS name')).rows).toEqual([{ name: login.username }]);
    await client.end();
  }
});

test('a disabled user is sent away, and let in again once enabled; a deleted one never', async () => {
  const [disabled, deleted] = [await createUser(), await createUser()];
  const sessions = [await connect(disabled), await connect(deleted)];
  const ends = Promise.all(sessions.map(endOf));
  await update(disabled.username, { disabled: { set: true } });
  await call('POST', gateway('/delete'), { items: [{ username: deleted.username }] });
  for (const login of [disabled, deleted])
    expect(await failureOf(connect(login))).toMatchObject({ code: '28P01' });

  const refusal = {
    code: '57P01',
    severity: 'FATAL',
    message: 'terminating connection due to administrator command',
    detail: 'The gateway user was deleted or disabled.',
  };
  expect(await ends).toEqual([expect.objectContaining(refusal), expect.objectContaining(refusal)]);

  await update(disabled.username, { disabled: { set: false } });
  await (await connect(disabled)).end();
  expect((await call('GET', `/user/${deleted.username}`)).status).toBe(404);
}, 90_000);

test('tables are made over v1 and v2, and each lists what the other made', async () => {
  const { username } = await createUser();
  const v1 = {
    destination: 'raw',
    name: 'movies',
    columns: ['title', 'year'],
    options: { primary_key: 'title', database: 'my_database', table: 'my_table' },
  };
  const v2 = {
    type: 'raw_rows',
    tablename: 'films',
    options: { database: 'my_database', table: 'my_table', primaryKey: 'title' },
    columns: { title: { type: 'TEXT' }, year: { type: 'BIGINT' } },
  };

  expect((await call('POST', `/user/${username}/tables`, { items: [v1] })).status).toBe(200);
  expect((await call('POST', gateway(`/tables/${username}`), { items: [v2] })).status).toBe(200);

  const listed = await call('GET', gateway(`/tables/${username}`));
  expect(listed.body.items.map(({ tablename }) => tablename)).toEqual(['films', 'movies']);
  const old = await call('GET', `/user/${username}/tables`);
  expect(old.body.items.map(({ name }) => name)).toEqual(['films', 'movies']);
});

test('the description is served, of all that is served', async () => {
  const { body } = await call('GET', '/openapi.json');

  const paths = body['paths'] as Record<string, Record<string, object>>;
  const described = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method} ${path}`),
  );
  expect(described.sort()).toEqual(OPERATIONS.map(({ method, path }) => `${method} ${path}`).sort());
  expect(body['servers']).toEqual([{ url: stack.ready.http.baseUrl }]);
});

test('npm run credentials creates, rotates, lists and deletes a user beside a running stack', async () => {
  const run = async (...args: string[]) => {
    const main = resolve(__dirname, '../dist/local/credentials/main.js');
    const env = { PATH: process.env['PATH'], SLUICE_DATA_DIR: stack.dataDirectory };
    return (await promisify(execFile)(process.execPath, [main, ...args], { env })).stdout;
  };
  const login = JSON.parse(await run('create', '--json')) as Login;
  await (await connect(login)).end();

  const text = await run('rotate', login.username);

  const [uri = ''] = /postgresql:\/\/\S+(?=')/.exec(text) ?? [];
  await (await connect({ ...login, password: new URL(uri).password })).end();
  expect(await failureOf(connect(login))).toMatchObject({ code: '28P01' });
  expect(await run('list')).toContain(login.username);
  expect(await run('delete', login.username, '--yes')).toContain('is deleted');
  expect(await run('list')).not.toContain(login.username);
  await expect(run('rotate', login.username)).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Users not found') as string,
  });
});
