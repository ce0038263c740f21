// The engine's places on disk: a cache that outlives the server, and a folder of this server alone.
import { chown, lstat, mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SOCKET_FILE } from './configuration';
import { canEnter, type EngineUser, runAs } from './engine-user';

const PREFIX = 'sluice-engine-';
/** What a Unix socket's address holds on every system (sun_path of macOS is the shortest, less its NUL). */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * The folder that is asked for, or one beside it in the temporary folder where the engine's user cannot enter it (a
 * checkout in root's home). Nobody else may be able to write there: programs are run from it.
 */
export async function openCache(wanted: string, user: EngineUser | null): Promise<string> {
  const own = `sluice-cache-${process.getuid?.() ?? 'user'}`;
  for (const folder of [wanted, join(tmpdir(), own), join('/tmp', own)]) {
    if ((await isOurs(folder)) && (await canEnter(user, folder))) return folder;
  }
  throw new Error(`the engine's user cannot use the cache folder ${wanted}; set SLUICE_CACHE_DIR to another`);
}

async function isOurs(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const { uid, mode } = await lstat(folder);
    return uid === process.getuid?.() && (mode & 0o022) === 0;
  } catch {
    return false;
  }
}

/** A new folder that the engine's user owns and no one else may enter. */
export async function makeOwnedFolder(prefix: string, user: EngineUser | null): Promise<string> {
  const folder = await mkdtemp(prefix);
  if (user !== null) await chown(folder, user.uid, user.gid);
  return folder;
}

/** The folder of a running engine: its name says whose it is, see sweepEngineFolders. */
export async function makeEngineFolder(user: EngineUser | null): Promise<string> {
  for (const place of temporaryFolders()) {
    const prefix = join(place, `${PREFIX}${process.pid}-`);
    const isShort = Buffer.byteLength(join(`${prefix}XXXXXX`, SOCKET_FILE)) <= MAX_SOCKET_PATH_BYTES;
    if (isShort && (await canEnter(user, place))) return makeOwnedFolder(prefix, user);
  }
  throw new Error("there is no temporary folder that the engine's user can enter");
}

/**
 * Removes what servers have left that could not clean up. Their engines have ended with them (see watchdog.ts); should
 * one still run, it ends by itself within a minute, because PostgreSQL does when its pid file is gone. No process is
 * killed by a number found in a file. Done as the engine's user: the system lets it remove only what is an engine's.
 */
export async function sweepEngineFolders(user: EngineUser | null): Promise<void> {
  for (const place of temporaryFolders()) {
    for (const name of await readdir(place)) {
      const owner = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : NaN;
      if (owner > 0 && !isRunning(owner)) await sweep(join(place, name), user);
    }
  }
}

async function sweep(folder: string, user: EngineUser | null): Promise<void> {
  // Where the folder above lets only its owner remove what is in it, the emptied folder is left for the server.
  await runAs(user, '/bin/sh', ['-c', 'test ! -O "$1" || rm -rf "$1" || true', 'sh', folder]);
  await rmdir(folder).catch(() => undefined);
}

/** A pid that was given again to another process only leaves the folder where it is. */
function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function temporaryFolders(): string[] {
  return [...new Set([tmpdir(), '/tmp'])];
}

export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}
