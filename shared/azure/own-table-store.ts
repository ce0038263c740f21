// Definitions of users' own tables in Table Storage: functions/tables and SQL write them, every server reads them. One
// partition a user; an entity beside the tables holds a version that moves with every change, in the same transaction,
// so that a server sees by one point read whether what it knows still holds.
import { randomUUID } from 'node:crypto';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { OwnTable } from '../own-table';
import { MAX_OWN_TABLES } from '../own-table';
import type { Key, Name, TableEntity } from './own-table-entity';
import { fromEntity, nameOf, partitionKey, rowKey, toEntity, VERSION_KEY } from './own-table-entity';
import { isEntityChanged, isEntityMissing, isEntityThere } from './storage-errors';

/** The user has tables of these schemas and names. */
export class OwnTableExistsError extends Error {
  override readonly name = 'OwnTableExistsError';

  constructor(readonly tables: readonly Name[]) {
    super('there is such a table already');
  }
}

/** The user has no tables of these schemas and names. */
export class OwnTableMissingError extends Error {
  override readonly name = 'OwnTableMissingError';

  constructor(readonly tables: readonly Name[]) {
    super('there is no such table');
  }
}

/** The user has MAX_OWN_TABLES already. */
export class TooManyOwnTablesError extends Error {
  override readonly name = 'TooManyOwnTablesError';
}

/** Something else changed the user's tables since they were read, or keeps changing them. */
export class OwnTablesChangedError extends Error {
  override readonly name = 'OwnTablesChangedError';
}

interface OwnTables {
  /** Empty where the user never had one. */
  readonly version: string;
  readonly tables: readonly OwnTable[];
}

interface ReplaceOptions {
  /** Its name until now, where that changes. */
  readonly formerName?: string;
  /** Only if this is still the version: rejects with OwnTablesChangedError. */
  readonly version?: string;
}

export interface OwnTableStore {
  /** In the order of schema and name. */
  list(username: string): Promise<OwnTables>;
  /** What `list` would give as version. */
  version(username: string): Promise<string>;
  /** Rejects with OwnTableExistsError, TooManyOwnTablesError. */
  create(username: string, table: OwnTable): Promise<void>;
  /** All or none, 99 at most (Table Storage's transaction, and the version); rejects as `create`. */
  createAll(username: string, tables: readonly OwnTable[]): Promise<void>;
  /** Rejects with OwnTableMissingError, OwnTableExistsError (of the new name), OwnTablesChangedError. */
  replace(username: string, table: OwnTable, options?: ReplaceOptions): Promise<void>;
  /** Whether there was one. */
  remove(username: string, schema: string, name: string): Promise<boolean>;
  /** All or none, 99 at most (Table Storage's transaction, and the version); rejects with OwnTableMissingError. */
  removeAll(username: string, tables: readonly Name[]): Promise<void>;
  /** Every table of a user who is being deleted. */
  clear(username: string): Promise<void>;
}

/** Two who change one user's tables at a time: the later one looks again. */
const MAX_TRIES = 8;
/** Table Storage's limit for one transaction. */
const MAX_ACTIONS = 100;

interface VersionEntity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly version: string;
  /** How many tables the user has. */
  readonly tables: number;
  readonly etag?: string;
}

export function createOwnTableStore(client: TableClient): OwnTableStore {
  const commit = (username: string, more: number, actions: TransactionAction[], version?: string) =>
    commitChange(client, { username, more, actions, version });
  const createAll = (username: string, tables: readonly OwnTable[]) =>
    commit(
      username,
      tables.length,
      tables.map((table) => ['create', toEntity(username, table)]),
    );
  const removeAll = (username: string, tables: readonly Name[]) =>
    commit(
      username,
      -tables.length,
      tables.map((table) => ['delete', { partitionKey: partitionKey(username), rowKey: rowKey(table) }]),
    );
  return {
    list: (username) => list(client, username),
    version: async (username) => (await findVersion(client, username))?.version ?? '',
    create: (username, table) => createAll(username, [table]),
    createAll,
    replace: async (username, table, { formerName = table.name, version } = {}) => {
      const entity = toEntity(username, table);
      const former = { partitionKey: entity.partitionKey, rowKey: rowKey({ ...table, name: formerName }) };
      const actions: TransactionAction[] =
        former.rowKey === entity.rowKey
          ? [['update', entity, 'Replace']]
          : [
              ['delete', former],
              ['create', entity],
            ];
      await commit(username, 0, actions, version);
    },
    remove: async (username, schema, name) => {
      try {
        await removeAll(username, [{ schema, name }]);
        return true;
      } catch (error) {
        if (error instanceof OwnTableMissingError) return false;
        throw error;
      }
    },
    removeAll,
    clear: (username) => clear(client, username),
  };
}

