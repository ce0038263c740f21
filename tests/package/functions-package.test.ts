// The function app as it is deployed: the package alone in an empty folder, with the app settings that Bicep gives it and
// nothing else. Only storage, key and CDF stand in for Azure's and Cognite's.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import { type Cdf, DEFAULT_CLIENT, startCdf } from '../../local/cdf/server';
import { provisionStorage } from '../../local/provision';
import { readListening } from '../../local/ready-line';
import { createBatchStore } from '../../shared/azure/batch-store';
import { createOutcomeStore } from '../../shared/azure/outcome-store';
import { connectStorage, STORAGE_SETTINGS } from '../../shared/azure/storage';
import { type Batch, BATCH_CONTAINER, BATCH_QUEUE, BATCH_VERSION } from '../../shared/batch';
import { encodeRowNumbers } from '../../shared/batch-index';
import { OUTCOME_TABLE } from '../../shared/outcome';
import { readSettings } from '../../shared/settings';
import { type Azurite, startAzurite } from '../support/azurite';
import { connectCdf } from '../support/cdf-api';
import { type Collector, startCollector } from '../support/otlp-collector';

const DIST = resolve(__dirname, '../../dist');
const HOST = join(DIST, 'local/functions-host/main.js');
const BICEP = resolve(__dirname, '../../infra/modules/functions.bicep');

const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
const unpacked = join(folder, 'app');
let azurite: Azurite;
let cdf: Cdf;
let collector: Collector;
let host: ChildProcess;
let baseUrl: string;

/** In place of the endpoints and the identity, of the key in Key Vault, and of Application Insights. */
const standIns = () => ({
  SluiceStorage: azurite.connectionString,
  SLUICE_KEY_FILE: join(folder, 'wrapping.key'),
  OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
});
const settings = () => ({ SLUICE_PUBLIC_HOST: 'sluice.example.com', SLUICE_ALLOWED_HOSTS: cdf.baseUrl });

function start(environment: Readonly<Record<string, string>>): ChildProcess {
  return spawn(process.execPath, [HOST], {
    cwd: unpacked,
    env: { SLUICE_HTTP_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function listeningAt(child: ChildProcess): Promise<string> {
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout! })) {
    const url = readListening(line)?.['baseUrl'];
    if (typeof url === 'string') return url;
    said += line;
  }
  throw new Error(`the package did not start: ${said}`);
}

beforeAll(async () => {
  const packager = join(DIST, 'local/package-functions/main.js');
  execFileSync(process.execPath, [packager, unpacked]);
  [azurite, cdf, collector] = await Promise.all([startAzurite(), startCdf(), startCollector()]);
  await provisionStorage(azurite.connectionString);
  host = start({ ...settings(), ...standIns() });
  baseUrl = await listeningAt(host);
  host.stdout!.resume();
}, 120_000);

afterAll(async () => {
  host.kill('SIGKILL');
  await Promise.all([azurite.close(), cdf.close(), collector.close()]);
  rmSync(folder, { recursive: true });
});

test('the package is a handful of files that need no module but those of Node.js and of the worker', () => {
  const files = readdirSync(unpacked);
  expect(files).toEqual(expect.arrayContaining(['app.js', 'host.json', 'package.json', 'telemetry-sdk.js']));
  expect(files).not.toContain('node_modules');

  // node-fetch asks for encoding in a try, and does without.
  const given = new Set([...builtinModules, '@azure/functions-core', './telemetry-sdk.js', 'encoding']);
  const needed = ['app.js', 'telemetry-sdk.js'].flatMap((file) =>
    [...readFileSync(join(unpacked, file), 'utf8').matchAll(/(?<![\w.])require\("([^"]+)"\)/g)].map(
      ([, name]) => name!.replace(/^node:/, ''),
    ),
  );
  expect(needed.filter((name) => !given.has(name))).toEqual([]);
  expect(needed.length).toBeGreaterThan(5);
  // SQL is the server's: its parsers are not carried along.
  expect(readFileSync(join(unpacked, 'app.js'), 'utf8')).not.toMatch(/libpg-query|pgsql-ast-parser/);
});

test('its settings are those that Bicep gives', () => {
  if (!existsSync(BICEP)) return;
  const given = readFileSync(BICEP, 'utf8');

  const missing = Object.keys(settings()).filter((name) => !new RegExp(`\\b${name}:`).test(given));

  expect(missing).toEqual([]);
});

test('it says that it is well', async () => {
  const response = await fetch(`${baseUrl}/healthz`);

  expect(response.status).toBe(200);
});

test('it asks for a token, and then for a body', async () => {
  const without = await fetch(`${baseUrl}/create`, { method: 'POST', body: '{}' });
  const empty = await fetch(`${baseUrl}/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await fetchToken()}` },
    body: '{}',
  });

  expect([without.status, empty.status]).toEqual([401, 400]);
});

