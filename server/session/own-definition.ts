// From what PostgreSQL makes of a CREATE TABLE to the definition of a RAW-backed table: which types have a form in RAW, what
// a table without storage of its own cannot keep to.
import {
  columnNameFault,
  MAX_OWN_COLUMNS,
  newTableId,
  type OwnColumn,
  type OwnTable,
  RAW_KEY_COLUMN,
  tableNameFault,
} from '../../shared/own-table';
import type { TypeName } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';

/** The answer of sluice.columns_of (server/engine/columns-of.ts). */
export interface Described {
  readonly columns:
    | readonly {
        readonly name: string;
        /** As format_type says it. */
        readonly type: string;
        readonly notNull: boolean;
        readonly hasDefault: boolean;
      }[]
    | null;
  readonly key: readonly string[] | null;
  /** pg_constraint.contype of all but the primary key and NOT NULL. */
  readonly constraints: readonly string[] | null;
}

const TYPES: Readonly<Record<string, TypeName>> = {
  text: 'text',
  'character varying': 'text',
  boolean: 'bool',
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  real: 'float4',
  'double precision': 'float8',
  numeric: 'numeric',
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
  date: 'date',
  json: 'json',
  jsonb: 'jsonb',
  uuid: 'uuid',
  bytea: 'bytea',
  'text[]': 'text[]',
  'character varying[]': 'text[]',
  'boolean[]': 'bool[]',
  'integer[]': 'int4[]',
  'bigint[]': 'int8[]',
  'real[]': 'float4[]',
  'double precision[]': 'float8[]',
  'timestamp with time zone[]': 'timestamptz[]',
  'date[]': 'date[]',
  'json[]': 'json[]',
};

/** Types whose values have one text each, so that a key is found again. */
const KEY_TYPES =
  /^(text|varchar\(\d+\)|bool|int[248]|numeric(\(\d+,-?\d+\))?|timestamptz|timestamp|date|uuid)$/;

const CONSTRAINTS: Readonly<Record<string, string>> = {
  c: 'CHECK',
  f: 'FOREIGN KEY',
  u: 'UNIQUE',
  x: 'EXCLUDE',
  t: 'CONSTRAINT TRIGGER',
};

export interface Place {
  readonly schema: string;
  readonly name: string;
  readonly database: string;
  /** Milliseconds since 1970. */
  readonly createdTime: number;
}

/** Throws 0A000 for what RAW cannot keep to, 42602 and 54011 for names and numbers that are too long. */
export function defineRawTable(
  { schema, name, database, createdTime }: Place,
  described: Described,
): OwnTable {
  const fault = tableNameFault({ schema, name });
  if (fault !== null) throw new PostgresError({ code: '42602' }, `the table name "${name}" ${fault}`);
  const columns = readColumns(described);
  const primaryKey = readKey(described, columns);
  if (primaryKey === null && columns.some((column) => column.name === RAW_KEY_COLUMN))
    throw new PostgresError(
      'duplicate_column',
      `column "${RAW_KEY_COLUMN}" is the key of a table without a primary key`,
      {
        hint: `Declare it as PRIMARY KEY, or leave it out.`,
      },
    );
  return {
    ...{ id: newTableId(), schema, name, columns, createdTime },
    destination: { type: 'raw_rows', target: { database, table: name }, primaryKey },
  };
}

/** The columns of a statement, checked. Throws 0A000, 42602, 54011. */
export function readColumns({ columns, constraints }: Described): OwnColumn[] {
  for (const constraint of constraints ?? [])
    throw unsupported(`${CONSTRAINTS[constraint] ?? 'this'} constraints`);
  const read = (columns ?? []).map((column): OwnColumn => {
    if (column.hasDefault)
      throw unsupported(`DEFAULT (here of column "${column.name}"; serial and identity, too)`);
    const fault = columnNameFault(column.name);
    if (fault !== null)
      throw new PostgresError({ code: '42602' }, `the column name "${column.name}" ${fault}`);
    const access = column.notNull ? ({ access: 'required' } as const) : {};
    return { name: column.name, type: typeOf(column), ...access };
  });
  checkNumber(read);
  return read;
}

/** Throws 54011. */
export function checkNumber(columns: readonly OwnColumn[]): void {
  if (columns.length > MAX_OWN_COLUMNS)
    throw new PostgresError({ code: '54011' }, `tables can have at most ${MAX_OWN_COLUMNS} columns`);
}

function typeOf({ name, type }: { readonly name: string; readonly type: string }): TypeName {
  const limit = /^character(?: varying)?\((\d+)\)$/.exec(type);
  if (limit !== null) return `varchar(${Number(limit[1])})`;
  const digits = /^numeric\((\d+),(-?\d+)\)$/.exec(type);
  if (digits !== null) return `numeric(${Number(digits[1])},${Number(digits[2])})`;
  const plain = type.replace(/\(\d\)(?= with)/, '');
  const known = TYPES[plain];
  if (known !== undefined) return known;
  throw new PostgresError(
    'feature_not_supported',
    `column "${name}" cannot be of type ${type} in a RAW table`,
    {
      hint: `Types are ${Object.keys(TYPES).join(', ')}.`,
      column: name,
    },
  );
}

function readKey({ key }: Described, columns: readonly OwnColumn[]): string | null {
  if (key === null) return null;
  const [name = '', ...others] = key;
  if (others.length > 0)
    throw unsupported('a primary key of several columns', 'A row of RAW has one key: make it one column.');
  const type = columns.find((column) => column.name === name)?.type ?? 'text';
  if (!KEY_TYPES.test(type))
    throw unsupported(`a primary key of type ${type}`, 'A row of RAW has a text as its key.');
  return name;
}

export function unsupported(what: string, hint?: string): PostgresError {
  return new PostgresError('feature_not_supported', `tables in schema raw do not support ${what}`, {
    hint:
      hint ??
      'A table in schema raw is a RAW table of Cognite Data Fusion: it has typed columns, NOT NULL and a primary key.',
  });
}