async function list(client: TableClient, username: string): Promise<OwnTables> {
  const tables: OwnTable[] = [];
  let version = '';
  for await (const entity of entitiesOf(client, username))
    if (entity.rowKey === VERSION_KEY) version = String(entity['version']);
    else tables.push(fromEntity(entity));
  const order = ({ schema, name }: OwnTable) => `${schema}\0${name}`;
  return { version, tables: tables.sort((a, b) => (order(a) < order(b) ? -1 : 1)) };
}

function entitiesOf(client: TableClient, username: string): AsyncIterable<TableEntity> {
  // The key is base64url behind a letter: nothing in it ends the filter's text.
  const filter = `PartitionKey eq '${partitionKey(username)}'`;
  return client.listEntities<TableEntity>({ queryOptions: { filter } }) as AsyncIterable<TableEntity>;
}

async function findVersion(client: TableClient, username: string): Promise<VersionEntity | null> {
  try {
    return await client.getEntity<VersionEntity>(partitionKey(username), VERSION_KEY);
  } catch (error) {
    if (isEntityMissing(error)) return null;
    throw error;
  }
}

interface Change {
  readonly username: string;
  /** How many tables more. */
  readonly more: number;
  readonly actions: TransactionAction[];
  readonly version?: string | undefined;
}

async function commitChange(client: TableClient, change: Change): Promise<void> {
  for (let tries = 1; ; tries++) {
    const before = await findVersion(client, change.username);
    if (change.version !== undefined && change.version !== (before?.version ?? ''))
      throw new OwnTablesChangedError('the tables were changed meanwhile');
    const tables = Math.max(0, (before?.tables ?? 0) + change.more);
    if (change.more > 0 && tables > MAX_OWN_TABLES)
      throw new TooManyOwnTablesError(`a user has at most ${MAX_OWN_TABLES} tables`);
    try {
      await client.submitTransaction([...change.actions, moveVersion(change.username, before, tables)]);
      return;
    } catch (error) {
      await explain(client, change, error);
      if (tries === MAX_TRIES) throw new OwnTablesChangedError('the tables change all the time');
    }
  }
}

function moveVersion(username: string, before: VersionEntity | null, tables: number): TransactionAction {
  const entity = {
    partitionKey: partitionKey(username),
    rowKey: VERSION_KEY,
    version: randomUUID(),
    tables,
  };
  return before?.etag === undefined
    ? ['create', entity]
    : ['update', entity, 'Replace', { etag: before.etag }];
}

/** Returns where the version alone was in the way, so that another try may do; else throws what was. */
async function explain(client: TableClient, { actions }: Change, error: unknown): Promise<void> {
  if (isEntityChanged(error)) return;
  if (isEntityThere(error)) {
    const there = await select(
      actions,
      async (kind, key) => kind === 'create' && (await isThere(client, key)),
    );
    if (there.length > 0) throw new OwnTableExistsError(there);
    return;
  }
  if (!isEntityMissing(error)) throw error;
  const gone = await select(actions, async (kind, key) => kind !== 'create' && !(await isThere(client, key)));
  if (gone.length > 0) throw new OwnTableMissingError(gone);
}

/** The tables of the actions that are as `test` says. */
async function select(
  actions: readonly TransactionAction[],
  test: (kind: TransactionAction[0], key: Key) => Promise<boolean>,
): Promise<Name[]> {
  const results = await Promise.all(actions.map(([kind, key]) => test(kind, key)));
  return actions.filter((_, i) => results[i]).map(([, key]) => nameOf(key.rowKey));
}

async function isThere(client: TableClient, { partitionKey: partition, rowKey: row }: Key): Promise<boolean> {
  try {
    await client.getEntity(partition, row, { queryOptions: { select: ['RowKey'] } });
    return true;
  } catch (error) {
    if (isEntityMissing(error)) return false;
    throw error;
  }
}

async function clear(client: TableClient, username: string): Promise<void> {
  let actions: TransactionAction[] = [];
  const remove = async () => {
    if (actions.length > 0) await client.submitTransaction(actions);
    actions = [];
  };
  for await (const { partitionKey: partition, rowKey: row } of entitiesOf(client, username)) {
    actions.push(['delete', { partitionKey: partition, rowKey: row }]);
    if (actions.length === MAX_ACTIONS) await remove();
  }
  await remove();
}
