// Credentials in Table Storage: POST /create writes one, a login and a batch read one, by a point query each.
import type { TableClient } from '@azure/data-tables';
import { odata } from '@azure/data-tables';
import type { Credential, CredentialSummary } from '../credential';
import { isEntityChanged, isEntityMissing, isEntityThere } from './storage-errors';

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

export interface StoredCredential extends Credential {
  /** For `replace` and `remove`. */
  readonly etag: string;
}

export interface CredentialPage {
  readonly credentials: readonly CredentialSummary[];
  /** For the next page; null: this is the last. */
  readonly cursor: string | null;
}

/** Clusters may each have a project of one name. */
interface ProjectName {
  readonly project: string;
  readonly baseUrl: string;
}

export interface CredentialStore {
  /** null where there is no such user. */
  find(username: string): Promise<StoredCredential | null>;
  /** Rejects with CredentialExistsError. */
  create(credential: Credential): Promise<void>;
  /** Replaces what was read with `etag`; rejects with CredentialChangedError. */
  replace(credential: Credential, etag: string): Promise<void>;
  /** Removes what was read with `etag`; rejects with CredentialChangedError. */
  remove(username: string, etag: string): Promise<void>;
  /**
   * The users of a CDF project, in a steady order, `limit` at most; `cursor` of the page before, or null. A scan: an
   * installation has some hundreds of users, each an entity of 1 KiB. Rejects where it takes longer than LIST_LIMIT_MS.
   */
  ofProject(project: ProjectName, limit: number, cursor: string | null): Promise<CredentialPage>;
  /** Base URLs of the CDF clusters that users are of, `limit` of them at most. A scan, as ofProject. */
  clusters(limit: number): Promise<string[]>;
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
      if (isEntityMissing(error)) return null;
      throw error;
    }
  };
  return {
    find: (username) =>
      Buffer.byteLength(username) > MAX_USERNAME_BYTES ? Promise.resolve(null) : read(username),
    create: async (credential) => {
      await table.createEntity(toEntity(credential)).catch((error: unknown) => {
        throw isEntityThere(error) ? new CredentialExistsError('the user name is taken') : error;
      });
    },
    replace: async (credential, etag) => {
      await table.updateEntity(toEntity(credential), 'Replace', { etag }).catch(throwChanged);
    },
    remove: async (username, etag) => {
      await table.deleteEntity(partitionKey(username), ROW_KEY, { etag }).catch(throwChanged);
    },
    ofProject: (project, limit, cursor) => listProject(table, project, { limit, cursor }),
    clusters: (limit) => listClusters(table, limit),
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

function fromEntity({
  verifier,
  sealedSecret,
  etag,
  ...entity
}: Credential & { etag: string }): StoredCredential {
  return { ...summaryOf(entity), verifier, sealedSecret, etag };
}

function summaryOf(entity: CredentialSummary): CredentialSummary {
  const { username, tokenUrl, clientId, scope, project, baseUrl, createdTime, lastUpdatedTime, disabled } =
    entity;
  return {
    ...{ username, tokenUrl, clientId, scope, project, baseUrl, createdTime },
    ...(lastUpdatedTime === undefined ? {} : { lastUpdatedTime }),
    ...(disabled === undefined ? {} : { disabled }),
  };
}

const LIST_LIMIT_MS = 20_000;
const SUMMARY_PROPERTIES = [
  ...['PartitionKey', 'username', 'tokenUrl', 'clientId', 'scope', 'project', 'baseUrl', 'createdTime'],
  ...['lastUpdatedTime', 'disabled'],
];

/** The cursor is the last user's key, in which no quote can end the filter's text. */
async function listProject(
  table: TableClient,
  { project, baseUrl }: ProjectName,
  { limit, cursor }: { limit: number; cursor: string | null },
): Promise<CredentialPage> {
  const after = cursor === null ? '' : ` and PartitionKey gt '${cursor.replace(/[^A-Za-z0-9_-]/g, '')}'`;
  const entities = table.listEntities<CredentialSummary>({
    queryOptions: {
      filter: odata`project eq ${project} and baseUrl eq ${baseUrl}` + after,
      select: SUMMARY_PROPERTIES,
    },
    abortSignal: AbortSignal.timeout(LIST_LIMIT_MS),
  });
  const found: CredentialSummary[] = [];
  // One more than asked for tells whether there is a next page. Table Storage may answer pages with less, or nothing.
  for await (const page of entities.byPage({ maxPageSize: limit + 1 })) {
    found.push(...page.map(summaryOf));
    if (found.length > limit) break;
  }
  const credentials = found.slice(0, limit);
  const last = credentials.at(-1);
  const isMore = found.length > limit && last !== undefined;
  return { credentials, cursor: isMore ? partitionKey(last.username) : null };
}

async function listClusters(table: TableClient, limit: number): Promise<string[]> {
  const found = new Set<string>();
  const entities = table.listEntities<Credential>({
    queryOptions: { select: ['baseUrl'] },
    abortSignal: AbortSignal.timeout(LIST_LIMIT_MS),
  });
  for await (const { baseUrl } of entities) if (found.add(baseUrl).size === limit) break;
  return [...found];
}

/** For `catch` of a write with an ETag: gone is changed too. */
function throwChanged(error: unknown): never {
  const changed = isEntityChanged(error) || isEntityMissing(error);
  throw changed ? new CredentialChangedError('the credential was changed meanwhile') : error;
}
