// Does by hand what the Dockerfile says, stage by stage, where no container engine is: each stage is a folder.
import { cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, posix, relative } from 'node:path';
import type { Stage } from './dockerfile';

export interface Ground {
  /** The build's context: the checkout. */
  readonly context: string;
  /** Gets a folder for each stage. */
  readonly target: string;
  /** RUN. `folder` is the working directory within the stage's folder. */
  readonly run: (command: string, folder: string) => void;
}

/** Returns the last stage's folder: the image's root, without what its base brings. */
export function buildTree(stages: readonly Stage[], { context, target, run }: Ground): string {
  const isSent = sentFiles(readFileSync(join(context, '.dockerignore'), 'utf8'));
  let root = target;
  for (const { name, instructions } of stages) {
    root = join(target, name);
    let folder = '/';
    for (const { keyword, flags, text } of instructions) {
      if (keyword === 'WORKDIR') folder = posix.resolve(folder, text);
      const here = join(root, folder);
      mkdirSync(here, { recursive: true });
      if (keyword === 'RUN') run(text, here);
      if (keyword !== 'COPY') continue;
      const paths = text.split(/\s+/);
      const to = join(root, posix.resolve(folder, paths.pop()!));
      const { from } = flags;
      for (const path of paths) {
        const source = join(from === undefined ? context : join(target, from), path);
        const isAsked = (file: string) => from !== undefined || isSent(relative(context, file));
        copy(source, to, isAsked);
      }
    }
  }
  return root;
}

/** A folder's contents go into the target, a file under its name into a target that is a folder. */
function copy(source: string, target: string, isAsked: (file: string) => boolean): void {
  if (!isAsked(source)) throw new Error(`.dockerignore keeps ${source} out`);
  const intoFolder = statSync(source).isFile() && existsSync(target) && statSync(target).isDirectory();
  const to = intoFolder ? join(target, basename(source)) : target;
  cpSync(source, to, { recursive: true, filter: isAsked, verbatimSymlinks: true });
}

/** .dockerignore: the last pattern that fits a path or a folder above it decides. */
function sentFiles(ignored: string): (path: string) => boolean {
  const rules = ignored
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ isSent: line.startsWith('!'), pattern: asPattern(line.replace(/^!/, '')) }));
  return (path) => {
    const parts = path.split('/');
    const places = parts.map((_part, i) => parts.slice(0, i + 1).join('/'));
    return rules.findLast(({ pattern }) => places.some((place) => pattern.test(place)))?.isSent ?? true;
  };
}

function asPattern(glob: string): RegExp {
  const escaped = glob.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const source = escaped.replace(/\*\*\/|\*/g, (star) => (star === '*' ? '[^/]*' : '(?:.*/)?'));
  return new RegExp(`^${source}$`);
}
