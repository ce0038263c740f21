// Runs what `npm run build` has made, as the local stack runs it: the trick of load-app.ts needs Node's own loader.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { QueueClient } from '@azure/storage-queue';
import { startAzurite, type Azurite } from '../../tests/support/azurite';
import { readListening } from '../ready-line';

const MAIN = resolve(__dirname, '../../dist/local/functions-host/main.js');

const APP = `
const { app } = require(process.env.AZURE_FUNCTIONS);
const runs = [];
app.hook.preInvocation((context) => { context.hookData.seen = context.inputs.length; });
app.hook.postInvocation((context) => { runs.push({ hook: context.hookData.seen, failed: Boolean(context.error) }); });
app.http('echo', { methods: ['PUT'], route: 'echo/{name}', handler: async (request) => ({
  status: 201,
  headers: { 'x-method': request.method, 'content-type': 'text/plain' },
  cookies: [{ name: 'a', value: 'b', path: '/', httpOnly: true }],
  body: [request.params.name, request.query.get('q'), request.headers.get('x-in'), await request.text()].join('|'),
}) });
app.http('runs', { methods: ['GET'], handler: () => ({ jsonBody: runs }) });
app.http('throws', { methods: ['GET'], handler: () => { throw new Error('no'); } });
app.http('nothing', { methods: ['GET'], handler: () => undefined });
app.storageQueue('work', { queueName: '%QUEUE%', connection: 'Jobs', handler: (body, context) => {
  const { id, dequeueCount, popReceipt, insertionTime } = context.triggerMetadata;
  runs.push({ body, id: typeof id, dequeueCount, popReceipt: typeof popReceipt, insertionTime: typeof insertionTime });
} });
`;

const directory = mkdtempSync(join(tmpdir(), 'sluice host-'));
let azurite: Azurite;
let host: ChildProcess;
let baseUrl: string;
let queue: QueueClient;

function startHost(app: string, environment: Record<string, string> = {}): ChildProcess {
  const appDirectory = mkdtempSync(join(directory, 'app-'));
  const queues = { maxPollingInterval: '00:00:00.100' };
  writeFileSync(join(appDirectory, 'package.json'), '{"main":"app.js"}');
  writeFileSync(
    join(appDirectory, 'host.json'),
    JSON.stringify({ extensions: { http: { routePrefix: '' }, queues } }),
  );
  writeFileSync(join(appDirectory, 'app.js'), app);
  return spawn(process.execPath, [MAIN], {
    env: {
      SLUICE_APP_DIR: appDirectory,
      SLUICE_HTTP_PORT: '0',
      AZURE_FUNCTIONS: require.resolve('@azure/functions'),
      QUEUE: 'work',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function listeningAt(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = readListening(line)?.['baseUrl'];
    if (typeof url === 'string') return url;
  }
  throw new Error('the functions host has not listened; was it built (npm run build)?');
}

beforeAll(async () => {
  azurite = await startAzurite();
  queue = new QueueClient(azurite.connectionString, 'work');
  await queue.create();
  host = startHost(APP, { Jobs: azurite.connectionString });
  baseUrl = await listeningAt(host);
  host.stdout?.resume();
});
afterAll(async () => {
  host.kill('SIGKILL');
  await azurite.close();
  rmSync(directory, { recursive: true });
});

const runs = async () => (await (await fetch(`${baseUrl}/runs`)).json()) as Record<string, unknown>[];

test('a request reaches the function whole, and so does its answer come back', async () => {
  const response = await fetch(`${baseUrl}/echo/a%20b?q=1`, {
    method: 'PUT',
    headers: { 'x-in': 'in' },
    body: 'bödy',
  });

  expect(response.status).toBe(201);
  expect(response.headers.get('x-method')).toBe('PUT');
  expect(response.headers.get('set-cookie')).toBe('a=b; Path=/; HttpOnly');
  await expect(response.text()).resolves.toBe('a b|1|in|bödy');
});

test.each([
  ['/none', 404],
  ['/echo/x', 405],
  ['/throws', 500],
  ['/nothing', 204],
])('GET %s is answered %i', async (path, status) => {
  const response = await fetch(baseUrl + path);

  expect(response.status).toBe(status);
  await expect(response.text()).resolves.toBe('');
});

test('a message reaches the function as JSON or as text, with its metadata, and the hooks run', async () => {
  await queue.sendMessage(Buffer.from('{"rows":[1]}').toString('base64'));
  await queue.sendMessage(Buffer.from('plain text').toString('base64'));

  let seen: Record<string, unknown>[] = [];
  while (seen.length < 2) seen = (await runs()).filter(({ body }) => body !== undefined);

  const metadata = { id: 'string', dequeueCount: 1, popReceipt: 'string', insertionTime: 'string' };
  expect(seen).toEqual(
    expect.arrayContaining([
      { body: { rows: [1] }, ...metadata },
      { body: 'plain text', ...metadata },
    ]),
  );
  expect(await runs()).toContainEqual({ hook: 1, failed: false });
});

test('an app that cannot be loaded ends the host with its message', async () => {
  const broken = startHost("throw new Error('SLUICE_X is not set');");
  let errors = '';
  broken.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));

  const [code] = (await once(broken, 'close')) as [number];

  expect(code).toBe(1);
  expect(errors).toContain('SLUICE_X is not set');
});

test('a missing connection ends the host and is named', async () => {
  const broken = startHost(APP);
  let errors = '';
  broken.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));

  const [code] = (await once(broken, 'close')) as [number];

  expect(code).toBe(1);
  expect(errors).toContain('Jobs is not set');
});

test('SIGTERM ends the host with exit code 0', async () => {
  host.kill('SIGTERM');

  await expect(once(host, 'exit')).resolves.toEqual([0, null]);
});
