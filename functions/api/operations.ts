// Every operation of the HTTP API, as GET /openapi.json describes it. A test holds this list and the registrations
// (functions/http-triggers.ts) equal, and real answers against these schemas.
import { createTablesBody, tableCreated, tableNamesBody, tableShown } from '../tables/table-schemas';
import * as v1 from '../tables/v1-schemas';
import * as users from '../users/user-schemas';
import type { Schema } from './schema';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly description: string;
  readonly schema: Schema;
}

export interface Operation {
  readonly method: 'get' | 'post';
  /** Parts in braces are path parameters. */
  readonly path: string;
  /** The name of its function. */
  readonly operationId: string;
  readonly tag: 'Users' | 'Tables' | 'Tables (v1)' | 'Service';
  readonly summary: string;
  readonly description?: string;
  readonly query?: readonly Parameter[];
  readonly body?: Schema;
  /** Of status 200. */
  readonly answer: Schema;
  /** Without a bearer token. */
  readonly isOpen?: true;
  /** Beside those that every operation with a token has. */
  readonly refusals?: readonly number[];
}

const GATEWAY = '/api/v1/projects/{project}/postgresgateway';
const TABLES = `${GATEWAY}/tables/{username}`;

function listOf(item: Schema): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['items'],
    properties: { items: { type: 'array', items: item } },
  };
}

function pageOf(item: Schema): Schema {
  const { properties = {}, ...list } = listOf(item);
  const nextCursor: Schema = { type: 'string', description: 'Absent on the last page.' };
  return { ...list, properties: { ...properties, nextCursor } };
}

const NOTHING: Schema = { type: 'object', additionalProperties: false, properties: {} };

const limit: Parameter = {
  name: 'limit',
  in: 'query',
  required: false,
  description: 'How many a page holds.',
  schema: { type: 'integer', minimum: 1, maximum: 100, default: 100 },
};

const cursor: Parameter = {
  name: 'cursor',
  in: 'query',
  required: false,
  description: '`nextCursor` of the page before.',
  schema: { type: 'string' },
};

const includeBuiltIns: Parameter = {
  name: 'includeBuiltIns',
  in: 'query',
  required: false,
  description: 'Whether built-in tables are listed too.',
  schema: { type: 'boolean', default: false },
};

const USER_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/create',
    operationId: 'create',
    tag: 'Users',
    summary: 'Create a gateway user',
    description:
      "User name and password for PostgreSQL clients, with the CDF capabilities of the app's group. The password is shown this once.",
    body: users.createBody,
    answer: users.createAnswer,
    refusals: [413],
  },
  {
    method: 'post',
    path: GATEWAY,
    operationId: 'users-create',
    tag: 'Users',
    summary: 'Create a gateway user, in the form of CDF',
    body: users.createUsersBody,
    answer: listOf(users.createdUser),
    refusals: [413, 422],
  },
  {
    method: 'get',
    path: GATEWAY,
    operationId: 'users-list',
    tag: 'Users',
    summary: "List a project's gateway users",
    query: [limit, cursor],
    answer: pageOf(users.user),
    refusals: [422],
  },
  {
    method: 'post',
    path: `${GATEWAY}/list`,
    operationId: 'users-filter',
    tag: 'Users',
    summary: "List a project's gateway users, ten at most",
    body: users.listUsersBody,
    answer: pageOf(users.user),
    refusals: [413, 422],
  },
  {
    method: 'post',
    path: `${GATEWAY}/byids`,
    operationId: 'users-by-ids',
    tag: 'Users',
    summary: 'Look gateway users up by name',
    body: users.usersByIdsBody,
    answer: listOf(users.user),
    refusals: [413, 422],
  },
  {
    method: 'post',
    path: `${GATEWAY}/update`,
    operationId: 'users-update',
    tag: 'Users',
    summary: 'Rotate a password, replace client credentials, disable or enable a user',
    body: users.updateUsersBody,
    answer: listOf(users.updatedUser),
    refusals: [409, 413, 422],
  },
  {
    method: 'post',
    path: `${GATEWAY}/delete`,
    operationId: 'users-delete',
    tag: 'Users',
    summary: "Delete a gateway user and the user's own tables",
    description: 'Sessions that run end within a minute. What was written to CDF stays.',
    body: users.deleteUsersBody,
    answer: NOTHING,
    refusals: [409, 413, 422],
  },
  {
    method: 'get',
    path: '/user/{username}',
    operationId: 'user-show',
    tag: 'Users',
    summary: 'Show a gateway user',
    answer: users.shownUser,
  },
];

const TABLE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: TABLES,
    operationId: 'tables-list',
    tag: 'Tables',
    summary: "List a user's tables",
    description: 'Those of schema public. Tables that SQL made are altered and dropped by SQL.',
    query: [limit, cursor, includeBuiltIns],
    answer: pageOf(tableShown),
    refusals: [422],
  },
  {
    method: 'post',
    path: TABLES,
    operationId: 'tables-create',
    tag: 'Tables',
    summary: 'Create tables over RAW tables or views',
    body: createTablesBody,
    answer: listOf(tableCreated),
    refusals: [409, 413, 422],
  },
  {
    method: 'post',
    path: `${TABLES}/byids`,
    operationId: 'tables-by-ids',
    tag: 'Tables',
    summary: 'Look tables up by name',
    body: tableNamesBody,
    answer: listOf(tableShown),
    refusals: [413, 422],
  },
  {
    method: 'post',
    path: `${TABLES}/delete`,
    operationId: 'tables-delete',
    tag: 'Tables',
    summary: 'Delete tables; RAW tables and views stay',
    body: tableNamesBody,
    answer: NOTHING,
    refusals: [409, 413, 422],
  },
];

const V1 = '/user/{username}/tables';

const V1_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: V1,
    operationId: 'v1-tables-list',
    tag: 'Tables (v1)',
    summary: "List a user's tables",
    answer: v1.v1Tables,
  },
  {
    method: 'post',
    path: V1,
    operationId: 'v1-tables-create',
    tag: 'Tables (v1)',
    summary: 'Create tables over RAW tables, all columns text',
    body: v1.createTablesBody,
    answer: v1.v1Tables,
    refusals: [409, 413],
  },
  {
    method: 'post',
    path: `${V1}/update`,
    operationId: 'v1-tables-update',
    tag: 'Tables (v1)',
    summary: 'Rename tables, add columns',
    body: v1.updateTablesBody,
    answer: v1.v1Tables,
    refusals: [409, 413],
  },
  {
    method: 'post',
    path: `${V1}/delete`,
    operationId: 'v1-tables-delete',
    tag: 'Tables (v1)',
    summary: 'Delete tables by id; RAW tables stay',
    body: v1.deleteTablesBody,
    answer: NOTHING,
    refusals: [409, 413],
  },
];

const SERVICE_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/healthz',
    operationId: 'healthz',
    tag: 'Service',
    summary: 'Whether the service reaches its storage',
    isOpen: true,
    answer: {
      type: 'object',
      required: ['status'],
      properties: { status: { type: 'string', enum: ['ok'] } },
    },
    refusals: [503],
  },
  {
    method: 'get',
    path: '/openapi.json',
    operationId: 'openapi',
    tag: 'Service',
    summary: 'This description',
    isOpen: true,
    answer: { type: 'object', required: ['openapi', 'info', 'paths'] },
  },
];

export const OPERATIONS: readonly Operation[] = [
  ...USER_OPERATIONS,
  ...TABLE_OPERATIONS,
  ...V1_OPERATIONS,
  ...SERVICE_OPERATIONS,
];
