// One part of the local stack: a child process whose output is passed on, which says when it is ready, and which is
// stopped with all that it has started itself.
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';

export interface PartOptions<Ready> {
  readonly name: string;
  /** A script for Node.js. */
  readonly script: string;
  readonly arguments?: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
  /** Sees each line of output until it returns something other than null: the part is ready then. */
  readonly readReady: (line: string) => Ready | null;
  /** Gets whole lines. */
  readonly print: (line: string) => void;
  readonly readyLimitMs?: number;
}

export interface Part<Ready = unknown> {
  readonly name: string;
  readonly pid: number;
  /** Rejects where the part ends, or says nothing for too long, before it is ready. */
  readonly ready: Promise<Ready>;
  /** Resolves with a sentence when the part has ended, for whatever reason. */
  readonly ended: Promise<string>;
  /** SIGTERM, and after `limitMs` SIGKILL for the part and all that it started. */
  stop(limitMs: number): Promise<void>;
}

const READY_LIMIT_MS = 120_000;
/** The place of the pipe in `stdio`, where end-with-parent.ts looks for it. */
const PARENT_PIPE = 3;
const PRELOAD = require.resolve('./end-with-parent');

/** In a process group of its own: Ctrl-C reaches the stack's process only, which then stops the parts in their order. */
export function startPart<Ready>(options: PartOptions<Ready>): Part<Ready> {
  const { name, script, environment } = options;
  const child = spawn(process.execPath, ['--require', PRELOAD, script, ...(options.arguments ?? [])], {
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  child.on('error', () => undefined);
  // Nothing comes through the pipe of end-with-parent.ts, but only who reads sees its end.
  (child.stdio[PARENT_PIPE] as Readable | null)?.resume();
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} cannot be started: ${process.execPath}`);
  const ended = endOf(child, pid).then(() => `${name} ended: ${howItEnded(child)}`);
  const ready = firstOf(readyLine(options, child), ended, options);
  // Whoever waits for it sees the failure; a part that nobody waits for any more may fail unseen.
  ready.catch(() => undefined);
  return {
    name,
    pid,
    ended,
    ready,
    async stop(limitMs) {
      if (isRunning(child)) child.kill('SIGTERM');
      const limit = new AbortController();
      const overtime = delay(limitMs, undefined, { signal: limit.signal }).catch(() => undefined);
      await Promise.race([ended, overtime]);
      limit.abort();
      if (isRunning(child)) killGroup(pid);
      await ended;
    },
  };
}

/** How long what a part has printed at its end may take to arrive. */
const LAST_OUTPUT_LIMIT_MS = 1_000;

/** Resolves when the part has ended, nothing that it started is left, and its last words have been printed. */
async function endOf(child: ChildProcess, pid: number): Promise<void> {
  const closed = new Promise<void>((resolve) => void child.once('close', () => resolve()));
  await new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  killGroup(pid);
  await Promise.race([closed, delay(LAST_OUTPUT_LIMIT_MS, undefined, { ref: false })]);
}

function readyLine<Ready>(
  { name, readReady, print }: PartOptions<Ready>,
  child: ChildProcess,
): Promise<Ready> {
  return new Promise((resolve) => {
    let isReady = false;
    const passOn = (input: Readable, look: boolean): void => {
      createInterface({ input, crlfDelay: Infinity }).on('line', (line) => {
        print(`[${name}] ${line}`);
        const ready = look && !isReady ? readReady(line) : null;
        if (ready === null) return;
        isReady = true;
        resolve(ready);
      });
    };
    if (child.stdout !== null) passOn(child.stdout, true);
    if (child.stderr !== null) passOn(child.stderr, false);
  });
}

async function firstOf<Ready>(
  ready: Promise<Ready>,
  ended: Promise<string>,
  { name, readyLimitMs = READY_LIMIT_MS }: PartOptions<Ready>,
): Promise<Ready> {
  const limit = new AbortController();
  const tooLate = delay(readyLimitMs, `${name} was not ready after ${readyLimitMs / 1000} s`, {
    signal: limit.signal,
  }).catch(() => '');
  const failure = Promise.race([ended, tooLate]).then((reason) => {
    throw new Error(reason);
  });
  try {
    return await Promise.race([ready, failure]);
  } finally {
    failure.catch(() => undefined);
    limit.abort();
  }
}

function howItEnded({ exitCode, signalCode }: ChildProcess): string {
  return signalCode === null ? `exit code ${exitCode}` : `signal ${signalCode}`;
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

/** What a part started and left behind has the part's process group. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // No one is left in it.
  }
}
