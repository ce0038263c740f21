// POST /{resource}: creates all items of a request or none.
import { ApiError } from '../api-error';
import type { Answer, Call } from '../call';
import { asObject, itemsOf, jsonBody } from '../call';
import { checkFields } from '../check-value';
import { repeated } from '../identifiers';
import type { Items } from '../items';
import { externalIdOf } from '../items';
import { checkReferences } from '../references';
import type { NewItem, Resource } from '../resource';
import { renderItem } from './render-item';

export function createItems(resource: Resource, { state, body, now }: Call): Answer {
  const items = itemsOf(jsonBody({ body }), 1, resource.maxItems);
  const created = items.map((item, i) => ({
    id: state.nextId(),
    fields: readNew(resource, item, `request.items[${i}]`),
  }));
  refuseDuplicates(resource, state[resource.name], created);
  checkReferences(resource.fields, created, state);
  resource.hooks?.beforeCreate?.(state, created);
  const stored = created.map(({ id, fields }) => state[resource.name].add(id, fields, now));
  resource.hooks?.afterChange?.(state, stored);
  return {
    status: resource.createStatus,
    body: { items: stored.map((item) => renderItem(resource, state, item)) },
  };
}

function readNew(resource: Resource, value: unknown, where: string): Record<string, unknown> {
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
