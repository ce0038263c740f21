// POST /create: makes a gateway user out of an app's client credentials. Here a row's journey becomes possible: what is
// stored lets server/ check a login, and functions/write-batch write in that app's name.
import type { Credential } from '../shared/credential';
import type { Log } from '../shared/log';
import type { WrapKey } from '../shared/sealed-secret';
import type { AllowList } from './allow-list';
import type { CheckProject } from './allowed-projects';
import type { AccessPorts } from './check-access';
import { checkCaller, checkCredentials } from './check-access';
import type { CreateRequest } from './create-request';
import { bearerToken, readCreateRequest } from './create-request';
import type { Answer } from './http';
import { ok } from './http';
import type { Login } from './users/new-login';
import { newCredential, newLogin } from './users/new-login';

export interface CreateCredentialPorts extends AccessPorts {
  readonly allowList: AllowList;
  /** Throws HttpError 403 where credentials for the project are not made here. */
  readonly checkProject: CheckProject;
  readonly wrapKey: WrapKey;
  /** Stores a new credential; rejects where the user name is taken. */
  readonly store: (credential: Credential) => Promise<void>;
  /** Where clients reach the server. */
  readonly endpoint: { readonly host: string; readonly port: number };
  readonly log: Log;
  readonly now?: () => number;
}

/** 200 with the password, shown this once; or an HttpError whose sentence says what to fix. */
export function createCredentialHandler(ports: CreateCredentialPorts): Answer {
  return async (httpRequest) => {
    const token = bearerToken(httpRequest);
    const request = await readCreateRequest(httpRequest, ports.allowList);
    const { username, password } = await createUser(ports, request, token);
    return ok({ username, password, ...ports.endpoint, database: username });
  };
}

/** A new user, once the caller and the client credentials are found to be of the project. Rejects with HttpError. */
export async function createUser(
  ports: CreateCredentialPorts,
  request: CreateRequest,
  token: string,
): Promise<Login & { readonly createdTime: number }> {
  await checkCaller(ports, request, token);
  // After CDF knows the caller: the list of projects is nobody else's business.
  ports.checkProject(request.project);
  await checkCredentials(ports, request);
  const login = newLogin();
  const createdTime = (ports.now ?? Date.now)();
  await ports.store(await newCredential({ ...request, ...login, createdTime }, ports.wrapKey));
  ports.log.info('credential created', { username: login.username, project: request.project });
  return { ...login, createdTime };
}
