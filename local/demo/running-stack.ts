// The stack that the demo loads into: the one that runs in the data folder, or else one of its own in a temporary folder.
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPart } from '../part';
import type { CdfTarget } from './cdf-api';

/** What of ready.json the demo needs. */
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
  readonly cdf: CdfTarget;
}

export interface DemoStack {
  /** Rejects where it cannot be started. */
  readonly ready: Promise<Ready>;
  /** Rejects where it ends by itself, with its last words. */
  readonly ended: Promise<never>;
  stop(): Promise<void>;
}

const HEALTH_LIMIT_MS = 2_000;
/** Over the 5 s in which the stack stops its parts. */
const STOP_LIMIT_MS = 8_000;
/** Lines of a stack of its own that are shown where it fails. */
const KEPT_LINES = 40;
/** The stack prints this when ready.json is written. */
const RUNNING_LINE = 'Sluice is running.';

/** null where none runs in this folder: a ready.json that a killed stack left behind counts for nothing. */
export async function findStack(dataDirectory: string): Promise<DemoStack | null> {
  const ready = readReady(dataDirectory);
  if (ready === null || !(await isHealthy(ready))) return null;
  const ended = new Promise<never>(() => undefined);
  return { ready: Promise.resolve(ready), ended, stop: () => Promise.resolve() };
}

/** On free ports; it ends with this process, however that ends. */
export async function startOwnStack(): Promise<DemoStack> {
  const directory = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
  const lines: string[] = [];
  const part = startPart({
    name: 'sluice',
    script: join(__dirname, '..', 'start.js'),
    environment: ownEnvironment(directory),
    readReady: (line) => (line === RUNNING_LINE ? true : null),
    print: (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
    },
  });
  const ended = part.ended.then((reason) => {
    throw new Error([reason, ...lines].join('\n'));
  });
  const ready = part.ready.then(() => readReady(directory) ?? Promise.reject(new Error('no ready.json')));
  // Whoever waits for them sees the failure; after the end nobody does.
  for (const outcome of [ended, ready]) outcome.catch(() => undefined);
  const stop = async () => {
    await part.stop(STOP_LIMIT_MS);
    await rm(directory, { recursive: true, force: true });
  };
  return { ready, ended, stop };
}

function ownEnvironment(directory: string): NodeJS.ProcessEnv {
  const ports = { SLUICE_PG_PORT: '0', SLUICE_HTTP_PORT: '0', SLUICE_CDF_PORT: '0' };
  return { ...process.env, ...ports, SLUICE_DATA_DIR: directory };
}

function readReady(dataDirectory: string): Ready | null {
  try {
    return JSON.parse(readFileSync(join(dataDirectory, 'ready.json'), 'utf8')) as Ready;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function isHealthy({ http }: Ready): Promise<boolean> {
  try {
    const response = await fetch(`${http.baseUrl}/healthz`, { signal: AbortSignal.timeout(HEALTH_LIMIT_MS) });
    return response.ok;
  } catch {
    return false;
  }
}
