// What fields point at in other resources. A field says what it points at; here stands how that is looked up and refused.
import type { ApiError } from './api-error';
import { badRequest } from './api-error';
import type { Field, Fields, Reference } from './fields';
import type { ProjectState } from './project-state';
import { UNITS } from './units/catalogue';

interface Kind {
  /** The identifiers that a field's value holds. */
  readonly read: (value: unknown) => readonly (number | string)[];
  readonly exists: (state: ProjectState, identifier: never) => boolean;
  readonly refuse: (unknown: readonly (number | string)[]) => ApiError;
}

const ids = (value: unknown) => (Array.isArray(value) ? (value as number[]) : [value as number]);
const missingIds = (label: string) => (unknown: readonly (number | string)[]) =>
  badRequest(`${label} ids not found: ${unknown.join(', ')}`, { missing: unknown.map((id) => ({ id })) });
const isDataSet = (state: ProjectState, id: number) => state.datasets.byId.get(id) !== undefined;

const KINDS: Readonly<Record<Reference, Kind>> = {
  assets: {
    read: ids,
    exists: (state, id: number) => state.assets.byId.get(id) !== undefined,
    refuse: missingIds('Asset'),
  },
  'data-sets': { read: ids, exists: isDataSet, refuse: missingIds('Data set') },
  // Assets and events name them in the message only.
  'data-sets-as-text': {
    read: ids,
    exists: isDataSet,
    refuse: (unknown) => badRequest(`Invalid dataSetIds: ${unknown.join(', ')}`),
  },
  labels: {
    read: (value) => (value as { externalId: string }[]).map(({ externalId }) => externalId),
    exists: (state, externalId: string) => state.labels.findByExternalId(externalId) !== undefined,
    refuse: (unknown) =>
      badRequest(`Label ids not found: ${unknown.join(', ')}`, {
        missing: unknown.map((externalId) => ({ externalId })),
      }),
  },
  units: {
    read: (value) => [value as string],
    exists: (_state, externalId: string) => UNITS.some((unit) => unit.externalId === externalId),
    refuse: (unknown) => badRequest(`Unknown unitExternalId: ${unknown.join(', ')}`),
  },
};

/**
 * Throws 400 for what does not exist, with `missing` where CDF has it. What an item pointed at before (`was`) may be gone:
 * deleting leaves pointers behind.
 */
export function checkReferences(
  fields: Readonly<Record<string, Field>>,
  items: readonly { readonly fields: Fields; readonly item?: { readonly fields: Fields } }[],
  state: ProjectState,
): void {
  for (const [name, { references }] of Object.entries(fields)) {
    if (references === undefined) continue;
    const kind = KINDS[references];
    const read = (from: Fields | undefined) => (from?.[name] === undefined ? [] : kind.read(from[name]));
    const added = items.flatMap(({ fields: next, item }) => {
      const before = new Set(read(item?.fields));
      return read(next).filter((identifier) => !before.has(identifier));
    });
    const unknown = [...new Set(added)].filter((identifier) => !kind.exists(state, identifier as never));
    if (unknown.length > 0) throw kind.refuse(unknown);
  }
}
