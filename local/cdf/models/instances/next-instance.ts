// What an instance becomes by a write: its properties merged or replaced, held against their types, defaults filled in.
import { isDeepStrictEqual } from 'node:util';
import { badRequest } from '../../api-error';
import type { Fields } from '../../fields';
import { propertiesOf } from '../containers';
import { readProperty } from './check-property';
import type { Instance } from './instance-store';
import type { InstanceWrite } from './read-write';
import type { Source, SourceReference } from './sources';

interface Context {
  readonly sourceOf: (reference: SourceReference) => Source;
  readonly replace: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly where: string;
}

/** `known` itself where nothing changes. Throws 400. */
export function nextInstance(known: Instance | undefined, write: InstanceWrite, context: Context): Instance {
  const { instanceType, space, externalId } = write;
  if (known !== undefined && known.instanceType !== instanceType)
    throw badRequest(`${context.where}: ${externalId} is a ${known.instanceType}`);
  const properties = nextProperties(known, write, context);
  const references = {
    ...(known?.type === undefined ? {} : { type: known.type }),
    ...referencesOf(write),
  };
  if (known !== undefined && isDeepStrictEqual(properties, known.properties) && isSame(known, references))
    return known;
  return {
    ...{ instanceType, space, externalId, ...references, properties },
    version: (known?.version ?? 0) + 1,
    createdTime: known?.createdTime ?? context.now,
    lastUpdatedTime: context.now,
    sequence: 0,
  };
}

function referencesOf({
  type,
  startNode,
  endNode,
}: InstanceWrite): Pick<Instance, 'type' | 'startNode' | 'endNode'> {
  return {
    ...(type === undefined ? {} : { type }),
    ...(startNode === undefined ? {} : { startNode }),
    ...(endNode === undefined ? {} : { endNode }),
  };
}

function isSame(
  { type, startNode, endNode }: Instance,
  next: Pick<Instance, 'type' | 'startNode' | 'endNode'>,
): boolean {
  return isDeepStrictEqual([type, startNode, endNode], [next.type, next.startNode, next.endNode]);
}

function nextProperties(
  known: Instance | undefined,
  write: InstanceWrite,
  context: Context,
): Map<string, Fields> {
  const next = new Map<string, Fields>(known?.properties);
  const containers = new Map<string, Fields>();
  for (const { source: reference, properties = {} } of write.sources ?? []) {
    const source = context.sourceOf(reference);
    for (const [key, container] of source.containers) {
      if (context.replace && !containers.has(key)) next.delete(key);
      containers.set(key, container);
    }
    writeSource(next, source, properties, { ...context, known });
  }
  for (const [key, container] of containers) {
    const isNew = context.replace || known?.properties.has(key) !== true;
    complete(next, key, container, { where: context.where, write, isNew });
  }
  return next;
}

function writeSource(
  next: Map<string, Fields>,
  source: Source,
  properties: Fields,
  { where, known }: { readonly where: string; readonly known: Instance | undefined },
): void {
  for (const [name, value] of Object.entries(properties)) {
    const place = `${where}.properties.${name}`;
    const property = source.properties.get(name);
    if (property === undefined)
      throw badRequest(`${place}: the ${source.reference.type} has no such property`);
    const { container, identifier, definition } = property;
    const stored = value === null ? null : readProperty(definition.type, value, place);
    if (stored === null && definition.nullable === false) throw badRequest(`${place}: must not be null`);
    const before = known?.properties.get(container)?.[identifier];
    if (definition.immutable && before !== undefined && !isDeepStrictEqual(before, stored))
      throw badRequest(`Cannot update immutable property '${source.reference.externalId}.${name}'`);
    next.set(container, { ...next.get(container), [identifier]: stored });
  }
}

/** Defaults of what was not given, where the container held nothing before; a container's required properties must be there once one of its properties is. */
function complete(
  next: Map<string, Fields>,
  key: string,
  container: Fields,
  { where, write, isNew }: { readonly where: string; readonly write: InstanceWrite; readonly isNew: boolean },
): void {
  const values = next.get(key);
  if (values === undefined) return;
  const usedFor = container['usedFor'];
  if (usedFor !== 'all' && usedFor !== write.instanceType)
    throw badRequest(`${where}: container ${key} is for ${String(usedFor)}s only`);
  const filled: Record<string, unknown> = { ...values };
  for (const [name, { nullable, defaultValue }] of Object.entries(propertiesOf(container))) {
    if (isNew && filled[name] === undefined && defaultValue !== undefined) filled[name] = defaultValue;
    if (nullable === false && (filled[name] ?? null) === null)
      throw badRequest(`${where}: property ${name} of container ${key} must be given`);
  }
  // A property that is null and one that was never written read the same.
  next.set(key, Object.fromEntries(Object.entries(filled).filter(([, value]) => value !== null)));
}
