// All Bicep files of a folder, and which file a module declaration means.
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { type BicepFile, type Declaration, readBicepFile } from './file';
import type { ParseBicep } from './node';

export interface Program {
  /** Absolute. */
  readonly folder: string;
  /** By path, relative to the folder, with slashes. */
  readonly files: ReadonlyMap<string, BicepFile>;
  /** Parameter files, `*.parameters.json`, likewise. */
  readonly parameterFiles: readonly string[];
}

export function readProgram(folder: string, parse: ParseBicep): Program {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  const bicepPaths = paths.filter((path) => path.endsWith('.bicep'));
  const read = (path: string) => readFileSync(join(folder, path), 'utf8');
  return {
    folder,
    files: new Map(bicepPaths.map((path) => [path, readBicepFile(path, parse(read(path)))])),
    parameterFiles: paths.filter((path) => path.endsWith('.parameters.json')),
  };
}

/** null where there is no such file. */
export function moduleFile(program: Program, file: BicepFile, module: Declaration): BicepFile | null {
  return program.files.get(posix.join(posix.dirname(file.path), module.target)) ?? null;
}
