// The whole of Sluice as `npm start` runs it, for tests: own ports, own data folder, built code.
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Ready {
  readonly postgres: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly password: string;
    readonly database: string;
    readonly tls: { readonly ca: string };
  };
  readonly http: { readonly baseUrl: string };
  readonly cdf: {
    readonly baseUrl: string;
    readonly project: string;
    readonly tokenUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly scope: string;
  };
  readonly processes: Readonly<Record<string, number>>;
}

export interface Stack {
  readonly ready: Ready;
  readonly dataDirectory: string;
  /** What all parts printed so far. */
  output(): string;
  /** Resolves with the exit code when the stack has ended. */
  readonly ended: Promise<number | null>;
  /** SIGTERM, and waits. */
  stop(): Promise<void>;
}

/** The built code, whether this file itself is built (bench) or not (jest). */
const START = [
  resolve(__dirname, '../../local/start.js'),
  resolve(__dirname, '../../dist/local/start.js'),
].find((file) => existsSync(file));
const START_LIMIT_MS = 60_000;
const POLL_MS = 50;

/** Starts the stack; `dataDirectory` given: a restart with what lasts. */
export async function startStack(
  environment: Readonly<Record<string, string>> = {},
  dataDirectory?: string,
): Promise<Stack> {
  const directory = dataDirectory ?? (await mkdtemp(join(tmpdir(), 'sluice-stack-')));
  const child = spawn(process.execPath, [START ?? 'dist/local/start.js'], {
    env: {
      ...process.env,
      SLUICE_PG_PORT: '0',
      SLUICE_HTTP_PORT: '0',
      SLUICE_CDF_PORT: '0',
      SLUICE_DATA_DIR: directory,
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((done) => child.once('exit', done));
  const ready = await waitUntilReady(child, join(directory, 'ready.json'), () => output);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    if (dataDirectory === undefined) await rm(directory, { recursive: true, force: true });
  };
  return { ready, dataDirectory: directory, output: () => output, ended, stop };
}

async function waitUntilReady(child: ChildProcess, file: string, output: () => string): Promise<Ready> {
  const until = Date.now() + START_LIMIT_MS;
  while (Date.now() < until && child.exitCode === null) {
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Ready;
    await delay(POLL_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`the stack did not become ready:\n${output()}`);
}
