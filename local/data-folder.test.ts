import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolderError, lockDataFolder } from './data-folder';

const directory = mkdtempSync(join(tmpdir(), 'sluice data-'));
const lockFile = join(directory, 'start.lock');
afterAll(() => rmSync(directory, { recursive: true }));

test('a folder that a running stack holds is refused, and free again when that one has ended', async () => {
  const script = join(directory, 'start.js');
  writeFileSync(script, "process.stdout.write('up'); setInterval(() => {}, 1000);");
  const other = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(other.stdout, 'data');
  writeFileSync(lockFile, String(other.pid));

  expect(() => lockDataFolder(directory)).toThrow(DataFolderError);

  other.kill('SIGKILL');
  await once(other, 'close');
  const lock = lockDataFolder(directory);
  expect(readFileSync(lockFile, 'utf8')).toBe(String(process.pid));
  lock.release();
  expect(existsSync(lockFile)).toBe(false);
});

test('a lock whose number belongs to another program by now is taken over', () => {
  writeFileSync(lockFile, String(process.ppid));

  if (existsSync('/proc/self/cmdline')) lockDataFolder(directory).release();
});

test('a missing folder is made', () => {
  const deeper = join(directory, 'a', 'b');

  lockDataFolder(deeper).release();

  expect(existsSync(deeper)).toBe(true);
});
