// Nodes that a write points at: those that there are not are created, where the request lets CDF do so.
import { badRequest } from '../../api-error';
import type { Call } from '../../call';
import type { Fields } from '../../fields';
import { propertiesOf } from '../containers';
import { lookupIn } from '../definition-kind';
import type { Reference } from '../ids';
import { instanceKey, keyOf } from '../ids';
import type { Instance } from './instance-store';
import type { WriteRequest } from './read-write';
import { requireSpaces } from './require-spaces';

/** What one request changes, before it is stored. */
export interface Draft {
  /** By key, in the request's order, then what it creates on the way. */
  readonly instances: Map<string, Instance>;
  readonly deleted: ReadonlySet<string>;
}

interface Target {
  readonly node: Reference;
  readonly isCreated: boolean;
  /** Key of the container that it must have data in. */
  readonly container?: string;
}

/** Adds the missing nodes to the draft. Throws 400 for one that is not to be created. */
export function createTargets(call: Call, request: WriteRequest, draft: Draft): void {
  const changed = [...draft.instances].filter(([key, next]) => call.state.models.instances.get(key) !== next);
  const targets = changed.flatMap(([, instance]) => [
    ...endsOf(instance, request),
    ...directTargets(call, instance, request),
  ]);
  const missing = targets.filter(({ node }) => nodeIn(call, draft, node) === undefined);
  // What one pointer creates, another may point at.
  const created = new Set(
    missing
      .filter((one) => one.isCreated && one.container === undefined)
      .map(({ node }) => instanceKey(node)),
  );
  const refused = missing.filter(({ node }) => !created.has(instanceKey(node)));
  if (refused.length > 0)
    throw badRequest(`Nodes do not exist: ${refused.map(({ node }) => instanceKey(node)).join(', ')}`);
  checkConstraints(call, draft, targets);
  requireSpaces(
    call,
    missing.map(({ node }) => node),
  );
  for (const { node } of missing) draft.instances.set(instanceKey(node), emptyNode(node, call.now));
}

function endsOf({ startNode, endNode }: Instance, request: WriteRequest): Target[] {
  return [
    ...(startNode === undefined ? [] : [{ node: startNode, isCreated: request.autoCreateStartNodes }]),
    ...(endNode === undefined ? [] : [{ node: endNode, isCreated: request.autoCreateEndNodes }]),
  ];
}

function directTargets({ state }: Call, { type, properties }: Instance, request: WriteRequest): Target[] {
  const isCreated = request.autoCreateDirectRelations;
  const lookup = lookupIn(state.models);
  const ofProperties = [...properties].flatMap(([key, values]) => {
    const container = lookup('containers', key);
    return container === undefined ? [] : directsOf(container, values);
  });
  const ofType = type === undefined ? [] : [{ node: type }];
  return [...ofType, ...ofProperties].map((target) => ({ ...target, isCreated }));
}

function directsOf(container: Fields, values: Fields): Omit<Target, 'isCreated'>[] {
  return Object.entries(propertiesOf(container)).flatMap(([name, { type }]) => {
    const value = values[name];
    if (type.type !== 'direct' || value === undefined) return [];
    const nodes = (Array.isArray(value) ? value : [value]) as Reference[];
    const constraint = type.container === undefined ? {} : { container: keyOf(type.container) };
    return nodes.map((node) => ({ node, ...constraint }));
  });
}

function nodeIn({ state }: Call, { instances, deleted }: Draft, node: Reference): Instance | undefined {
  const key = instanceKey(node);
  const found = instances.get(key) ?? (deleted.has(key) ? undefined : state.models.instances.get(key));
  if (found?.instanceType === 'edge') throw badRequest(`${key} is an edge, not a node`);
  return found;
}

function checkConstraints(call: Call, draft: Draft, targets: readonly Target[]): void {
  for (const { node, container } of targets)
    if (container !== undefined && nodeIn(call, draft, node)?.properties.has(container) !== true)
      throw badRequest(`Node ${instanceKey(node)} has no data in container ${container}`);
}

function emptyNode({ space, externalId }: Reference, now: number): Instance {
  return {
    ...{ instanceType: 'node', space, externalId, properties: new Map<string, Fields>() },
    ...{ version: 1, createdTime: now, lastUpdatedTime: now, sequence: 0 },
  };
}
