// What spaces, containers, views and data models have in common: a declaration that upsert, byids, list and delete read.
import type { Field, Fields } from '../fields';
import type { Definition, ModelStore } from './model-store';

type KindName = 'spaces' | 'containers' | 'views' | 'datamodels';

export interface DefinitionKind {
  /** Also the path below /models. */
  readonly name: KindName;
  readonly identifiedBy: readonly ('space' | 'externalId' | 'version')[];
  readonly fields: Readonly<Record<string, Field>>;
  /** Throws 400 for what fields alone do not tell. */
  readonly check?: (definition: Fields, lookup: Lookup, where: string) => void;
  /** What a read shows beside the fields. */
  readonly render: (definition: Fields, store: ModelStore, query: URLSearchParams) => Fields;
  /** Throws 400 where something stands in the way. */
  readonly checkDelete?: (definition: Definition, store: ModelStore) => void;
}

/** Finds definitions, those of the same request first. */
export type Lookup = (kind: KindName, key: string) => Fields | undefined;

export function lookupIn(store: ModelStore): Lookup {
  return (kind, key) => store[kind].get(key)?.fields;
}
