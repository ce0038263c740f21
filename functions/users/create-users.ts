// POST /api/v1/projects/{project}/postgresgateway: POST /create in the form of CDF's own gateway API.
import { readBody } from '../api/read-body';
import { projectOfPath } from '../authorize';
import type { CreateCredentialPorts } from '../create-credential';
import { createUser } from '../create-credential';
import { bearerToken, checkAddresses } from '../create-request';
import type { Answer } from '../http';
import { HttpError, ok } from '../http';
import { renderUser } from './render-user';
import type { CreateUsersBody, CredentialsBody } from './user-schemas';
import { createUsersBody } from './user-schemas';

export function createUsersHandler(ports: CreateCredentialPorts): Answer {
  return async (request) => {
    const token = bearerToken(request);
    const project = projectOfPath(request);
    const { items } = await readBody<CreateUsersBody>(request, createUsersBody, 422);
    const { credentials } = items[0];
    checkTexts(credentials);
    const baseUrl = checkAddresses(credentials, ports.allowList, NAMES);
    const { username, password, createdTime } = await createUser(
      ports,
      { credentials, project, baseUrl },
      token,
    );
    const shown = renderUser({ username, createdTime, ...credentials, project, baseUrl });
    return ok({ items: [{ ...shown, password, ...ports.endpoint, database: username }] });
  };
}

export const NAMES = { tokenUrl: 'credentials.tokenUrl', scope: 'credentials.scope' };

/** Throws HttpError 422; the message names the field, never its value. */
export function checkTexts(credentials: CredentialsBody): void {
  for (const [name, value] of Object.entries(credentials) as [string, string][])
    if (/\p{Cc}/u.test(value))
      throw new HttpError(422, `String should not contain control characters: credentials.${name}`);
}
