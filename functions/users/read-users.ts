// Which gateway users a CDF project has: GET .../postgresgateway, /list, /byids and GET /user/{username}.
import type { CredentialPage } from '../../shared/azure/credential-store';
import type { CredentialSummary } from '../../shared/credential';
import { readBody } from '../api/read-body';
import { cursorOf, limitOf } from '../api/read-query';
import type { AuthorizePorts, Caller } from '../authorize';
import { callerOf, findManaged, projectOfPath, userOfPath } from '../authorize';
import { noAccess } from '../check-access';
import type { Answer } from '../http';
import { HttpError, ok } from '../http';
import type { Endpoint } from './render-user';
import { renderUser, renderUserWhole } from './render-user';
import type { ListUsersBody, UserNamesBody } from './user-schemas';
import { listUsersBody, usersByIdsBody } from './user-schemas';

export interface ReadUsersPorts extends AuthorizePorts {
  readonly ofProject: (
    project: { readonly project: string; readonly baseUrl: string },
    limit: number,
    cursor: string | null,
  ) => Promise<CredentialPage>;
  readonly endpoint: Endpoint;
}

const MAX_LIMIT = 100;
const DEFAULT_FILTER_LIMIT = 10;

export function listUsersHandler(ports: ReadUsersPorts): Answer {
  return async (request) => {
    const caller = await callerOf(ports, request);
    const project = projectOfPath(request);
    const page = { limit: limitOf(request, MAX_LIMIT), cursor: cursorOf(request) };
    return listUsers(ports, caller, { project, ...page });
  };
}

export function filterUsersHandler(ports: ReadUsersPorts): Answer {
  return async (request) => {
    const caller = await callerOf(ports, request);
    const project = projectOfPath(request);
    const body = await readBody<ListUsersBody>(request, listUsersBody, 422);
    const { limit = DEFAULT_FILTER_LIMIT, cursor = null } = body;
    return listUsers(ports, caller, { project, limit, cursor });
  };
}

/** A project of this name at another cluster is another project: nothing of it is shown, in the cursor neither. */
async function listUsers(
  ports: ReadUsersPorts,
  { baseUrl, projects }: Caller,
  { project, limit, cursor }: { project: string; limit: number; cursor: string | null },
) {
  if (!projects.includes(project)) throw noAccess({ baseUrl, project });
  const page = await ports.ofProject({ project, baseUrl }, limit, cursor);
  const items = page.credentials.map(renderUser);
  return ok({ items, ...(page.cursor === null ? {} : { nextCursor: page.cursor }) });
}

export function usersByIdsHandler(ports: AuthorizePorts): Answer {
  return async (request) => {
    const caller = await callerOf(ports, request);
    const project = projectOfPath(request);
    const body = await readBody<UserNamesBody>(request, usersByIdsBody, 422);
    const found = await findUsers(ports, body, { caller, project });
    return ok({ items: found.map(renderUser) });
  };
}

/** In the order asked for. Rejects with HttpError 400 that lists unknown names, unless they are to be left out. */
async function findUsers(
  ports: AuthorizePorts,
  { items, ignoreUnknownIds = false }: UserNamesBody,
  { caller, project }: { caller: Caller; project: string },
): Promise<CredentialSummary[]> {
  const users = await Promise.all(
    items.map(({ username }) => findManaged(ports, caller, { username, project })),
  );
  const missing = items.filter((_, i) => users[i] === null);
  if (missing.length > 0 && !ignoreUnknownIds) throw unknownUsers(missing);
  return users.filter((user) => user !== null);
}

export function unknownUsers(missing: readonly { readonly username: string }[]): HttpError {
  return new HttpError(400, 'Users not found', { missing });
}

export function showUserHandler(ports: ReadUsersPorts): Answer {
  return async (request) => ok(renderUserWhole(await userOfPath(ports, request), ports.endpoint));
}
