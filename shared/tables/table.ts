// What a gateway table is: a declaration that the engine (DDL), the ingest path (decoding), the writer
// (CDF requests) and the docs all read. Adding a table = one file of this shape and one line in catalogue.ts.

/** PostgreSQL's name of a column type, as it stands in the engine's CREATE TABLE. */
export type TypeName =
  | 'text'
  | `varchar(${number})`
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'numeric'
  | `numeric(${number},${number})`
  | 'timestamptz'
  | 'timestamp'
  | 'date'
  | 'json'
  | 'jsonb'
  | 'uuid'
  | 'text[]'
  | 'int8[]'
  | 'float8[]'
  | 'bool[]'
  | 'float4[]'
  | 'int4[]'
  | 'timestamptz[]'
  | 'date[]'
  | 'json[]'
  | 'bytea';

/**
 * How a value looks in CDF's JSON where that does not follow from the column's type alone.
 * `string-map`: an object of strings (CDF metadata); scalars become their text, nested values their JSON text.
 * `labels`: text[] becomes [{"externalId": ...}].
 * `column-definitions`: a list of objects with an externalId (the columns of a sequence), which CDF's update cannot set as a
 * whole: `{"add": [...]}` those that the item lacks, `{"modify": [{externalId, update}]}` those that it has, remove none.
 * `iso-time`: timestamptz as ISO 8601 text in UTC instead of milliseconds, where the item is nobody's but the user's.
 * `iso-micros`: any time as ISO 8601 text, with its microseconds where it has some.
 * `direct`: json `{"space", "externalId"}`; a JSON string is the external id of an instance in the row's own space.
 */
type ValueShape = 'string-map' | 'labels' | 'column-definitions' | 'iso-time' | 'iso-micros' | 'direct';

export interface Column {
  readonly name: string;
  readonly type: TypeName;
  /** The property of CDF's item. Several columns may name the same one (an alias): a row sets at most one of them. */
  readonly property: string;
  /** `required`: CDF's create wants it (of columns with the same property: one of them). `read-only`: CDF sets it, a value is refused (428C9). Default: optional. */
  readonly access?: 'required' | 'read-only';
  /**
   * The value is an external id, or a list of them, where CDF's property takes ids: write-batch looks them up at this
   * resource's byids (`/assets`: POST /assets/byids). One that CDF does not have refuses the row (23503).
   */
  readonly refersTo?: '/assets' | '/datasets';
  /** CDF cannot change it later: left out of an update. */
  readonly immutable?: true;
  readonly as?: ValueShape;
  /**
   * What an update sends for NULL, where `{"setNull": true}` (lists: `{"set": []}`, maps: `{"set": {}}`) is not understood.
   * `keep`: CDF cannot unset it; the property is left out, and an item that has it is refused.
   */
  readonly onNull?: Readonly<Record<string, unknown>> | 'keep';
  readonly description: string;
}

/** How rows become requests. Paths are relative to `/api/v1/projects/{project}`. */
export type CdfRequest =
  | {
      /** Create with `{"items": [...]}`; where `update` is a path, an existing externalId is updated instead. */
      readonly kind: 'items';
      readonly create: string;
      readonly update: string | null;
      readonly maxItems: number;
      /** Create takes one bare item a request, not a list (files). */
      readonly single?: true;
      /** Where items are deleted by external id; null: CDF deletes none. */
      readonly delete: string | null;
      /** The property that names another item of the same request which has to be created first. */
      readonly parent?: string;
    }
  | { readonly kind: 'datapoints'; readonly value: 'numeric' | 'string' }
  /** Rows of sequences: grouped by sequence, upserts by row number and column. */
  | { readonly kind: 'sequence-rows' }
  /** A table of one's own has its RAW table in `target`; raw_rows names it in each row. */
  | { readonly kind: 'raw-rows'; readonly target?: RawTarget }
  /** RAW databases and tables themselves. */
  | { readonly kind: 'raw-tables' }
  /** Nodes or edges with the properties of a view (CDF: POST /models/instances). */
  | {
      readonly kind: 'instances';
      readonly of: 'node' | 'edge';
      readonly view: { readonly space: string; readonly externalId: string; readonly version: string };
      readonly autoCreateDirectRelations: boolean;
      readonly autoCreateStartNodes: boolean;
      readonly autoCreateEndNodes: boolean;
    }
  /** Listed for clients that look; every write is refused. */
  | { readonly kind: 'read-only' };

/** A RAW database and a table in it. */
export interface RawTarget {
  readonly database: string;
  readonly table: string;
}

export interface Table {
  /** Default: public. A table made by SQL lies in the schema that its CREATE TABLE named. */
  readonly schema?: string;
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  /** Columns of the primary key, by which an INSERT is an upsert; empty where CDF only appends. */
  readonly key: readonly string[];
  readonly request: CdfRequest;
  /** The CDF capability that writing needs, e.g. `assetsAcl`. */
  readonly acl: string;
  /** A warning to every statement that writes to it. */
  readonly warning?: string;
}

/** Schema and name, as they tell tables apart. */
export function qualifiedName({ schema = 'public', name }: Pick<Table, 'schema' | 'name'>): string {
  return `${schema}.${name}`;
}

export function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}
