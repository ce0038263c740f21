// Joins what a session asks about its user's own tables to storage and engine.
import { performance } from 'node:perf_hooks';
import {
  OwnTableExistsError,
  OwnTablesChangedError,
  OwnTableMissingError,
  type OwnTableStore,
  TooManyOwnTablesError,
} from '../shared/azure/own-table-store';
import { describeError, type Log } from '../shared/log';
import type { Engine } from './engine/engine';
import { createSchema } from './engine/own-ddl';
import { OwnTables } from './session/own-tables';
import type { DefinitionPorts } from './session/table-ddl';

type EngineOfTables = Pick<Engine, 'showTables' | 'runInDatabase'>;

export function createOwnTables(store: OwnTableStore, engine: EngineOfTables, log: Log): OwnTables {
  return new OwnTables({
    list: (username) => store.list(username),
    version: (username) => store.version(username),
    showTables: (username, tables) => engine.showTables(username, tables),
    now: () => performance.now(),
    failed: (error) => log.warn('own-tables-unread', { error: describeError(error) }),
  });
}

/** `rawDatabase`: of schema raw. */
export function createDefinitions(
  store: OwnTableStore,
  engine: EngineOfTables,
  rawDatabase: string,
): DefinitionPorts {
  return {
    create: (username, table) => createOne(store, username, table),
    replace: (username, table, version) => replaceOne(store, username, { table, version }),
    remove: (username, schema, name) => store.remove(username, schema, name),
    makeSchema: (username, schema) => engine.runInDatabase(username, createSchema(schema).join('\n')),
    rawDatabase,
    now: () => Date.now(),
  };
}

type Made = Parameters<OwnTableStore['create']>[1];

async function createOne(store: OwnTableStore, username: string, table: Made) {
  try {
    await store.create(username, table);
    return 'done';
  } catch (error) {
    if (error instanceof OwnTableExistsError) return 'exists';
    if (error instanceof TooManyOwnTablesError) return 'full';
    throw error;
  }
}

async function replaceOne(
  store: OwnTableStore,
  username: string,
  { table, version }: { readonly table: Made; readonly version: string },
) {
  try {
    await store.replace(username, table, { version });
    return 'done';
  } catch (error) {
    if (error instanceof OwnTablesChangedError || error instanceof OwnTableMissingError) return 'changed';
    throw error;
  }
}
