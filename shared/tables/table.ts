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
  | 'timestamptz'
  | 'timestamp'
  | 'date'
  | 'json'
  | 'jsonb'
  | 'uuid'
  | 'text[]'
  | 'int8[]'
  | 'float8[]'
  | 'bool[]';

/**
 * How a value looks in CDF's JSON where that does not follow from the column's type alone.
 * `string-map`: an object of strings (CDF metadata); scalars become their text, nested values their JSON text.
 * `labels`: text[] becomes [{"externalId": ...}].
 */
type ValueShape = 'string-map' | 'labels';

export interface Column {
  readonly name: string;
  readonly type: TypeName;
  /** The property of CDF's item. Several columns may name the same one (an alias): a row sets at most one of them. */
  readonly property: string;
  /** `required`: CDF's create wants it. `read-only`: CDF sets it, a value is refused (428C9). Default: optional. */
  readonly access?: 'required' | 'read-only';
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
      /** The property that names another item of the same request which has to be created first. */
      readonly parent?: string;
    }
  | { readonly kind: 'datapoints'; readonly value: 'numeric' | 'string' }
  | { readonly kind: 'raw-rows' };

export interface Table {
  readonly name: string;
  readonly description: string;
  readonly columns: readonly Column[];
  /** Columns of the primary key, by which an INSERT is an upsert; empty where CDF only appends. */
  readonly key: readonly string[];
  readonly request: CdfRequest;
  /** The CDF capability that writing needs, e.g. `assetsAcl`. */
  readonly acl: string;
}

export function columnOf(table: Table, name: string): Column | undefined {
  return table.columns.find((column) => column.name === name);
}
