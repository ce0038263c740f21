// Names that nothing declares, that nothing uses, or that are declared twice.
import { BUILT_IN_FUNCTIONS, BUILT_IN_VALUES } from '../bicep/built-in';
import type { BicepFile, Declaration } from '../bicep/file';
import { type Reference, referencesOf } from '../bicep/references';
import { didYouMean, type Report } from '../report';
import { perFile, reportAt } from './rule';

export const undefinedNames = perFile(function* (file): Generator<Report> {
  for (const reference of referencesOf(file.root)) {
    if (isDefined(file, reference)) continue;
    const { name, node, kind } = reference;
    const known = kind === 'call' ? BUILT_IN_FUNCTIONS : file.names.keys();
    const what = kind === 'call' ? 'function' : kind === 'type' ? 'type' : 'name';
    yield reportAt(file, node, 'undefined-name', `no ${what} "${name}"${didYouMean(name, known)}`);
  }
});

function isDefined(file: BicepFile, { name, kind }: Reference): boolean {
  if (kind === 'nested') return file.declarations.some((one) => one.parent !== null && one.name === name);
  if (file.names.has(name) || file.imports.some((one) => one.name === name)) return true;
  return kind === 'call' ? BUILT_IN_FUNCTIONS.has(name) : kind === 'value' && BUILT_IN_VALUES.has(name);
}

/** Kinds whose only purpose is to be used. Resources and modules have another, unless they exist already. */
const FOR_USE: ReadonlySet<Declaration['kind']> = new Set(['param', 'var', 'func', 'type']);

export const unusedNames = perFile(function* (file): Generator<Report> {
  const used = new Set([...referencesOf(file.root)].map(({ name }) => name));
  for (const declaration of file.declarations) {
    const { kind, name, node, isExisting } = declaration;
    if ((FOR_USE.has(kind) || isExisting) && !used.has(name))
      yield reportAt(
        file,
        node,
        'unused-name',
        `${isExisting ? 'existing resource' : kind} "${name}" is not used`,
      );
  }
  for (const { name, node } of file.imports)
    if (!used.has(name)) yield reportAt(file, node, 'unused-name', `import "${name}" is not used`);
});

export const repeatedNames = perFile(function* (file): Generator<Report> {
  for (const isOutput of [false, true]) {
    const seen = new Set<string>();
    for (const { kind, name, node, parent } of file.declarations) {
      if (parent !== null || kind === 'metadata' || (kind === 'output') !== isOutput) continue;
      if (seen.has(name)) yield reportAt(file, node, 'repeated-name', `"${name}" is declared above already`);
      seen.add(name);
    }
  }
});
