// Files of the data folder: whoever reads one finds the whole of it, or none.
import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';

/** Written aside and renamed; `mode` holds from the first byte on. */
export function writeWhole(path: string, text: string, mode: number): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    writeFileSync(aside, text, { mode, flag: 'wx' });
    renameSync(aside, path);
  } catch (error) {
    rmSync(aside, { force: true });
    throw error;
  }
}
