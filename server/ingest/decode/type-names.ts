// PostgreSQL's types by name and by oid, and which of them a column takes from which: its assignment casts (pg_cast).
import type { TypeName } from '../../../shared/tables/table';
import { OID } from './row-fields';

/** Types of single values that fields may have. */
const SCALARS = {
  bool: { oid: OID.bool, arrayOid: OID.boolArray, sql: 'boolean' },
  int2: { oid: OID.int2, arrayOid: OID.int2Array, sql: 'smallint' },
  int4: { oid: OID.int4, arrayOid: OID.int4Array, sql: 'integer' },
  int8: { oid: OID.int8, arrayOid: OID.int8Array, sql: 'bigint' },
  float4: { oid: OID.float4, arrayOid: OID.float4Array, sql: 'real' },
  float8: { oid: OID.float8, arrayOid: OID.float8Array, sql: 'double precision' },
  numeric: { oid: OID.numeric, arrayOid: OID.numericArray, sql: 'numeric' },
  text: { oid: OID.text, arrayOid: OID.textArray, sql: 'text' },
  varchar: { oid: OID.varchar, arrayOid: OID.varcharArray, sql: 'character varying' },
  bpchar: { oid: OID.bpchar, arrayOid: 1014, sql: 'character' },
  date: { oid: OID.date, arrayOid: 1182, sql: 'date' },
  timestamp: { oid: OID.timestamp, arrayOid: 1115, sql: 'timestamp without time zone' },
  timestamptz: { oid: OID.timestamptz, arrayOid: 1185, sql: 'timestamp with time zone' },
  json: { oid: OID.json, arrayOid: 199, sql: 'json' },
  jsonb: { oid: OID.jsonb, arrayOid: 3807, sql: 'jsonb' },
  uuid: { oid: OID.uuid, arrayOid: 2951, sql: 'uuid' },
  bytea: { oid: OID.bytea, arrayOid: 1001, sql: 'bytea' },
} as const;

export type Scalar = keyof typeof SCALARS;

/** Types that no column takes; errors name them. */
const OTHER_NAMES: Record<number, string> = {
  [OID.unknown]: 'unknown',
  18: '"char"',
  19: 'name',
  26: 'oid',
  142: 'xml',
  790: 'money',
  869: 'inet',
  1083: 'time without time zone',
  1186: 'interval',
  1266: 'time with time zone',
  1560: 'bit',
  1562: 'bit varying',
};

const NUMBERS: readonly Scalar[] = ['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'];
const TEXTS: readonly Scalar[] = ['text', 'varchar', 'bpchar'];
const MOMENTS: readonly Scalar[] = ['timestamptz', 'timestamp', 'date'];
const ALL_TO_TEXT = [...TEXTS, ...NUMBERS, ...MOMENTS, 'bool', 'uuid', 'json'] as const;

/** For each type of a column, the types that PostgreSQL casts to it in an assignment. */
const ASSIGNABLE: Record<Scalar, readonly Scalar[]> = {
  text: ALL_TO_TEXT,
  varchar: ALL_TO_TEXT,
  bpchar: ALL_TO_TEXT,
  bool: ['bool'],
  int2: NUMBERS,
  int4: NUMBERS,
  int8: NUMBERS,
  float4: NUMBERS,
  float8: NUMBERS,
  numeric: NUMBERS,
  timestamptz: MOMENTS,
  timestamp: MOMENTS,
  date: MOMENTS,
  json: ['json', 'jsonb'],
  jsonb: ['json', 'jsonb'],
  uuid: ['uuid'],
  bytea: ['bytea'],
};

const NAMES = Object.keys(SCALARS) as Scalar[];
const BY_OID: ReadonlyMap<number, Scalar> = new Map(NAMES.map((name) => [SCALARS[name].oid, name]));
const BY_ARRAY_OID: ReadonlyMap<number, Scalar> = new Map(
  NAMES.map((name) => [SCALARS[name].arrayOid, name]),
);

export interface ColumnType {
  /** Of the column, or of its elements. */
  readonly scalar: Scalar;
  readonly isArray: boolean;
  /** n of varchar(n), the precision of numeric(p,s); null: no limit. */
  readonly limit: number | null;
  /** s of numeric(p,s). */
  readonly scale: number;
}

export function columnType(name: TypeName): ColumnType {
  const match = /^(\w+?)(?:\((\d+)(?:,(-?\d+))?\))?(\[\])?$/.exec(name);
  if (match === null || !(match[1]! in SCALARS)) throw new TypeError(`${name} is no type of a column`);
  return {
    scalar: match[1] as Scalar,
    isArray: match[4] !== undefined,
    limit: match[2] === undefined ? null : Number(match[2]),
    scale: Number(match[3] ?? 0),
  };
}

/** pg_type.oid of a column's type. */
export function oidOfType(name: TypeName): number {
  const { scalar, isArray } = columnType(name);
  return isArray ? SCALARS[scalar].arrayOid : SCALARS[scalar].oid;
}

/** The type's name as PostgreSQL's errors have it. */
export function sqlTypeName(oid: number): string {
  const array = BY_ARRAY_OID.get(oid);
  if (array !== undefined) return `${SCALARS[array].sql}[]`;
  const scalar = BY_OID.get(oid);
  return scalar === undefined ? (OTHER_NAMES[oid] ?? `with oid ${oid}`) : SCALARS[scalar].sql;
}

export function scalarOfOid(oid: number): Scalar | undefined {
  return BY_OID.get(oid);
}

/** The elements' type of an array type. */
export function elementOfOid(oid: number): Scalar | undefined {
  return BY_ARRAY_OID.get(oid);
}

export function oidOfScalar(scalar: Scalar): number {
  return SCALARS[scalar].oid;
}

/** True where nothing is declared, so that the field has its column's type. */
export function isUndeclared(oid: number): boolean {
  return oid === OID.unspecified || oid === OID.unknown;
}

/** May a field that is declared as `oid` be written to a column of this type without a cast? */
export function isAssignable(name: TypeName, oid: number): boolean {
  if (isUndeclared(oid)) return true;
  const { scalar, isArray } = columnType(name);
  const source = isArray ? elementOfOid(oid) : scalarOfOid(oid);
  if (source === undefined) return false;
  // A list becomes a list of texts by its own text, where a bool is `t`: left to the engine.
  if (isArray && scalar === 'text')
    return TEXTS.includes(source) || (NUMBERS.includes(source) && source !== 'numeric');
  return ASSIGNABLE[scalar].includes(source);
}
