// Credentials in Table Storage: POST /create writes one, a login and a batch read one, by a point query each.
import type { TableClient } from '@azure/data-tables';
import { RestError } from '@azure/data-tables';
import type { Credential } from '../credential';

/** One entity a user: the partition is the user, the row key always this. */
const ROW_KEY = 'credential';

/** PostgreSQL's NAMEDATALEN - 1: a longer name is never one that Sluice gave, so nobody is asked. */
const MAX_USERNAME_BYTES = 63;

/** The user name is taken (409). */
export class CredentialExistsError extends Error {
  override readonly name = 'CredentialExistsError';
}

/** Someone else replaced the credential since it was read, or it is gone (412, 404). */
export class CredentialChangedError extends Error {
  override readonly name = 'CredentialChangedError';
}

interface StoredCredential extends Credential {
  /** For `replace`. */
  readonly etag: string;
}

export interface CredentialStore {
  /** null where there is no such user. */
  find(username: string): Promise<StoredCredential | null>;
  /** Rejects with CredentialExistsError. */
  create(credential: Credential): Promise<void>;
  /** Replaces what was read with `etag`; rejects with CredentialChangedError. */
  replace(credential: Credential, etag: string): Promise<void>;
  /** Resolves where the table answers, whatever it holds. */
  probe(abortSignal: AbortSignal): Promise<void>;
}

export function createCredentialStore(table: TableClient): CredentialStore {
  const read = async (username: string, abortSignal?: AbortSignal): Promise<StoredCredential | null> => {
    const options = abortSignal === undefined ? {} : { abortSignal };
    try {
      const entity = await table.getEntity<Credential>(partitionKey(username), ROW_KEY, options);
      return entity.username === username ? fromEntity(entity) : null;
    } catch (error) {
      // TableNotFound is a 404 too, and no answer about a user.
      if (isStorageError(error, 404) && codeOf(error) === 'ResourceNotFound') return null;
      throw error;
    }
  };
  return {
    find: (username) =>
      Buffer.byteLength(username) > MAX_USERNAME_BYTES ? Promise.resolve(null) : read(username),
    create: async (credential) => {
      await table.createEntity(toEntity(credential)).catch((error: unknown) => {
        throw isStorageError(error, 409) ? new CredentialExistsError('the user name is taken') : error;
      });
    },
    replace: async (credential, etag) => {
      await table.updateEntity(toEntity(credential), 'Replace', { etag }).catch((error: unknown) => {
        const changed = isStorageError(error, 412) || isStorageError(error, 404);
        throw changed ? new CredentialChangedError('the credential was changed meanwhile') : error;
      });
    },
    probe: async (abortSignal) => {
      await read('', abortSignal);
    },
  };
}

/** A key must not hold / \ # ? or control characters, and a user name comes from whoever connects. */
function partitionKey(username: string): string {
  return `u-${Buffer.from(username).toString('base64url')}`;
}

function toEntity(credential: Credential): Credential & { partitionKey: string; rowKey: string } {
  return { partitionKey: partitionKey(credential.username), rowKey: ROW_KEY, ...credential };
}

function fromEntity(entity: Credential & { etag: string }): StoredCredential {
  const { username, verifier, tokenUrl, clientId, sealedSecret, scope, project, baseUrl, createdTime, etag } =
    entity;
  return { username, verifier, tokenUrl, clientId, sealedSecret, scope, project, baseUrl, createdTime, etag };
}

function isStorageError(error: unknown, status: number): error is RestError {
  return error instanceof RestError && error.statusCode === status;
}

/** Table Storage's own error code, which the SDK leaves in the parsed body. */
function codeOf(error: RestError): string | undefined {
  const details = error.details as { odataError?: { code?: string } } | undefined;
  return details?.odataError?.code ?? error.code;
}
