// The operating system's user under which the engine runs. PostgreSQL refuses to be root, and root's rights are no one's
// business who reaches the engine: a server that runs as root starts it as postgres, or as nobody.
import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

export interface EngineUser {
  readonly uid: number;
  readonly gid: number;
}

/** Programs that end by themselves (initdb, cp, rm) take a second or two; far more means that the machine hangs. */
const PROGRAM_LIMIT_MS = 120_000;
const MAX_OUTPUT_BYTES = 64 * 1024;
const CANDIDATES = ['postgres', 'nobody'];

/** null: the server is unprivileged already and the engine runs as the same user. */
export async function findEngineUser(): Promise<EngineUser | null> {
  if (process.getuid?.() !== 0) return null;
  for (const name of CANDIDATES) {
    const user = await lookUp(name);
    if (user !== null) return user;
  }
  throw new Error(`the engine cannot run as root, and there is no user ${CANDIDATES.join(' or ')}`);
}

async function lookUp(name: string): Promise<EngineUser | null> {
  try {
    const id = async (flag: string) => Number((await promisify(execFile)('id', [flag, name])).stdout);
    const [uid, gid] = await Promise.all([id('-u'), id('-g')]);
    return uid > 0 ? { uid, gid } : null;
  } catch {
    return null;
  }
}

/** For child_process: as that user, in no folder in particular, with nothing of the server's environment. */
export function asEngineUser(user: EngineUser | null) {
  return {
    ...(user === null ? {} : { uid: user.uid, gid: user.gid }),
    cwd: '/',
    env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  };
}

/** Runs a program to its end and returns what it printed. Throws with its last words where it fails. */
export async function runAs(
  user: EngineUser | null,
  program: string,
  args: readonly string[],
): Promise<string> {
  const child = spawn(program, args, { ...asEngineUser(user), stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const)
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] = (printed[stream] + text).slice(-MAX_OUTPUT_BYTES);
    });
  const limit = setTimeout(() => child.kill('SIGKILL'), PROGRAM_LIMIT_MS);
  try {
    const ended = await new Promise<number | string>((resolve, reject) => {
      child.on('error', reject).on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    if (ended === 0) return printed.stdout;
    throw new Error(`${program} ended with ${ended}: ${printed.stderr.trim().slice(-1000)}`);
  } finally {
    clearTimeout(limit);
  }
}

/** True where that user can enter a folder, which also asks for every folder above it. */
export async function canEnter(user: EngineUser | null, folder: string): Promise<boolean> {
  return runAs(user, '/bin/sh', ['-c', 'test -x "$1"', 'sh', folder]).then(
    () => true,
    () => false,
  );
}
