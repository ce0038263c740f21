// POST /{resource}/delete: deletes all items of a request or none.
import type { Answer, Call } from '../call';
import { asObject, flag, itemsOf, jsonBody } from '../call';
import { readBareIdentifier, resolve } from '../identifiers';
import type { Resource } from '../resource';
import { requireWrite } from './require-access';

export function deleteItems(resource: Resource, call: Call): Answer {
  const { state } = call;
  const request = jsonBody(call);
  const identifiers = itemsOf(request, 1, resource.maxItems).map((item, i) =>
    readBareIdentifier(resource, asObject(item, `request.items[${i}]`), `request.items[${i}]`),
  );
  const ignoreUnknown = flag(request, 'ignoreUnknownIds');
  const isRecursive = flag(request, 'recursive');
  const named = resolve(state[resource.name], identifiers, { ...resource, ignoreUnknown });
  const items = resource.hooks?.withDependents?.(state, named, isRecursive) ?? named;
  requireWrite(resource, call, items);
  state[resource.name].delete(items);
  resource.hooks?.afterDelete?.(state, items);
  return { status: resource.deleteStatus ?? 200, body: {} };
}
