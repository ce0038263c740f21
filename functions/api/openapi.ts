// GET /openapi.json: the HTTP API as OpenAPI 3.1, which Postman and others import.
import type { Answer } from '../http';
import type { Operation } from './operations';
import { OPERATIONS } from './operations';
import type { Schema } from './schema';

const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request cannot be met; the message says why.',
  401: 'The bearer token is missing, malformed, not for a CDF cluster, or refused by CDF: the same for whatever is asked for.',
  403: 'The bearer token, or the app, has no access to the project.',
  404: 'There is no such user, or it is of a project that the bearer token does not open.',
  409: 'Someone else changed it meanwhile.',
  413: 'The body is too long.',
  422: 'The body or the query does not have the form described here.',
  500: 'An error of the service; its log has it under the id in the message.',
  502: 'CDF or the token endpoint did not answer.',
  503: 'The storage does not answer.',
};

const WITH_TOKEN = [400, 401, 403, 404, 500, 502];

const error: Schema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'integer', description: 'The HTTP status.' },
        message: { type: 'string' },
        missing: { type: 'array', items: { type: 'object' }, description: 'What is not found.' },
        duplicated: { type: 'array', items: { type: 'object' }, description: 'What is there already.' },
      },
    },
  },
};

const PATH_PARAMETERS: Readonly<Record<string, { description: string; schema: Schema }>> = {
  project: { description: 'URL name of the CDF project.', schema: { type: 'string', maxLength: 64 } },
  username: { description: 'Name of the gateway user.', schema: { type: 'string', maxLength: 63 } },
};

const DESCRIPTION =
  'Sluice is a PostgreSQL gateway into Cognite Data Fusion. This API makes and manages the users with which PostgreSQL ' +
  'clients log in, and their own tables. A bearer token is one for CDF, from Microsoft Entra ID (scope ' +
  'https://{cluster}.cognitedata.com/.default); it may manage the users of the CDF projects that it opens at that cluster.';

/** `origin`: where the caller found it. */
export function openApiDocument(origin: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const operation of OPERATIONS) {
    const path = (paths[operation.path] ??= {});
    path[operation.method] = describeOperation(operation);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Sluice', version: '1', description: DESCRIPTION },
    servers: [{ url: origin }],
    tags: [...new Set(OPERATIONS.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'A token for CDF.' } },
      schemas: { Error: error },
    },
  };
}

function describeOperation(operation: Operation): object {
  const { operationId, tag, summary, description, body, answer, query = [], isOpen, path } = operation;
  const parameters = [...pathParameters(path), ...query];
  return {
    ...{ operationId, tags: [tag], summary },
    ...(description === undefined ? {} : { description }),
    ...(isOpen ? { security: [] } : {}),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(body) } }),
    responses: {
      200: { description: 'Done.', content: json(answer) },
      ...refusalsOf(operation),
    },
  };
}

function pathParameters(path: string): object[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    ...PATH_PARAMETERS[name],
  }));
}

function refusalsOf({ refusals = [], isOpen }: Operation): object {
  const statuses = isOpen ? refusals : [...WITH_TOKEN, ...refusals];
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: REFUSALS[status],
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    ]),
  );
}

function json(schema: Schema): object {
  return { 'application/json': { schema } };
}

/** No secret is in it, so anybody may read it. */
export function openApiHandler(): Answer {
  return (request) =>
    Promise.resolve({ status: 200, jsonBody: openApiDocument(new URL(request.url).origin) });
}
