// Bodies and answers of v1's API of custom tables.
import { MAX_OWN_COLUMNS, MAX_TABLE_NAME_CHARACTERS } from '../../shared/own-table';
import type { Schema } from '../api/schema';
import { MAX_TABLES_TOGETHER, rawDatabase, rawTable } from './table-schemas';

const name: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: MAX_TABLE_NAME_CHARACTERS,
  example: 'movies',
};
const columnName: Schema = { type: 'string', minLength: 1, maxLength: 63 };
const id: Schema = {
  description: "The table's id, as digits or a number.",
  anyOf: [
    { type: 'string', minLength: 1, maxLength: 20 },
    { type: 'integer', minimum: 0 },
  ],
};

function list(item: Schema): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['items'],
    properties: { items: { type: 'array', minItems: 1, maxItems: MAX_TABLES_TOGETHER, items: item } },
  };
}

const columnNames: Schema = {
  type: 'array',
  maxItems: MAX_OWN_COLUMNS,
  items: columnName,
  example: ['title', 'year', 'budget'],
};

export const createTablesBody = list({
  type: 'object',
  additionalProperties: false,
  required: ['destination', 'name', 'columns', 'options'],
  properties: {
    destination: { type: 'string', enum: ['raw'] },
    name,
    columns: columnNames,
    options: {
      type: 'object',
      additionalProperties: false,
      required: ['database', 'table'],
      properties: {
        primary_key: {
          type: 'string',
          description:
            'The column whose value is the key of the RAW row. Without it a column _raw_key is added.',
          example: 'title',
        },
        database: rawDatabase,
        table: rawTable,
      },
    },
  },
});

export interface CreateTable {
  readonly destination: 'raw';
  readonly name: string;
  readonly columns: readonly string[];
  readonly options: { readonly primary_key?: string; readonly database: string; readonly table: string };
}

export interface CreateTablesBody {
  readonly items: readonly CreateTable[];
}

export const updateTablesBody = list({
  type: 'object',
  additionalProperties: false,
  required: ['id', 'update'],
  properties: {
    id,
    update: {
      type: 'object',
      additionalProperties: false,
      properties: {
        name: { type: 'object', additionalProperties: false, required: ['set'], properties: { set: name } },
        columns: {
          type: 'object',
          additionalProperties: false,
          required: ['add'],
          properties: { add: columnNames },
        },
      },
    },
  },
});

export interface TableUpdate {
  readonly name?: { readonly set: string };
  readonly columns?: { readonly add: readonly string[] };
}

export interface UpdateTablesBody {
  readonly items: readonly { readonly id: string | number; readonly update: TableUpdate }[];
}

export const deleteTablesBody = list({
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: { id },
});

export interface DeleteTablesBody {
  readonly items: readonly { readonly id: string | number }[];
}

const v1Table: Schema = {
  type: 'object',
  required: ['id', 'destination', 'name', 'columns', 'options'],
  properties: {
    id: { type: 'string', description: 'Digits.' },
    destination: { type: 'string', enum: ['raw', 'view'] },
    name,
    columns: { type: 'array', items: columnName },
    options: {
      type: 'object',
      description: 'RAW: primary_key, database, table. View: space, external_id, version.',
    },
  },
};

export const v1Tables: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['items'],
  properties: { items: { type: 'array', items: v1Table } },
};
