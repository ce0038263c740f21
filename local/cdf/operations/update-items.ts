// POST /{resource}/update: changes all items of a request or none; fields that an update does not name stay.
import { applyUpdate } from '../apply-update';
import type { Answer, Call, JsonObject } from '../call';
import { asObject, itemsOf, jsonBody } from '../call';
import { checkFields } from '../check-value';
import { readBareIdentifier, readIdentifier, repeated, resolve } from '../identifiers';
import { externalIdOf } from '../items';
import type { ProjectState } from '../project-state';
import { checkReferences } from '../references';
import type { ItemChange, Resource } from '../resource';
import { refuse } from './create-items';
import { renderItem } from './render-item';
import { requireWrite } from './require-access';

const UPDATE_ITEM = {
  id: { shape: { kind: 'integer', min: 1, max: Number.MAX_SAFE_INTEGER } },
  externalId: { shape: { kind: 'text', max: 255 } },
} as const;

/** By instance id only these can be updated: the rest belongs to the instance. */
const UPDATABLE_BY_INSTANCE = ['externalId', 'metadata', 'assetId', 'dataSetId'];

export function updateItems(resource: Resource, call: Call): Answer {
  const { state, now } = call;
  const requests = itemsOf(jsonBody(call), 1, resource.maxItems).map((value, i) =>
    readUpdate(resource, value, `request.items[${i}]`),
  );
  const items = resolve(
    state[resource.name],
    requests.map(({ identifier }) => identifier),
    resource,
  );
  const changes = items.map((item, i) =>
    change(resource, item, requests[i]!, { where: `request.items[${i}]`, now }),
  );
  storeChanges(resource, call, changes);
  return { status: 200, body: { items: items.map((item) => renderItem(resource, state, item)) } };
}

/** Stores all or none; the caller must reach where an item was and where it goes. Throws 409, 422, 400, 403. */
export function storeChanges(
  resource: Resource,
  call: Pick<Call, 'state' | 'access' | 'now'>,
  changes: readonly ItemChange[],
): void {
  const { state, now } = call;
  const items = changes.map(({ item }) => item);
  requireWrite(resource, call, items);
  refuseTakenExternalIds(resource, state, changes);
  checkReferences(resource.fields, changes, state);
  resource.hooks?.beforeUpdate?.(state, changes);
  requireWrite(
    resource,
    call,
    changes.map(({ item, fields }) => ({ id: item.id, fields })),
  );
  state[resource.name].replaceFields(changes, now);
  resource.hooks?.afterChange?.(state, items);
}

interface UpdateRequest {
  readonly identifier: ReturnType<typeof readIdentifier>;
  readonly update: JsonObject;
}

function readUpdate(resource: Resource, value: unknown, where: string): UpdateRequest {
  const { update, ...rest } = asObject(value, where);
  const identifier = resource.isWithoutId
    ? readBareIdentifier(resource, rest, where)
    : readIdentifier(rest, where);
  if (!('instanceId' in identifier)) checkFields(UPDATE_ITEM, rest, where);
  return { identifier, update: asObject(update ?? null, `${where}.update`) };
}

function change(
  resource: Resource,
  item: ItemChange['item'],
  request: UpdateRequest,
  { where, now }: { readonly where: string; readonly now: number },
): ItemChange {
  const updatable =
    'instanceId' in request.identifier
      ? Object.fromEntries(
          Object.entries(resource.fields).filter(([name]) => UPDATABLE_BY_INSTANCE.includes(name)),
        )
      : resource.fields;
  const fields = applyUpdate(updatable, item.fields, request.update, {
    where: `${where}.update`,
    now,
  });
  resource.hooks?.checkItem?.(fields, where);
  return { item, fields };
}

/** Items of one request may exchange external ids; what another item has, or two want, is refused. */
function refuseTakenExternalIds(
  resource: Resource,
  state: ProjectState,
  changes: readonly ItemChange[],
): void {
  const changing = new Set(changes.map(({ item }) => item));
  const wanted = changes.map(externalIdOf).filter((externalId) => externalId !== undefined);
  const taken = wanted.filter((externalId) => {
    const owner = state[resource.name].findByExternalId(externalId);
    return owner !== undefined && !changing.has(owner);
  });
  refuse(taken, 409, resource.label);
  refuse(
    repeated(wanted, (externalId) => externalId),
    resource.duplicateStatus,
    resource.label,
  );
}
