// The folder of what lasts between two starts, and the lock that keeps a second stack out of it: Azurite's files take no
// second writer.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}

/** Makes the folder where it is missing. Throws DataFolderError where another stack runs in it. */
export function lockDataFolder(directory: string): { release(): void } {
  mkdirSync(directory, { recursive: true });
  const path = join(directory, 'start.lock');
  if (!tryLock(path)) {
    const holder = readFileSync(path, 'utf8').trim();
    if (isStack(Number(holder)))
      throw new DataFolderError(
        `another Sluice (process ${holder}) runs with this data folder: ${directory}. ` +
          'Stop it, or set SLUICE_DATA_DIR to another folder.',
      );
    rmSync(path, { force: true });
    if (!tryLock(path))
      throw new DataFolderError(`another Sluice starts with this data folder: ${directory}`);
  }
  return { release: () => rmSync(path, { force: true }) };
}

function tryLock(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A process id may have passed on to another program since; where the system tells, its command is looked at. */
function isStack(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0 || pid === process.pid || !isAlive(pid)) return false;
  const commandFile = `/proc/${pid}/cmdline`;
  return !existsSync('/proc/self/cmdline') || readIfThere(commandFile).includes('start.js');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
