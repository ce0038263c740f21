// POST /create: makes a gateway user out of an app's client credentials. Here a row's journey becomes possible: what is
// stored lets server/ check a login, and functions/write-batch write in that app's name.
import { randomBytes, randomInt } from 'node:crypto';
import type { Credential } from '../shared/credential';
import type { Log } from '../shared/log';
import { createVerifier } from '../shared/scram';
import type { WrapKey } from '../shared/sealed-secret';
import { clientSecretAad, sealSecret } from '../shared/sealed-secret';
import type { AllowList } from './allow-list';
import type { AccessPorts } from './check-access';
import { checkCaller, checkCredentials } from './check-access';
import type { CreateRequest } from './create-request';
import { bearerToken, readCreateRequest } from './create-request';
import type { Answer } from './http';

export interface CreateCredentialPorts extends AccessPorts {
  readonly allowList: AllowList;
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
    await checkCaller(ports, request, token);
    await checkCredentials(ports, request);
    const login = { username: newUsername(), password: newPassword() };
    await ports.store(await toCredential(request, login, ports));
    ports.log.info('credential created', { username: login.username, project: request.project });
    const { host, port } = ports.endpoint;
    return {
      status: 200,
      headers: { 'cache-control': 'no-store' },
      jsonBody: { ...login, host, port, database: login.username },
    };
  };
}

async function toCredential(
  { credentials, project, baseUrl }: CreateRequest,
  { username, password }: { username: string; password: string },
  { wrapKey, now = Date.now }: CreateCredentialPorts,
): Promise<Credential> {
  const { tokenUrl, clientId, clientSecret, scope } = credentials;
  const sealedSecret = await sealSecret(clientSecret, clientSecretAad(username), wrapKey);
  const verifier = createVerifier(password);
  const createdTime = now();
  return { username, verifier, tokenUrl, clientId, sealedSecret, scope, project, baseUrl, createdTime };
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
function newPassword(): string {
  return Array.from({ length: PASSWORD_CHARACTERS }, () => BASE62.charAt(randomInt(BASE62.length))).join('');
}
