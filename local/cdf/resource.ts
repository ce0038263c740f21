// What a resource with ids is: a declaration that create, update, delete, byids, list and aggregate read. A new
// resource is one file in resources/ and one line in routes.ts.
import type { Place } from './access/access';
import type { Field, Fields, Shape } from './fields';
import type { Item } from './items';
import type { ProjectState } from './project-state';

export interface Resource {
  /** Also the name under which requests are counted. */
  readonly name: ResourceName;
  /** As messages say it. */
  readonly label: string;
  readonly acl: string;
  /** Which operations there are. */
  readonly verbs: readonly Verb[];
  readonly createStatus: 200 | 201;
  /** Default 200. */
  readonly deleteStatus?: 202;
  /** Of one request, for every verb. */
  readonly maxItems: number;
  /** Where a create takes fewer. */
  readonly maxCreates?: number;
  /** Its external id is its only identifier, and it shows no id. */
  readonly isWithoutId?: true;
  /** Its update wants READ too. */
  readonly updateNeedsRead?: true;
  /** It never changes, and shows no lastUpdatedTime. */
  readonly isWithoutUpdates?: true;
  /** What one item twice in a request is answered with. */
  readonly duplicateStatus: 409 | 422;
  /** `missingFields` comes without the `error` around it. */
  readonly isMissingFieldFlat?: true;
  readonly fields: Readonly<Record<string, Field>>;
  readonly filters: Readonly<Record<string, Filter>>;
  readonly hooks?: ResourceHooks;
}

type ResourceName =
  | 'assets'
  | 'events'
  | 'timeseries'
  | 'extpipes'
  | 'datasets'
  | 'labels'
  | 'relationships'
  | 'files'
  | 'sequences';

export type Verb = 'create' | 'update' | 'delete' | 'byids' | 'list' | 'query' | 'count' | 'one';

/** A filter's value is checked against `shape`; then each item is asked. */
export interface Filter {
  readonly shape: Shape;
  readonly matches: (item: Item, wanted: never, state: ProjectState) => boolean;
}

/** What is more than fields. Each runs before anything is stored, and refuses by throwing an ApiError. */
interface ResourceHooks {
  /** Rules over several fields of one item. */
  readonly checkItem?: (fields: Fields, where: string) => void;
  /** May change the fields of new items before they are stored. */
  readonly beforeCreate?: (state: ProjectState, items: readonly NewItem[], now: number) => void;
  readonly beforeUpdate?: (state: ProjectState, changes: readonly ItemChange[]) => void;
  readonly afterChange?: (state: ProjectState, items: readonly Item[]) => void;
  /** Which items go when these go. */
  readonly withDependents?: (
    state: ProjectState,
    items: readonly Item[],
    isRecursive: boolean,
  ) => readonly Item[];
  readonly afterDelete?: (state: ProjectState, items: readonly Item[]) => void;
  /** Where scopes find the item, beside its id and data set. */
  readonly place?: (state: ProjectState, fields: Fields) => Place;
  /** Fields that are computed on read; undefined hides one. */
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
