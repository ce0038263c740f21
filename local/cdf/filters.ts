// The filters that lists and aggregates share; each resource names its own in its declaration.
import type { Filter } from './resource';
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

/** `[{"id"}, {"externalId"}]`, of which only ids can be told apart here: data sets have no external ids yet. */
const dataSetIds: Filter = {
  shape: {
    kind: 'list',
    of: { kind: 'object', fields: { id: { shape: idShape, required: true } } },
    maxItems: 100,
  },
  matches: (item, wanted: readonly { id: number }[]) =>
    wanted.some(({ id }) => id === item.fields['dataSetId']),
};

/** What every resource's list understands. */
export const COMMON_FILTERS: Readonly<Record<string, Filter>> = {
  externalIdPrefix: {
    shape: externalIdShape,
    matches: (item, prefix: string) => externalIdOf(item)?.startsWith(prefix) === true,
  },
  metadata: {
    shape: { kind: 'map' },
    matches: (item, wanted: Readonly<Record<string, string>>) => {
      const metadata = (item.fields['metadata'] ?? {}) as Record<string, string>;
      return Object.entries(wanted).every(([key, value]) => metadata[key] === value);
    },
  },
  dataSetIds,
  createdTime: within((item) => item.createdTime),
  lastUpdatedTime: within((item) => item.lastUpdatedTime),
};
