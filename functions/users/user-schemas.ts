// Bodies and answers of the API of gateway users, in the form of CDF's own (postgresgateway). Two differences: Sluice keeps
// client credentials where CDF takes the nonce of a session, and it can also rotate a password and disable a user.
import type { Schema } from '../api/schema';

const username: Schema = {
  type: 'string',
  minLength: 1,
  maxLength: 63,
  description: 'Name of the gateway user; its database has the same name.',
  example: 'sluice_k3v2p6xq7abc',
};

const time: Schema = {
  type: 'integer',
  minimum: 0,
  format: 'int64',
  description: 'Milliseconds since 1970.',
};

const clientCredentials: Schema = {
  type: 'object',
  description: 'OAuth 2.0 client credentials of the app in whose name rows are written.',
  additionalProperties: false,
  required: ['tokenUrl', 'clientId', 'clientSecret', 'scope'],
  properties: {
    tokenUrl: {
      type: 'string',
      minLength: 1,
      maxLength: 2048,
      example: 'https://login.microsoftonline.com/{tenant-id}/oauth2/v2.0/token',
    },
    clientId: { type: 'string', minLength: 1, maxLength: 256 },
    clientSecret: { type: 'string', minLength: 1, maxLength: 2048 },
    scope: {
      type: 'string',
      minLength: 1,
      maxLength: 512,
      example: 'https://{cluster}.cognitedata.com/.default',
    },
  },
};

export interface CredentialsBody {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export const createUsersBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['credentials'],
        properties: { credentials: clientCredentials },
      },
    },
  },
};

export interface CreateUsersBody {
  readonly items: readonly [{ readonly credentials: CredentialsBody }];
}

const names: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['username'],
  properties: { username },
};

function listOfNames(maxItems: number): Schema {
  return {
    type: 'object',
    additionalProperties: false,
    required: ['items'],
    properties: {
      items: { type: 'array', minItems: 1, maxItems, items: names },
      ignoreUnknownIds: {
        type: 'boolean',
        default: false,
        description: 'Leave out users that are not found.',
      },
    },
  };
}

export const usersByIdsBody = listOfNames(10);
export const deleteUsersBody = listOfNames(1);

export interface UserNamesBody {
  readonly items: readonly { readonly username: string }[];
  readonly ignoreUnknownIds?: boolean;
}

export const listUsersBody: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    limit: { type: 'integer', minimum: 1, maximum: 10, default: 10 },
    cursor: { type: 'string', description: '`nextCursor` of the page before.' },
  },
};

export interface ListUsersBody {
  readonly limit?: number;
  readonly cursor?: string;
}

export const updateUsersBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['items'],
  properties: {
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 1,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['username', 'update'],
        properties: {
          username,
          update: {
            type: 'object',
            additionalProperties: false,
            properties: {
              credentials: {
                type: 'object',
                description: 'Other client credentials of the same project, or the same with a new secret.',
                additionalProperties: false,
                required: ['set'],
                properties: { set: clientCredentials },
              },
              password: {
                type: 'object',
                description: 'A new password. Sessions that run go on; the next login needs the new one.',
                additionalProperties: false,
                required: ['rotate'],
                properties: { rotate: { type: 'boolean' } },
              },
              disabled: {
                type: 'object',
                description: 'A disabled user cannot log in, and its sessions end within a minute.',
                additionalProperties: false,
                required: ['set'],
                properties: { set: { type: 'boolean' } },
              },
            },
          },
        },
      },
    },
  },
};

export interface UserUpdate {
  readonly credentials?: { readonly set: CredentialsBody };
  readonly password?: { readonly rotate: boolean };
  readonly disabled?: { readonly set: boolean };
}

export interface UpdateUsersBody {
  readonly items: readonly [{ readonly username: string; readonly update: UserUpdate }];
}

const userProperties: Readonly<Record<string, Schema>> = {
  username,
  createdTime: time,
  lastUpdatedTime: time,
  disabled: { type: 'boolean', description: 'Whether login is refused.' },
  clientId: { type: 'string', description: 'Client id of the app in whose name rows are written.' },
};

const userRequired = ['username', 'createdTime', 'lastUpdatedTime', 'disabled', 'clientId'];

export const user: Schema = { type: 'object', required: userRequired, properties: userProperties };

const password: Schema = { type: 'string', description: 'Shown this once; it cannot be recovered.' };

const endpointProperties: Readonly<Record<string, Schema>> = {
  host: { type: 'string', description: 'Host name for PostgreSQL clients.' },
  port: { type: 'integer', minimum: 1, maximum: 65_535 },
  database: { type: 'string', description: 'The same as the user name.' },
};

export const createdUser: Schema = {
  type: 'object',
  required: [...userRequired, 'password', 'host', 'port', 'database'],
  properties: { ...userProperties, password, ...endpointProperties },
};

/** With the password where it was rotated. */
export const updatedUser: Schema = {
  type: 'object',
  required: userRequired,
  properties: { ...userProperties, password },
};

/** GET /user/{username}. */
export const shownUser: Schema = {
  type: 'object',
  required: [...userRequired, 'project', 'baseUrl', 'tokenUrl', 'scope', 'host', 'port', 'database'],
  properties: {
    ...userProperties,
    project: { type: 'string', description: 'CDF project.' },
    baseUrl: { type: 'string', description: 'CDF cluster.' },
    tokenUrl: { type: 'string' },
    scope: { type: 'string' },
    ...endpointProperties,
  },
};

export const createBody: Schema = {
  type: 'object',
  required: ['auth', 'project'],
  properties: {
    auth: {
      type: 'object',
      required: ['token_url', 'client_id', 'client_secret', 'scope'],
      properties: {
        token_url: clientCredentials.properties!['tokenUrl']!,
        client_id: clientCredentials.properties!['clientId']!,
        client_secret: clientCredentials.properties!['clientSecret']!,
        scope: clientCredentials.properties!['scope']!,
      },
    },
    project: { type: 'string', minLength: 1, maxLength: 64, description: 'URL name of the CDF project.' },
  },
};

export const createAnswer: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['username', 'password', 'host', 'port', 'database'],
  properties: { username, password, ...endpointProperties },
};
