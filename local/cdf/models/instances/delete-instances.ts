// POST /models/instances/delete: what is not there is ignored; a node takes its edges along. An unknown space is a fault.
import type { Answer, Call } from '../../call';
import { ApiError } from '../../api-error';
import { itemsOf, jsonBody } from '../../call';
import { instanceKey } from '../ids';
import { MAX_INSTANCES, readId, renderId } from './read-write';
import { requireSpaces } from './require-spaces';

export function deleteInstances(call: Call): Answer {
  const items = itemsOf(jsonBody(call), 1, MAX_INSTANCES).map((value, i) =>
    readId(value, `request.items[${i}]`, true),
  );
  requireSpaces(call, items);
  const { instances } = call.state.models;
  const found = items.filter((one) => instances.get(instanceKey(one))?.instanceType === one.instanceType);
  const isNewer = found.some(
    (one) => instances.get(instanceKey(one))!.version > (one.existingVersion ?? Infinity),
  );
  if (isNewer)
    throw new ApiError(409, 'Version conflict: an instance is newer than the existingVersion given');
  for (const one of found) instances.delete(instanceKey(one));
  return { status: 200, body: { items: found.map(renderId) } };
}
