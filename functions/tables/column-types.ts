// Names of column types: v2's API has some of PostgreSQL's, CDF's views have their own.
import type { Column, TypeName } from '../../shared/tables/table';

/** What a client may declare: v2's names, and TIMESTAMPTZ[], which v2 lacks. */
export const DECLARED_TYPES = {
  TEXT: 'text',
  VARCHAR: 'text',
  BOOL: 'bool',
  BIGINT: 'int8',
  'DOUBLE PRECISION': 'float8',
  REAL: 'float4',
  TIMESTAMPTZ: 'timestamptz',
  JSON: 'json',
  'TEXT[]': 'text[]',
  'VARCHAR[]': 'text[]',
  'BOOL[]': 'bool[]',
  'BIGINT[]': 'int8[]',
  'DOUBLE PRECISION[]': 'float8[]',
  'REAL[]': 'float4[]',
  'TIMESTAMPTZ[]': 'timestamptz[]',
  'JSON[]': 'json[]',
  BYTEA: 'bytea',
} as const satisfies Record<string, TypeName>;

export type DeclaredType = keyof typeof DECLARED_TYPES;

/** The type of v2 that is closest to one of PostgreSQL's: v2's clients know no others. */
const CLOSEST: Readonly<
  Record<Exclude<TypeName, `varchar(${number})` | `numeric(${number},${number})`>, DeclaredType>
> = {
  text: 'TEXT',
  bool: 'BOOL',
  int2: 'BIGINT',
  int4: 'BIGINT',
  int8: 'BIGINT',
  float4: 'REAL',
  float8: 'DOUBLE PRECISION',
  numeric: 'DOUBLE PRECISION',
  timestamptz: 'TIMESTAMPTZ',
  timestamp: 'TIMESTAMPTZ',
  date: 'TEXT',
  json: 'JSON',
  jsonb: 'JSON',
  uuid: 'TEXT',
  'text[]': 'TEXT[]',
  'int8[]': 'BIGINT[]',
  'float8[]': 'DOUBLE PRECISION[]',
  'bool[]': 'BOOL[]',
  'float4[]': 'REAL[]',
  'int4[]': 'BIGINT[]',
  'timestamptz[]': 'TIMESTAMPTZ[]',
  'date[]': 'TEXT[]',
  'json[]': 'JSON[]',
  bytea: 'BYTEA',
};

/** As declared, where it was; else the closest. */
export function declaredTypeOf({
  type,
  declaredType,
}: Pick<Column, 'type'> & { declaredType?: string }): string {
  if (declaredType !== undefined || type.startsWith('varchar(')) return declaredType ?? 'VARCHAR';
  return CLOSEST[type.replace(/\(.*\)/, '') as keyof typeof CLOSEST];
}

/** What the type of a view's property says; facts of CDF's POST /models/views/byids. */
export interface PropertyType {
  readonly type: string;
  readonly list?: boolean;
}

const SCALARS: Readonly<Record<string, TypeName>> = {
  text: 'text',
  boolean: 'bool',
  int32: 'int4',
  int64: 'int8',
  float32: 'float4',
  float64: 'float8',
  timestamp: 'timestamptz',
  date: 'date',
  json: 'json',
  enum: 'text',
  direct: 'json',
  timeseries: 'text',
  file: 'text',
  sequence: 'text',
};

const LISTS: Readonly<Record<string, TypeName>> = {
  text: 'text[]',
  boolean: 'bool[]',
  int32: 'int4[]',
  int64: 'int8[]',
  float32: 'float4[]',
  float64: 'float8[]',
  timestamp: 'timestamptz[]',
  date: 'date[]',
  json: 'json[]',
  enum: 'text[]',
  direct: 'json[]',
  timeseries: 'text[]',
  file: 'text[]',
  sequence: 'text[]',
};

/** null where CDF has a type that is not known here. */
export function columnTypeOf({ type, list = false }: PropertyType): TypeName | null {
  return (list ? LISTS : SCALARS)[type] ?? null;
}
