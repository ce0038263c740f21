// The commands that the docs show for a terminal, as far as they can be run on this machine, are run here as they stand
// there: against a local stack in Azure's and CDF's place.
import { execFile, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { createBatchStore } from '../shared/azure/batch-store';
import { connectStorage, STORAGE_SETTINGS } from '../shared/azure/storage';
import { type Batch, BATCH_CONTAINER, BATCH_QUEUE, BATCH_VERSION } from '../shared/batch';
import { readSettings } from '../shared/settings';
import { storageFile } from '../local/ready';
import { connectPg } from './support/clients';
import { type Stack, startStack } from './support/stack';

const run = promisify(execFile);
const ROOT = resolve(__dirname, '..');
const COMMAND_LIMIT_MS = 110_000;
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
];
const page = (name: string) => readFileSync(join(ROOT, name), 'utf8');

/** What `npm run <name>` of package.json runs, without its build: jest has built already. */
const scripts = (JSON.parse(page('package.json')) as { scripts: Record<string, string> }).scripts;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
}, 90_000);
afterAll(() => stack.stop());

async function npmRun(name: string, args: readonly string[], environment = {}) {
  const [node, script] = scripts[name]!.replace(/^exec /, '').split(' ');
  expect(node).toBe('node');
  return run(process.execPath, [join(ROOT, script!), ...args], {
    cwd: ROOT,
    timeout: COMMAND_LIMIT_MS,
    env: { ...process.env, SLUICE_DATA_DIR: stack.dataDirectory, ...environment },
  });
}

it('every npm command that a page shows exists', () => {
  for (const name of PAGES)
    for (const [, command] of page(name).matchAll(/npm run (?:--silent )?([a-z:-]+)/g))
      expect({ name, command, isThere: command! in scripts }).toEqual({ name, command, isThere: true });
});

const hasCurl = spawnSync('curl', ['--version']).status === 0;

(hasCurl ? it : it.skip)('the curl commands make a gateway user that can log in', async () => {
  const text = page('docs/entra-and-cdf.md');
  const after = text.slice(text.indexOf('Then, in the same shell:'));
  const block = /^(?: {4}.*\n|\n)+/m.exec(after.slice(after.indexOf('\n\n')))![0].replace(/^ {4}/gm, '');
  const { cdf, http } = stack.ready;

  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', block], {
    timeout: COMMAND_LIMIT_MS,
    env: {
      ...process.env,
      ...{ CLIENT_ID: cdf.clientId, CLIENT_SECRET: cdf.clientSecret, PROJECT: cdf.project },
      ...{ TOKEN_URL: cdf.tokenUrl, SCOPE: cdf.scope, GATEWAY: http.baseUrl },
    },
  });

  const user = JSON.parse(stdout) as { username: string; password: string; database: string };
  const client = await connectPg({
    ...stack.ready,
    postgres: { ...stack.ready.postgres, ...user, user: user.username },
  });
  expect((await client.query('SELECT current_user AS name')).rows).toEqual([{ name: user.username }]);
  await client.end();
});

function aPoisonBatch(unit: string): Batch {
  return {
    ...{
      version: BATCH_VERSION,
      unit,
      number: 3,
      after: [],
      username: stack.ready.postgres.user,
      table: 'events',
    },
    ...{ columns: ['external_id'], onConflict: { action: 'update' }, rows: 1, bodyBytes: 1 },
    ...{ contentType: 'application/json', payload: { place: 'message', base64: 'AA==' }, createdTime: 1 },
  };
}

it('the commands for poison batches list, retry and drop', async () => {
  const SluiceStorage = readFileSync(storageFile(stack.dataDirectory), 'utf8');
  const storage = connectStorage(
    readSettings<keyof typeof STORAGE_SETTINGS>(STORAGE_SETTINGS, { SluiceStorage }),
  );
  const batches = createBatchStore(storage.container(BATCH_CONTAINER), storage.queue(BATCH_QUEUE));
  const shown = [...page('docs/operations.md').matchAll(/npm run poison -- (retry|drop) (\S+)\/3$/gm)];
  expect(shown.map(([, verb]) => verb)).toEqual(['retry', 'drop']);
  const unit = shown[0]![2]!;
  const keep = () => batches.stage(`poison/${unit}/3.json`, Buffer.from(JSON.stringify(aPoisonBatch(unit))));

  await keep();
  expect((await npmRun('poison', ['list'])).stdout).toContain(`${unit}/3`);
  expect((await npmRun('poison', ['retry', `${unit}/3`])).stdout).toContain(
    '1 rows for events are in the queue again',
  );
  await keep();
  expect((await npmRun('poison', ['drop', `${unit}/3`])).stdout).toContain('dropped');
  await expect(npmRun('poison', ['drop', `${unit}/3`])).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no poison batch') as string,
  });
});

it('a poison command without storage says which settings are missing', async () => {
  const failure = npmRun('poison', ['list'], { SLUICE_DATA_DIR: join(stack.dataDirectory, 'nothing') });
  await expect(failure).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('SluiceStorage__blobServiceUri') as string,
  });
});

it('the commands for users make one, list it, rotate its password and delete it', async () => {
  const { stdout } = await npmRun('credentials', ['create', '--json']);
  const { username } = JSON.parse(stdout) as { username: string };
  expect((await npmRun('credentials', ['list'])).stdout).toContain(username);
  expect((await npmRun('credentials', ['rotate', username])).stdout).toContain('psql');
  expect((await npmRun('credentials', ['delete', '--yes', username])).stdout).toContain(username);
  expect((await npmRun('credentials', ['list'])).stdout).not.toContain(username);
});

it('the demo loads its rows into the running stack and finds all of them in CDF', async () => {
  const { stdout } = await npmRun('demo', []);
  expect(stdout).toMatch(/data points/);
}, 120_000);
