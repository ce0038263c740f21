// An item as CDF answers it: its fields, what CDF adds, what is computed. Fields that are not set are left out.
import { badRequest } from '../api-error';
import type { Item } from '../items';
import type { ProjectState } from '../project-state';
import type { Resource } from '../resource';

export function renderItem(
  resource: Resource,
  state: ProjectState,
  item: Item,
  aggregates: readonly string[] = [],
): object {
  const { id, fields, createdTime, lastUpdatedTime } = item;
  const rendered = {
    ...fields,
    ...resource.hooks?.computed?.(state, item),
    ...(resource.isWithoutId ? {} : { id }),
    createdTime,
    ...(resource.isWithoutUpdates ? {} : { lastUpdatedTime }),
  };
  if (aggregates.length === 0) return rendered;
  const counted = aggregates.map((name) => [name, resource.hooks?.aggregates?.[name]?.(state, item)]);
  return { ...rendered, aggregates: Object.fromEntries(counted) as object };
}

/** The names in `aggregatedProperties`. Throws 400 for one that the resource lacks. */
export function readAggregates(resource: Resource, value: unknown): readonly string[] {
  if (value === undefined) return [];
  const known = Object.keys(resource.hooks?.aggregates ?? {});
  if (!Array.isArray(value) || !value.every((name) => known.includes(name as string)))
    throw badRequest(`request.aggregatedProperties: must be of ${known.join(', ')}`);
  return value as string[];
}
