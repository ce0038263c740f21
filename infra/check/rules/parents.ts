// A child resource names its parent, and the parent is of the type that its own type says.
import type { BicepFile, Declaration } from '../bicep/file';
import { entryOf, nodesOf } from '../bicep/syntax';
import type { Report } from '../report';
import { declarationsOf, perFile, reportAt } from './rule';

export const parents = perFile(function* (file): Generator<Report> {
  for (const resource of declarationsOf(file, 'resource')) {
    const type = resource.target.split('@', 1)[0]!;
    if (resource.parent !== null || type.split('/').length < 3) continue;
    const parent = parentOf(file, resource);
    const wanted = type.slice(0, type.lastIndexOf('/'));
    if (parent?.target.split('@', 1)[0] !== wanted)
      yield reportAt(
        file,
        resource.node,
        'wrong-parent',
        `"${resource.name}" needs a parent of type ${wanted}`,
      );
  }
});

/** Also where it is written `account::service` or `zones[i]`. */
function parentOf(file: BicepFile, { body }: Declaration): Declaration | undefined {
  const value = entryOf(body, 'parent')?.value;
  if (value === undefined) return undefined;
  if (value.type === 'resource_expression')
    return file.declarations.find(({ name, parent }) => parent !== null && name === value.parts.at(-1)?.text);
  const name = [...nodesOf(value)].find(({ type }) => type === 'identifier')?.text;
  return file.names.get(name ?? '');
}
