// Bodies and answers of v2's API of custom tables: .../postgresgateway/tables/{username}, .../byids, .../delete.
import { MAX_OWN_COLUMNS, MAX_TABLE_NAME_CHARACTERS } from '../../shared/own-table';
import type { Schema } from '../api/schema';
import type { DeclaredType } from './column-types';
import { DECLARED_TYPES } from './column-types';

export const MAX_TABLES_TOGETHER = 10;

const tablename: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_TABLE_NAME_CHARACTERS,
  description: 'Name of the table in schema public; not one of the built-in tables.',
  example: 'movies',
};

const columns: Schema = {
  type: 'object',
  description: 'Columns: name to type.',
  maxProperties: MAX_OWN_COLUMNS,
  additionalProperties: {
    type: 'object',
    additionalProperties: false,
    required: ['type'],
    properties: { type: { type: 'string', enum: Object.keys(DECLARED_TYPES) } },
  },
  example: { title: { type: 'TEXT' }, year: { type: 'BIGINT' } },
};

/** Limits of CDF RAW. */
export const rawDatabase: Schema = { type: 'string', minLength: 1, maxLength: 32, example: 'my_database' };
export const rawTable: Schema = { type: 'string', minLength: 1, maxLength: 64, example: 'my_table' };

const rawOptions: Schema = {
  type: 'object',
  description: 'The RAW table, which is made at the first insert.',
  additionalProperties: false,
  required: ['database', 'table'],
  properties: {
    database: rawDatabase,
    table: rawTable,
    primaryKey: {
      type: 'string',
      description: 'The column whose value is the key of the RAW row. Without it a column _raw_key is added.',
    },
  },
};

/** Limits of CDF's identifiers; their form is CDF's to judge. */
const viewName: Readonly<Record<string, Schema>> = {
  space: { type: 'string', minLength: 1, maxLength: 43 },
  externalId: { type: 'string', minLength: 1, maxLength: 255 },
  version: {
    type: 'string',
    minLength: 1,
    maxLength: 43,
    description: 'Without it the one made last is taken.',
  },
};

const flag = (description: string): Schema => ({ type: 'boolean', description });

const viewExtras: Readonly<Record<string, Schema>> = {
  instanceType: {
    type: 'string',
    enum: ['node', 'edge'],
    description: 'Which instances the table has, where the view is used for both.',
  },
  autoCreateDirectRelations: flag('Make the nodes that direct relations point at. Default: true.'),
  autoCreateStartNodes: flag('Make the nodes where edges start. Default: false.'),
  autoCreateEndNodes: flag('Make the nodes where edges end. Default: false.'),
};

const viewOptions: Schema = {
  type: 'object',
  description: "The view of a data model, which must exist; columns are taken from the view's properties.",
  additionalProperties: false,
  required: ['space', 'externalId'],
  properties: { ...viewName, ...viewExtras },
};

const createRawTable: Schema = {
  type: 'object',
  title: 'Create RAW table',
  additionalProperties: false,
  required: ['type', 'tablename', 'options', 'columns'],
  properties: { type: { type: 'string', enum: ['raw_rows'] }, tablename, options: rawOptions, columns },
};

const createViewTable: Schema = {
  type: 'object',
  title: 'Create view table',
  additionalProperties: false,
  required: ['type', 'tablename', 'options'],
  properties: { type: { type: 'string', enum: ['view'] }, tablename, options: viewOptions },
};

export const createTablesBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_TABLES_TOGETHER,
      items: { oneOf: [createRawTable, createViewTable], discriminator: { propertyName: 'type' } },
    },
  },
};

export interface CreateRawTable {
  readonly type: 'raw_rows';
  readonly tablename: string;
  readonly options: { readonly database: string; readonly table: string; readonly primaryKey?: string };
  readonly columns: Readonly<Record<string, { readonly type: DeclaredType }>>;
}

export interface CreateViewTable {
  readonly type: 'view';
  readonly tablename: string;
  readonly options: {
    readonly space: string;
    readonly externalId: string;
    readonly version?: string;
    readonly instanceType?: 'node' | 'edge';
    readonly autoCreateDirectRelations?: boolean;
    readonly autoCreateStartNodes?: boolean;
    readonly autoCreateEndNodes?: boolean;
  };
}

export interface CreateTablesBody {
  readonly items: readonly (CreateRawTable | CreateViewTable)[];
}

export const tableNamesBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_TABLES_TOGETHER,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['tablename'],
        properties: { tablename },
      },
    },
    ignoreUnknownIds: {
      type: 'boolean',
      default: false,
      description: 'Leave out tables that are not found.',
    },
  },
};

export interface TableNamesBody {
  readonly items: readonly { readonly tablename: string }[];
  readonly ignoreUnknownIds?: boolean;
}

const options: Schema = { description: 'Absent of built-in tables.', anyOf: [rawOptions, viewOptions] };

export const tableShown: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'tablename', 'columns'],
  properties: {
    type: { type: 'string', enum: ['raw_rows', 'built_in', 'nodes', 'edges'] },
    tablename,
    columns,
    options,
  },
};

export const tableCreated: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['type', 'tablename', 'columns', 'createdTime'],
  properties: {
    type: { type: 'string', enum: ['raw_rows', 'view'] },
    tablename,
    columns,
    options,
    createdTime: { type: 'integer', minimum: 0, format: 'int64', description: 'Milliseconds since 1970.' },
  },
};
