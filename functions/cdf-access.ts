// The way into CDF of a gateway user: its credential with the client secret opened. write-batch asks for each batch, so
// that a credential that is replaced counts at once.
import type { Credential } from '../shared/credential';
import { SealedSecretError } from '../shared/sealed-secret';
import { disabledUser, unknownUser, unreadableSecret } from './batch/failure';
import type { CdfAccess } from './batch/sender';

/** Rejects with BatchFailedError where there is no such user, it is disabled, or its secret does not open. */
export function createCdfAccess(
  find: (username: string) => Promise<Credential | null>,
  open: (credential: Credential) => Promise<string>,
): (username: string) => Promise<CdfAccess> {
  return async (username) => {
    const credential = await find(username);
    if (credential === null) throw unknownUser(username);
    if (credential.disabled === true) throw disabledUser(username);
    const clientSecret = await open(credential).catch((error: unknown) => {
      throw error instanceof SealedSecretError ? unreadableSecret(username) : error;
    });
    const { baseUrl, project, tokenUrl, clientId, scope } = credential;
    return { baseUrl, project, credentials: { tokenUrl, clientId, clientSecret, scope } };
  };
}
