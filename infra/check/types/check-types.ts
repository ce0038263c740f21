// Every resource against the published type of its API version: what it sets, and what others read of it.
import type { BicepFile, Declaration } from '../bicep/file';
import type { Program } from '../bicep/program';
import type { Node } from '../bicep/node';
import { nodesOf } from '../bicep/syntax';
import type { Report } from '../report';
import { declarationsOf, reportAt } from '../rules/rule';
import { checkEntries, checkValue, unknown } from './check-value';
import type { ResourceTypes } from './resource-types';
import type { Type } from './type';

/** What Bicep understands beside a resource's own properties. */
const OF_BICEP: ReadonlySet<string> = new Set(['parent', 'scope', 'dependsOn']);

export function* checkTypes(program: Program, types: ResourceTypes): Generator<Report> {
  for (const file of program.files.values()) {
    for (const resource of declarationsOf(file, 'resource')) yield* checkResource(file, resource, types);
    yield* checkReads(file, types);
  }
}

function* checkResource(file: BicepFile, resource: Declaration, types: ResourceTypes): Generator<Report> {
  const { target, node, body, isExisting } = resource;
  const type = types.find(target)?.();
  if (type === undefined) {
    const { rule, message } = types.faultOf(target);
    yield reportAt(file, node, rule, message);
  } else if (!isExisting && body !== null) {
    if (type.kind === 'object') yield* checkEntries(file, body, type, OF_BICEP);
    else yield* checkValue(file, body, withBicepsOwn(type));
  }
}

/** A body that its name decides about: Bicep's own properties are let through in each of its variants. */
function withBicepsOwn(type: Type): Type {
  if (type.kind !== 'discriminated') return type;
  const any = { type: () => ({ kind: 'any' as const }), isRequired: false, isReadOnly: false };
  const own = [...OF_BICEP].map((name) => [name, any] as const);
  return { ...type, properties: new Map([...type.properties, ...own]) };
}

/** `account.properties.primaryEndpoints.blob`: each name must be one that the resource has. */
function* checkReads(file: BicepFile, types: ResourceTypes): Generator<Report> {
  for (const node of nodesOf(file.root)) {
    if (node.type !== 'member_expression' || isInner(node)) continue;
    const { root, members } = membersOf(node);
    const resource = resourceOf(file, root);
    const type = resource === undefined ? undefined : types.find(resource.target)?.();
    if (type !== undefined) yield* checkPath(file, members, type);
  }
}

/** Whether it is the beginning of a longer one, or names a function of the resource. */
function isInner(node: Node): boolean {
  const { parent } = node;
  return parent !== null && GOES_ON.has(parent.type) && parent.parts[0] === node;
}

const GOES_ON: ReadonlySet<string> = new Set(['member_expression', 'call_expression']);

function membersOf(node: Node): { root: Node; members: Node[] } {
  const members: Node[] = [];
  let root = node;
  while (root.type === 'member_expression') {
    const [object, property] = root.parts;
    if (object === undefined || property === undefined) break;
    members.unshift(property);
    root = object;
  }
  return { root, members };
}

/** The resource that an expression means: by its name, `names[i]` or `outer::inner`. */
function resourceOf(file: BicepFile, node: Node): Declaration | undefined {
  if (node.type === 'subscript_expression') return resourceOf(file, node.parts[0]!);
  const found =
    node.type === 'resource_expression'
      ? file.declarations.find(({ name, parent }) => parent !== null && name === node.parts.at(-1)?.text)
      : node.type === 'identifier'
        ? file.names.get(node.text)
        : undefined;
  return found?.kind === 'resource' ? found : undefined;
}

function* checkPath(file: BicepFile, members: readonly Node[], type: Type): Generator<Report> {
  let at = type;
  for (const member of members) {
    if (at.kind !== 'object') return;
    const found = at.properties.get(member.text);
    if (found === undefined && at.others === null) {
      yield reportAt(file, member, 'unknown-property', unknown(member.text, at.name, at.properties));
      return;
    }
    at = (found?.type ?? at.others!)();
  }
}
