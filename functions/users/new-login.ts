// What a gateway user logs in with, and what is kept of it: never the password, never the plain client secret.
import { randomBytes, randomInt } from 'node:crypto';
import type { Credential } from '../../shared/credential';
import { createVerifier } from '../../shared/scram';
import type { WrapKey } from '../../shared/sealed-secret';
import { clientSecretAad, sealSecret } from '../../shared/sealed-secret';
import type { ClientCredentials } from '../cdf/token';
import type { CreateRequest } from '../create-request';

export interface Login {
  readonly username: string;
  readonly password: string;
}

export function newLogin(): Login {
  return { username: newUsername(), password: newPassword() };
}

/** Rejects with what `wrapKey` rejects with. */
export async function newCredential(
  {
    credentials,
    project,
    baseUrl,
    username,
    password,
    createdTime,
  }: CreateRequest & Login & { createdTime: number },
  wrapKey: WrapKey,
): Promise<Credential> {
  const verifier = createVerifier(password);
  const sealed = await sealCredentials(username, credentials, wrapKey);
  return { username, verifier, ...sealed, project, baseUrl, createdTime };
}

type SealedCredentials = Pick<Credential, 'tokenUrl' | 'clientId' | 'sealedSecret' | 'scope'>;

/** Bound to the user: in another's entity the secret does not open. */
export async function sealCredentials(
  username: string,
  { tokenUrl, clientId, clientSecret, scope }: ClientCredentials,
  wrapKey: WrapKey,
): Promise<SealedCredentials> {
  const sealedSecret = await sealSecret(clientSecret, clientSecretAad(username), wrapKey);
  return { tokenUrl, clientId, sealedSecret, scope };
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** 60 bits: that two of a million users get one name has odds of one in two million, and is refused by the store. */
const USERNAME_CHARACTERS = 12;
/** 190 bits: no guessing, whatever the number of iterations in the verifier. */
const PASSWORD_CHARACTERS = 32;

/** An identifier of PostgreSQL that needs no quotes, since it names a role and a database. */
function newUsername(): string {
  const characters = [...randomBytes(USERNAME_CHARACTERS)].map((byte) => BASE32.charAt(byte % BASE32.length));
  return `sluice_${characters.join('')}`;
}

/** Letters and digits only: it passes through connection strings and pipelines' forms unharmed. */
export function newPassword(): string {
  return Array.from({ length: PASSWORD_CHARACTERS }, () => BASE62.charAt(randomInt(BASE62.length))).join('');
}
