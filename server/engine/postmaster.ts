// PostgreSQL's main process: started with a data folder, watched until it answers, stopped.
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Binaries } from './binaries';
import { SOCKET_FILE } from './configuration';
import { asEngineUser, type EngineUser } from './engine-user';
import { startWatchdog } from './watchdog';

const START_LIMIT_MS = 60_000;
/** Fast shutdown ends sessions and writes out what little there is. */
const FAST_LIMIT_MS = 2_500;
/** Immediate shutdown. PostgreSQL's own children see within this time that they are alone. */
const IMMEDIATE_LIMIT_MS = 1_000;
const MAX_START_LINES = 50;
const READY = 'database system is ready to accept connections';

export interface Postmaster {
  readonly pid: number;
  readonly socketPath: string;
  /** Resolves when the process has ended, however it did; the text says how. */
  readonly ended: Promise<string>;
  stop(): Promise<void>;
}

export interface PostmasterOptions {
  readonly binaries: Binaries;
  readonly user: EngineUser | null;
  /** Holds `data` and gets the socket. */
  readonly folder: string;
  readonly maxConnections: number;
  /** What the process itself says, a line at a time; its sessions' lines are not passed on. */
  readonly onLine: (line: string) => void;
}

/** Resolves when PostgreSQL accepts connections; throws with what it said where it does not. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { binaries, user, folder, maxConnections } = options;
  const watchdog = startWatchdog(folder, user);
  const child = spawn(
    join(binaries.folder, 'postgres'),
    ['-D', join(folder, 'data'), '-k', folder, '-c', `max_connections=${maxConnections}`],
    // Detached: Ctrl-C in a terminal reaches the whole group, but the server drains its sessions before it ends them.
    { ...asEngineUser(user), stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  );
  if (child.pid !== undefined) watchdog.watch(child.pid);
  const ended = endOf(child).then(async (how) => {
    await watchdog.dismiss();
    return how;
  });
  await untilReady(child, ended, options.onLine);
  return {
    pid: child.pid!,
    socketPath: join(folder, SOCKET_FILE),
    ended,
    stop: () => stop(child, ended),
  };
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) =>
      resolve(signal === null ? `exit code ${String(code)}` : `signal ${signal}`),
    );
  });
}

async function untilReady(
  child: ChildProcess,
  ended: Promise<string>,
  onLine: (line: string) => void,
): Promise<void> {
  const said: string[] = [];
  let isReady = false;
  const ready = new Promise<null>((resolve) => {
    createInterface({ input: child.stderr! }).on('line', (line) => {
      if (isReady) return passOn(child, line, onLine);
      if (said.length < MAX_START_LINES) said.push(line);
      if (!line.includes(READY)) return;
      isReady = true;
      resolve(null);
    });
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  const end = await Promise.race([ready, ended]);
  clearTimeout(limit);
  if (end !== null) throw new Error(`PostgreSQL did not start (${end}): ${said.join(' | ')}`);
}

/** Each line opens with the pid of who says it. A session's may hold what a client sent: never logged. */
function passOn(child: ChildProcess, line: string, onLine: (line: string) => void): void {
  const prefix = `${child.pid} `;
  if (line.startsWith(prefix)) onLine(line.slice(prefix.length));
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  const quit = setTimeout(() => child.kill('SIGQUIT'), FAST_LIMIT_MS);
  const kill = setTimeout(() => child.kill('SIGKILL'), FAST_LIMIT_MS + IMMEDIATE_LIMIT_MS);
  child.kill('SIGINT');
  await ended;
  clearTimeout(quit);
  clearTimeout(kill);
}
