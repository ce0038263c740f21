// POST /{resource}: creates all items of a request or none.
import { ApiError } from '../api-error';
import type { Answer, Call } from '../call';
import { asObject, itemsOf, jsonBody } from '../call';
import { checkFields } from '../check-value';
import { repeated } from '../identifiers';
import type { Item, Items } from '../items';
import { externalIdOf } from '../items';
import { checkReferences } from '../references';
import type { NewItem, Resource } from '../resource';
import { renderItem } from './render-item';
import { requireWrite } from './require-access';

export function createItems(resource: Resource, call: Call): Answer {
  const items = itemsOf(jsonBody(call), 1, resource.maxCreates ?? resource.maxItems);
  const created = items.map((item, i) => readNew(resource, item, `request.items[${i}]`));
  const stored = storeNew(resource, call, created);
  return {
    status: resource.createStatus,
    body: { items: stored.map((item) => renderItem(resource, call.state, item)) },
  };
}

/** Stores all or none. Throws 409, 422, 400, 403. */
export function storeNew(
  resource: Resource,
  call: Pick<Call, 'state' | 'access' | 'now'>,
  fields: readonly Record<string, unknown>[],
): Item[] {
  const { state, now } = call;
  const created = fields.map((one) => ({ id: state.nextId(), fields: one }));
  refuseDuplicates(resource, state[resource.name], created);
  checkReferences(resource.fields, created, state);
  resource.hooks?.beforeCreate?.(state, created, now);
  requireWrite(resource, call, created);
  const stored = created.map((one) => state[resource.name].add(one.id, one.fields, now));
  resource.hooks?.afterChange?.(state, stored);
  return stored;
}

/** The fields of a new item as they are stored. Throws 400. */
export function readNew(resource: Resource, value: unknown, where: string): Record<string, unknown> {
  const item = asObject(value, where);
  try {
    checkFields(resource.fields, item, where);
  } catch (error) {
    if (
      !(error instanceof ApiError) ||
      error.lists.missingFields === undefined ||
      !resource.isMissingFieldFlat
    )
      throw error;
    throw new ApiError(error.status, error.message, error.lists, true);
  }
  resource.hooks?.checkItem?.(item, where);
  const stored = Object.entries(resource.fields)
    .filter(([, field]) => field.ignored !== true)
    .map(([name, field]) => [name, item[name] ?? field.default] as const)
    .filter(([, fieldValue]) => fieldValue !== undefined);
  return Object.fromEntries(stored);
}

/** One external id twice in the request, or one that is taken: all such external ids are listed. */
function refuseDuplicates(resource: Resource, items: Items, created: readonly NewItem[]): void {
  const externalIds = created.map(externalIdOf).filter((externalId) => externalId !== undefined);
  refuse(
    repeated(externalIds, (externalId) => externalId),
    resource.duplicateStatus,
    resource.label,
  );
  refuse(
    externalIds.filter((externalId) => items.findByExternalId(externalId) !== undefined),
    409,
    resource.label,
  );
}

export function refuse(externalIds: readonly string[], status: 409 | 422, label: string): void {
  if (externalIds.length === 0) return;
  const duplicated = externalIds.map((externalId) => ({ externalId }));
  throw new ApiError(status, `${label} external ids duplicated: ${externalIds.join(', ')}`.slice(0, 1000), {
    duplicated,
  });
}
