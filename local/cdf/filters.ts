// The filters that lists and aggregates share; each resource names its own in its declaration.
import type { Filter } from './resource';
import type { Shape } from './fields';
import { externalIdShape, idShape, timeShape } from './fields';
import type { Item } from './items';
import { externalIdOf } from './items';

/** A field equals the value. */
export function equals(name: string, shape: Filter['shape']): Filter {
  return { shape, matches: (item, wanted: unknown) => item.fields[name] === wanted };
}

/** A field, a number or a list of numbers, has one of these. */
export function anyOf(name: string, maxItems: number): Filter {
  return {
    shape: { kind: 'list', of: idShape, maxItems },
    matches: (item, wanted: readonly unknown[]) => {
      const value = item.fields[name];
      return Array.isArray(value) ? value.some((one) => wanted.includes(one)) : wanted.includes(value);
    },
  };
}

/** `{"min", "max"}`, both inclusive. */
export function within(read: (item: Item) => unknown): Filter {
  return {
    shape: { kind: 'object', fields: { min: { shape: timeShape }, max: { shape: timeShape } } },
    matches: (item, { min = 0, max = Infinity }: { min?: number; max?: number }) => {
      const value = read(item);
      return typeof value === 'number' && value >= min && value <= max;
    },
  };
}

/** A field's text is one of these. */
export function oneOfTexts(name: string, of: Shape, maxItems: number): Filter {
  return {
    shape: { kind: 'list', of, minItems: 1, maxItems },
    matches: (item, wanted: readonly unknown[]) => wanted.includes(item.fields[name]),
  };
}

const labelList: Shape = {
  kind: 'list',
  of: { kind: 'object', fields: { externalId: { shape: externalIdShape, required: true } } },
};

interface WantedLabels {
  readonly containsAny?: readonly { readonly externalId: string }[];
  readonly containsAll?: readonly { readonly externalId: string }[];
}

/** `{"containsAny": [...]}` or `{"containsAll": [...]}`. */
export const hasLabels: Filter = {
  shape: { kind: 'object', fields: { containsAny: { shape: labelList }, containsAll: { shape: labelList } } },
  matches: (item, { containsAny, containsAll = [] }: WantedLabels) => {
    const labels = ((item.fields['labels'] ?? []) as { externalId: string }[]).map((one) => one.externalId);
    const has = ({ externalId }: { readonly externalId: string }) => labels.includes(externalId);
    return containsAll.every(has) && (containsAny?.some(has) ?? true);
  },
};

export const hasExternalIdPrefix: Filter = {
  shape: externalIdShape,
  matches: (item, prefix: string) => externalIdOf(item)?.startsWith(prefix) === true,
};

/** `[{"id"}, {"externalId"}]` */
export function inDataSets(maxItems = 100): Filter {
  const of: Shape = {
    kind: 'object',
    fields: { id: { shape: idShape }, externalId: { shape: externalIdShape } },
  };
  return {
    shape: { kind: 'list', of, maxItems },
    matches: (item, wanted: readonly { id?: number; externalId?: string }[], state) =>
      wanted.some(({ id, externalId }) => {
        const dataSetId = id ?? state.datasets.findByExternalId(externalId ?? '')?.id;
        return dataSetId !== undefined && dataSetId === item.fields['dataSetId'];
      }),
  };
}

export const createdWithin: Filter = within((item) => item.createdTime);
export const updatedWithin: Filter = within((item) => item.lastUpdatedTime);

/** What most resources' lists understand. */
export const COMMON_FILTERS: Readonly<Record<string, Filter>> = {
  externalIdPrefix: hasExternalIdPrefix,
  metadata: {
    shape: { kind: 'map' },
    matches: (item, wanted: Readonly<Record<string, string>>) => {
      const metadata = (item.fields['metadata'] ?? {}) as Record<string, string>;
      return Object.entries(wanted).every(([key, value]) => metadata[key] === value);
    },
  },
  dataSetIds: inDataSets(),
  createdTime: createdWithin,
  lastUpdatedTime: updatedWithin,
};
