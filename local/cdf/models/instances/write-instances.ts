// POST /models/instances: upserts and deletes of nodes and edges, all or none.
import { ApiError } from '../../api-error';
import type { Answer, Call } from '../../call';
import { exactJsonBody } from '../../call';
import { instanceKey } from '../ids';
import type { Draft } from './create-targets';
import { createTargets } from './create-targets';
import type { Instance } from './instance-store';
import { nextInstance } from './next-instance';
import type { InstanceId, InstanceWrite, WriteRequest } from './read-write';
import { readWriteRequest, renderId } from './read-write';
import { requireSpaces } from './require-spaces';
import { sourceResolver } from './sources';

/** POST /models/instances */
export function writeInstances(call: Call): Answer {
  const request = readWriteRequest(exactJsonBody(call));
  requireSpaces(call, [...request.items, ...request.deletes]);
  const skipped = conflicts(call, request);
  const deletes = request.deletes.filter((one) => !skipped.has(instanceKey(one)));
  const draft = draftOf(call, request, { skipped, deletes });
  createTargets(call, request, draft);
  return store(call, request, { draft, deletes });
}

/** Keys of what is newer than the request allows: left out where it says so. Throws 409 where it does not. */
function conflicts({ state }: Call, { items, deletes, skipOnVersionConflict }: WriteRequest): Set<string> {
  const isNewer = (one: InstanceId) => {
    const known = state.models.instances.get(instanceKey(one));
    return known !== undefined && one.existingVersion !== undefined && known.version > one.existingVersion;
  };
  const newer = [...items, ...deletes].filter(isNewer).map(instanceKey);
  if (newer.length > 0 && !skipOnVersionConflict)
    throw new ApiError(409, 'Version conflict: an instance is newer than the existingVersion that was given');
  return new Set(newer);
}

function draftOf(
  call: Call,
  { items, replace }: WriteRequest,
  { skipped, deletes }: { readonly skipped: ReadonlySet<string>; readonly deletes: readonly InstanceId[] },
): Draft {
  const { state, now } = call;
  const sourceOf = sourceResolver(call);
  const instances = new Map<string, Instance>();
  items.forEach((write: InstanceWrite, i) => {
    const key = instanceKey(write);
    const known = state.models.instances.get(key);
    const where = `request.items[${i}]`;
    const isSkipped = known !== undefined && skipped.has(key);
    instances.set(key, isSkipped ? known : nextInstance(known, write, { sourceOf, replace, now, where }));
  });
  return { instances, deleted: new Set(deletes.map(instanceKey)) };
}

function store(
  { state }: Call,
  { items }: WriteRequest,
  { draft, deletes }: { readonly draft: Draft; readonly deletes: readonly InstanceId[] },
): Answer {
  const { instances } = state.models;
  const deleted = deletes.filter((one) => instances.get(instanceKey(one))?.instanceType === one.instanceType);
  for (const one of deleted) instances.delete(instanceKey(one));
  const written = items.map((item) => {
    const next = draft.instances.get(instanceKey(item))!;
    const { instanceType, space, externalId, version, createdTime, lastUpdatedTime } = next;
    const wasModified = instances.get(instanceKey(item)) !== next;
    return { instanceType, space, externalId, version, wasModified, createdTime, lastUpdatedTime };
  });
  for (const [key, next] of draft.instances) if (instances.get(key) !== next) instances.put(next);
  return { status: 200, body: { items: written, deleted: deleted.map(renderId) } };
}
