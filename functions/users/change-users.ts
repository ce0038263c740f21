// POST .../postgresgateway/update and /delete. What is written goes by the ETag of what was read: of two who change a user
// at a time the later one hears of it. Servers look at users every so often (server/session-watch) and end sessions.
import type { StoredCredential } from '../../shared/azure/credential-store';
import { CredentialChangedError } from '../../shared/azure/credential-store';
import type { Credential } from '../../shared/credential';
import type { Log } from '../../shared/log';
import { createVerifier } from '../../shared/scram';
import type { WrapKey } from '../../shared/sealed-secret';
import { readBody } from '../api/read-body';
import type { AuthorizePorts } from '../authorize';
import { callerOf, findManaged, projectOfPath } from '../authorize';
import type { AccessPorts } from '../check-access';
import { checkCredentials } from '../check-access';
import { checkAddresses } from '../create-request';
import type { Answer } from '../http';
import { HttpError, ok } from '../http';
import { checkTexts, NAMES } from './create-users';
import { newPassword, sealCredentials } from './new-login';
import { unknownUsers } from './read-users';
import { renderUser } from './render-user';
import type { CredentialsBody, UpdateUsersBody, UserNamesBody, UserUpdate } from './user-schemas';
import { deleteUsersBody, updateUsersBody } from './user-schemas';

export interface ChangeUsersPorts extends AuthorizePorts, AccessPorts {
  readonly wrapKey: WrapKey;
  /** Both reject with CredentialChangedError. */
  readonly replace: (credential: Credential, etag: string) => Promise<void>;
  readonly remove: (username: string, etag: string) => Promise<void>;
  /** Removes the tables of the user's own. */
  readonly clearTables: (username: string) => Promise<void>;
  readonly log: Log;
  readonly now?: () => number;
}

export function updateUsersHandler(ports: ChangeUsersPorts): Answer {
  return async (request) => {
    const caller = await callerOf(ports, request);
    const project = projectOfPath(request);
    const { items } = await readBody<UpdateUsersBody>(request, updateUsersBody, 422);
    const [{ username, update }] = items;
    const stored = await findManaged(ports, caller, { username, project });
    if (stored === null) throw unknownUsers([{ username }]);
    const password = update.password?.rotate === true ? newPassword() : null;
    const { etag, ...before } = stored;
    const credential = { ...(await updated(ports, before, update)), ...verifierOf(password) };
    await ports.replace(credential, etag).catch(conflict);
    ports.log.info('credential updated', { username, project, changed: Object.keys(update).join() });
    return ok({ items: [{ ...renderUser(credential), ...(password === null ? {} : { password }) }] });
  };
}

function verifierOf(password: string | null): Partial<Credential> {
  return password === null ? {} : { verifier: createVerifier(password) };
}

async function updated(ports: ChangeUsersPorts, before: Credential, update: UserUpdate): Promise<Credential> {
  const { credentials, disabled } = update;
  const sealed = credentials === undefined ? {} : await sealChecked(ports, before, credentials.set);
  return {
    ...before,
    ...sealed,
    disabled: disabled?.set ?? before.disabled ?? false,
    lastUpdatedTime: (ports.now ?? Date.now)(),
  };
}

/** As for a new user: they must lead into the project. Rejects with HttpError. */
async function sealChecked(
  ports: ChangeUsersPorts,
  { username, project, baseUrl }: Credential,
  set: CredentialsBody,
) {
  checkTexts(set);
  if (checkAddresses(set, ports.allowList, NAMES) !== baseUrl)
    throw new HttpError(
      400,
      `${NAMES.scope} must stay at ${baseUrl}; for another cluster create another user.`,
    );
  await checkCredentials(ports, { credentials: set, project, baseUrl });
  return sealCredentials(username, set, ports.wrapKey);
}

export function deleteUsersHandler(ports: ChangeUsersPorts): Answer {
  return async (request) => {
    const caller = await callerOf(ports, request);
    const project = projectOfPath(request);
    const { items, ignoreUnknownIds = false } = await readBody<UserNamesBody>(request, deleteUsersBody, 422);
    for (const { username } of items) {
      const stored = await findManaged(ports, caller, { username, project });
      if (stored !== null) await deleteUser(ports, stored);
      else if (!ignoreUnknownIds) throw unknownUsers([{ username }]);
    }
    return ok({});
  };
}

/**
 * Disabled first, so that nothing new comes; then the tables; the credential last. Where it stops in between, the user is
 * still there to be deleted again, and can no longer log in.
 */
async function deleteUser(ports: ChangeUsersPorts, { etag, ...credential }: StoredCredential): Promise<void> {
  const { username, project } = credential;
  await ports.replace({ ...credential, disabled: true }, etag).catch(conflict);
  await ports.clearTables(username);
  const disabled = await ports.find(username);
  if (disabled !== null) await ports.remove(username, disabled.etag).catch(conflict);
  ports.log.info('credential deleted', { username, project });
}

function conflict(error: unknown): never {
  if (error instanceof CredentialChangedError)
    throw new HttpError(409, 'The user was changed by someone else meanwhile. Look at it again.');
  throw error;
}