test('it makes a credential and writes a batch from the queue to CDF with it', async () => {
  const { username } = await createCredential();
  const batch = batchOf(username);
  const storage = connectStorage(
    readSettings<keyof typeof STORAGE_SETTINGS>(STORAGE_SETTINGS, {
      SluiceStorage: azurite.connectionString,
    }),
  );
  const outcomes = createOutcomeStore(storage.table(OUTCOME_TABLE));

  await createBatchStore(storage.container(BATCH_CONTAINER), storage.queue(BATCH_QUEUE)).enqueue(batch);

  let outcome = await outcomes.find(batch.unit, 1);
  while (outcome === null) outcome = await outcomes.find(batch.unit, 1);
  expect(outcome).toMatchObject({ written: 1, refused: 0 });
  const [asset] = await cdfApi().byExternalIds('assets', ['packaged']);
  expect(asset).toMatchObject({ name: 'Packaged' });
});

test('every wrong setting is named at once, and nothing is started', async () => {
  const broken = start({ SLUICE_PUBLIC_PORT: '70000', OTEL_EXPORTER_OTLP_ENDPOINT: 'nowhere' });
  let said = '';
  broken.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));

  const [code] = (await once(broken, 'close')) as [number];

  expect(code).toBe(1);
  for (const name of ['SLUICE_PUBLIC_HOST', 'SLUICE_PUBLIC_PORT', 'OTEL_EXPORTER_OTLP_ENDPOINT'])
    expect(said).toContain(name);
  for (const name of ['blobServiceUri', 'queueServiceUri', 'tableServiceUri'])
    expect(said).toContain(`SluiceStorage__${name}`);
  expect(said).toContain('SLUICE_WRAPPING_KEY_ID');
});

test('what it has to tell has left when it ends', async () => {
  host.kill('SIGTERM');
  await once(host, 'exit');

  const names = new Set(collector.spans.map(({ name }) => name));
  expect(names).toEqual(new Set(['sluice.write_batch', 'sluice.token_request', 'sluice.cdf_request']));
});

const target = () => ({ ...cdf, clientId: DEFAULT_CLIENT.id, clientSecret: DEFAULT_CLIENT.secret });
const cdfApi = () => connectCdf({ cdf: target() });

async function fetchToken(): Promise<string> {
  const { tokenUrl, clientId, clientSecret, scope } = target();
  const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
  const answer = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(body) });
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function createCredential(): Promise<{ username: string }> {
  const { tokenUrl, clientId, clientSecret, scope, project } = target();
  const auth = { token_url: tokenUrl, client_id: clientId, client_secret: clientSecret, scope };
  const answer = await fetch(`${baseUrl}/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await fetchToken()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ auth, project }),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as { username: string };
}

function batchOf(username: string): Batch {
  const body = gzipSync(JSON.stringify({ items: [{ externalId: 'packaged', name: 'Packaged' }] }));
  const index = gzipSync(encodeRowNumbers(Int32Array.of(1), 1));
  return {
    version: BATCH_VERSION,
    ...{ unit: randomUUID(), number: 1, after: [], username, rows: 1, createdTime: Date.now() },
    ...{ table: 'assets', columns: ['external_id', 'name'], onConflict: { action: 'update' } },
    contentType: 'application/json',
    bodyBytes: body.length,
    payload: { place: 'message', base64: Buffer.concat([body, index]).toString('base64') },
  };
}
