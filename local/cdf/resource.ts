// What a resource with ids is: a declaration that create, update, delete, byids, list and aggregate read. A new
// resource is one file in resources/ and one line in routes.ts.
import type { Field, Fields, Shape } from './fields';
import type { Item } from './items';
import type { ProjectState } from './project-state';

export interface Resource {
  /** Also the name under which requests are counted. */
  readonly name: 'assets' | 'events' | 'timeseries' | 'extpipes';
  /** As messages say it. */
  readonly label: string;
  readonly acl: string;
  readonly createStatus: 200 | 201;
  /** Of one request, for every verb. */
  readonly maxItems: number;
  /** What one item twice in a request is answered with. */
  readonly duplicateStatus: 409 | 422;
  /** `missingFields` comes without the `error` around it. */
  readonly isMissingFieldFlat?: true;
  readonly fields: Readonly<Record<string, Field>>;
  readonly filters: Readonly<Record<string, Filter>>;
  readonly hooks?: ResourceHooks;
}

/** A filter's value is checked against `shape`; then each item is asked. */
export interface Filter {
  readonly shape: Shape;
  readonly matches: (item: Item, wanted: never, state: ProjectState) => boolean;
}

/** What is more than fields. Each runs before anything is stored, and refuses by throwing an ApiError. */
interface ResourceHooks {
  /** Rules over several fields of one item. */
  readonly checkItem?: (fields: Fields, where: string) => void;
  /** Fields of new items as they are stored. `ids` are the new items' ids. */
  readonly beforeCreate?: (state: ProjectState, items: readonly NewItem[]) => void;
  readonly beforeUpdate?: (state: ProjectState, changes: readonly ItemChange[]) => void;
  readonly afterChange?: (state: ProjectState, items: readonly Item[]) => void;
  /** Which items go when these go. */
  readonly withDependents?: (
    state: ProjectState,
    items: readonly Item[],
    isRecursive: boolean,
  ) => readonly Item[];
  readonly afterDelete?: (state: ProjectState, items: readonly Item[]) => void;
  /** Fields that are computed on read. */
  readonly computed?: (state: ProjectState, item: Item) => Fields;
  /** What byids and list may ask for in `aggregatedProperties`. */
  readonly aggregates?: Readonly<Record<string, (state: ProjectState, item: Item) => unknown>>;
}

export interface NewItem {
  readonly id: number;
  fields: Record<string, unknown>;
}

export interface ItemChange {
  readonly item: Item;
  fields: Record<string, unknown>;
}
