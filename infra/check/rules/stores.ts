// Tables, queues and containers in Bicep = those that the code names. What is missing is found at the first row only.
import type { BicepFile } from '../bicep/file';
import { literalText } from '../bicep/syntax';
import { NEEDED_ROLES } from '../deployment/needed-roles';
import type { Report } from '../report';
import { reportAt, type Rule } from './rule';

const FILE = 'modules/storage.bicep';

/** Variables of storage.bicep, and the kind of what they list. Every store of the code needs a role, so roles name them all. */
const LISTS = { tableNames: 'table', queueNames: 'queue' } as const;

export const stores: Rule = function* (program) {
  const file = program.files.get(FILE);
  if (file === undefined) return;
  for (const [variable, kind] of Object.entries(LISTS)) {
    const needed = NEEDED_ROLES.filter((one) => one.kind === kind).map(({ on }) => on);
    yield* compare(file, variable, new Set(needed));
  }
};

function* compare(file: BicepFile, variable: string, needed: ReadonlySet<string>): Generator<Report> {
  const list = file.names.get(variable);
  const names = list?.value == null ? [] : list.value.parts;
  const made = new Set(names.map((node) => literalText(node)));
  for (const name of needed)
    if (!made.has(name))
      yield reportAt(file, list?.node ?? file.root, 'missing-store', `"${name}" is not among ${variable}`);
  for (const node of names)
    if (!needed.has(literalText(node) ?? ''))
      yield reportAt(file, node, 'needless-store', `no code uses ${node.text} of ${variable}`);
}
