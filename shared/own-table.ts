// A gateway table of a user's own: made over HTTP (functions/tables) or by SQL (CREATE TABLE in schema raw), kept in
// Table Storage (azure/own-table-store.ts), shown by every server to its user's sessions. tableOf (table-of-own.ts) makes a
// Table of it, like those of the catalogue.
import { randomInt } from 'node:crypto';
import { TABLES } from './tables/catalogue';
import type { Column, RawTarget, TypeName } from './tables/table';

/** Table Storage reserves the name `tables` for itself. */
export const OWN_TABLES_TABLE = 'owntables';

/** CDF's postgresgateway limit for `tablename`; PostgreSQL would cut from 64 bytes on. */
export const MAX_TABLE_NAME_CHARACTERS = 60;
/** Definitions of one user; each replica holds those of its users in memory. */
export const MAX_OWN_TABLES = 500;
export const MAX_OWN_COLUMNS = 500;

export interface OwnView {
  readonly space: string;
  readonly externalId: string;
  readonly version: string;
  readonly of: 'node' | 'edge';
  readonly autoCreateDirectRelations: boolean;
  readonly autoCreateStartNodes: boolean;
  readonly autoCreateEndNodes: boolean;
}

export interface OwnTable {
  /** v1's API knows a table by it: digits, unique for the user. */
  readonly id: string;
  /** `public` where it was made over HTTP; `raw` or `raw:<database>` where SQL made it. */
  readonly schema: string;
  readonly name: string;
  /** Where its rows go. */
  readonly destination:
    | { readonly type: 'raw_rows'; readonly target: RawTarget; readonly primaryKey: string | null }
    | { readonly type: 'view'; readonly view: OwnView };
  /** As the user named them; of a view as CDF named them. A RAW table without a primary key has `_raw_key` besides. */
  readonly columns: readonly OwnColumn[];
  /** Milliseconds since 1970. */
  readonly createdTime: number;
}

export interface OwnColumn {
  readonly name: string;
  /** Of the RAW row or the view, where it cannot be the name: `type` of an edge's view is the column `type_property`. */
  readonly property?: string;
  readonly type: TypeName;
  /** As v2's API names the type, where several of its names have one type here (VARCHAR is text). */
  readonly declaredType?: string;
  readonly access?: Column['access'];
  readonly immutable?: true;
  /** A view's direct relation. */
  readonly as?: 'direct';
  readonly description?: string;
}

/** The key column of a RAW table whose maker named none. */
export const RAW_KEY_COLUMN = '_raw_key';

/** Cognite's names, whether or not they are tables here: a table that is moved from there to here keeps its name. */
const COGNITE_NAMES =
  'assets double_datapoints events extraction_pipeline_runs extraction_pipelines files labels raw_rows raw_tables ' +
  'relationships sequence_rows sequences string_datapoints time_series data_models views containers units ' +
  'unit_systems timeseries datapoints raw';

const RESERVED_NAMES = new Set([...COGNITE_NAMES.split(' '), ...TABLES.map(({ name }) => name)]);

/** PostgreSQL has them in every table; CREATE TABLE refuses them (42701). */
const SYSTEM_COLUMNS = new Set(['tableoid', 'ctid', 'xmin', 'xmax', 'cmin', 'cmax']);

/** PostgreSQL's NAMEDATALEN - 1. */
const MAX_IDENTIFIER_BYTES = 63;

/** What is wrong with the name of a table, as the end of a sentence; null where nothing is. */
export function tableNameFault({ schema, name }: Pick<OwnTable, 'schema' | 'name'>): string | null {
  if (schema === 'public' && RESERVED_NAMES.has(name)) return 'is the name of a built-in table';
  if ([...name].length > MAX_TABLE_NAME_CHARACTERS)
    return `is longer than ${MAX_TABLE_NAME_CHARACTERS} characters`;
  return identifierFault(name);
}

/** What is wrong with the name of a column, as the end of a sentence; null where nothing is. */
export function columnNameFault(name: string): string | null {
  if (SYSTEM_COLUMNS.has(name)) return 'is the name of a system column of PostgreSQL';
  return identifierFault(name);
}

function identifierFault(name: string): string | null {
  if (name === '') return 'is empty';
  if (Buffer.byteLength(name) > MAX_IDENTIFIER_BYTES) return `is longer than ${MAX_IDENTIFIER_BYTES} bytes`;
  if (/\p{Cc}|\p{Cs}/u.test(name)) return 'contains a control character';
  return null;
}

/** 48 bits as digits: a safe integer, since v1's API gives it as a number too. */
export function newTableId(): string {
  return String(randomInt(1, 2 ** 48 - 1));
}
