// Roles in roles.bicep = roles that the code needs, no more and no less.
import type { BicepFile, Declaration } from '../bicep/file';
import type { Node } from '../bicep/node';
import { chainOf, entriesOf, entryOf, literalText, nodesOf } from '../bicep/syntax';
import { type NeededRole, NEEDED_ROLES, ROLE_IDS } from '../deployment/needed-roles';
import type { Report } from '../report';
import { declarationsOf, reportAt, type Rule } from './rule';

const FILE = 'modules/roles.bicep';
const ASSIGNMENTS = /^(\w+)Assignments$/;
const ASSIGNMENT_TYPE = 'Microsoft.Authorization/roleAssignments';

export const roles: Rule = function* (program) {
  for (const file of program.files.values())
    if (file.path !== FILE)
      for (const { target, node } of declarationsOf(file, 'resource'))
        if (target.startsWith(`${ASSIGNMENT_TYPE}@`))
          yield reportAt(file, node, 'scattered-role', `role assignments are in ${FILE}, all of them`);
  const file = program.files.get(FILE);
  if (file === undefined) return;
  yield* checkRoleIds(file);
  yield* checkGiven(file);
  yield* checkLoops(file);
};

function* checkRoleIds(file: BicepFile): Generator<Report> {
  const map = file.names.get('roles')?.value ?? null;
  for (const { key, keyNode, value } of map === null ? [] : entriesOf(map)) {
    const known = (ROLE_IDS as Readonly<Record<string, string>>)[key ?? ''];
    if (literalText(value) !== known)
      yield reportAt(file, keyNode, 'wrong-role', `"${key}" is not ${known ?? 'a role that is known'}`);
  }
}

interface GivenRole extends Pick<NeededRole, 'kind' | 'on' | 'role' | 'to'> {
  readonly node: Node;
}

function* checkGiven(file: BicepFile): Generator<Report> {
  const given = declarationsOf(file, 'var').flatMap(givenBy);
  const keyOf = ({ to, role, kind, on }: Omit<GivenRole, 'node'>) => `${to} has ${role} on ${kind} "${on}"`;
  const needed = new Map(NEEDED_ROLES.map((one) => [keyOf(one), one]));
  const seen = new Set<string>();
  for (const one of given) {
    const key = keyOf(one);
    if (!needed.has(key)) yield reportAt(file, one.node, 'needless-role', `${key}, which no code needs`);
    if (seen.has(key)) yield reportAt(file, one.node, 'needless-role', `${key} twice`);
    seen.add(key);
  }
  for (const [key, { why }] of needed)
    if (!seen.has(key))
      yield reportAt(file, file.root, 'missing-role', `not so: ${key}. It is needed: ${why}`);
}

/** Elements `{ on: ..., to: ..., role: ... }` of a variable `<kind>Assignments`. */
function givenBy({ name, value }: Declaration): GivenRole[] {
  const kind = ASSIGNMENTS.exec(name)?.[1];
  if (kind === undefined || value === null) return [];
  return [...nodesOf(value)]
    .filter(({ type }) => type === 'object')
    .map((node) => {
      const on = literalText(entryOf(node, 'on')?.value ?? null) ?? '?';
      const to = (entryOf(node, 'to')?.value.text ?? '?').replace(/PrincipalId$/, '') as NeededRole['to'];
      const role = memberOf(entryOf(node, 'role')?.value ?? null) as NeededRole['role'];
      return { kind: kind as NeededRole['kind'], on, to, role, node };
    });
}

function memberOf(node: Node | null): string {
  return (node === null ? null : chainOf(node))?.members.at(-1)?.text ?? '?';
}

/** A list of assignments that no resource is made of gives nothing. */
function* checkLoops(file: BicepFile): Generator<Report> {
  const loops = declarationsOf(file, 'resource').filter(({ target }) =>
    target.startsWith(`${ASSIGNMENT_TYPE}@`),
  );
  const used = new Set(loops.flatMap(({ loop }) => loop?.parts.map(({ text }) => text) ?? []));
  for (const { name, node } of declarationsOf(file, 'var'))
    if (ASSIGNMENTS.test(name) && !used.has(name))
      yield reportAt(file, node, 'missing-role', `no role assignment is made of "${name}"`);
}
