// Custom tables over v2's API: /api/v1/projects/{project}/postgresgateway/tables/{username}. Tables that SQL made lie in
// other schemas and are SQL's to alter and drop; this API has schema public.
import type { OwnTableStore } from '../../shared/azure/own-table-store';
import type { Log } from '../../shared/log';
import type { OwnTable } from '../../shared/own-table';
import { newTableId } from '../../shared/own-table';
import { TABLES } from '../../shared/tables/catalogue';
import { readBody } from '../api/read-body';
import { cursorOf, flagOf, limitOf } from '../api/read-query';
import type { AuthorizePorts } from '../authorize';
import { userOfPath } from '../authorize';
import type { Answer } from '../http';
import { HttpError, ok } from '../http';
import { DECLARED_TYPES } from './column-types';
import type { ImportViewPorts } from './import-view';
import { importView } from './import-view';
import { checkTableName, newRawTable, SCHEMA } from './new-raw-table';
import { renderBuiltIn, renderCreated, renderTable } from './render-table';
import { checkDistinct, existing, refused, unknown } from './store-errors';
import type { CreateRawTable, CreateTablesBody, CreateViewTable, TableNamesBody } from './table-schemas';
import { createTablesBody, tableNamesBody } from './table-schemas';

export interface TablesPorts extends AuthorizePorts, ImportViewPorts {
  readonly tables: OwnTableStore;
  readonly log: Log;
  readonly now: () => number;
}

const reference = (tablename: string) => ({ tablename });
const MAX_LIMIT = 100;

export function createTablesHandler(ports: TablesPorts): Answer {
  return async (request) => {
    const { username } = await userOfPath(ports, request);
    const { items } = await readBody<CreateTablesBody>(request, createTablesBody, 422);
    const names = items.map(({ tablename }) => tablename);
    checkDistinct(names, reference);
    await checkNew(ports, username, names);
    const tables: OwnTable[] = [];
    for (const item of items) tables.push(await newTable(ports, username, item));
    await ports.tables.createAll(username, tables).catch(refused(reference));
    ports.log.info('tables created', { username, tables: tables.length });
    return ok({ items: tables.map(renderCreated) });
  };
}

/** Before CDF is asked about views; two who do it at one time still meet in the store. */
async function checkNew({ tables }: TablesPorts, username: string, names: readonly string[]): Promise<void> {
  const known = new Set(publicOf(await tables.list(username)).map(({ name }) => name));
  const taken = names.filter((name) => known.has(name));
  if (taken.length > 0) throw existing(taken, reference);
}

function newTable(
  ports: TablesPorts,
  username: string,
  item: CreateRawTable | CreateViewTable,
): OwnTable | Promise<OwnTable> {
  return item.type === 'view' ? viewTable(ports, username, item) : rawTable(ports, item);
}

function rawTable({ now }: TablesPorts, { tablename, options, columns }: CreateRawTable): OwnTable {
  const { database, table, primaryKey = null } = options;
  return newRawTable({
    name: tablename,
    target: { database, table },
    primaryKey,
    columns: Object.entries(columns).map(([name, { type }]) => ({
      name,
      type: DECLARED_TYPES[type],
      declaredType: type,
    })),
    createdTime: now(),
  });
}

async function viewTable(
  ports: TablesPorts,
  username: string,
  { tablename, options }: CreateViewTable,
): Promise<OwnTable> {
  checkTableName(tablename);
  const { view, columns } = await importView(ports, username, options);
  const destination = { type: 'view', view } as const;
  return {
    id: newTableId(),
    schema: SCHEMA,
    name: tablename,
    destination,
    columns,
    createdTime: ports.now(),
  };
}

function publicOf({ tables }: { readonly tables: readonly OwnTable[] }): OwnTable[] {
  return tables.filter(({ schema }) => schema === SCHEMA);
}

/** In the order of their names; the cursor is the last one's. */
export function listTablesHandler(ports: TablesPorts): Answer {
  return async (request) => {
    const limit = limitOf(request, MAX_LIMIT);
    const includeBuiltIns = flagOf(request, 'includeBuiltIns');
    const cursor = cursorOf(request);
    const { username } = await userOfPath(ports, request);
    const own = publicOf(await ports.tables.list(username));
    const all = [
      ...own.map((table) => ({ name: table.name, render: () => renderTable(table) })),
      ...(includeBuiltIns
        ? TABLES.map((table) => ({ name: table.name, render: () => renderBuiltIn(table) }))
        : []),
    ].sort((a, b) => (a.name < b.name ? -1 : 1));
    const after = cursor === null ? null : Buffer.from(cursor, 'base64url').toString();
    const rest = after === null ? all : all.filter(({ name }) => name > after);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    const isMore = rest.length > page.length && last !== undefined;
    return ok({
      items: page.map(({ render }) => render()),
      ...(isMore ? { nextCursor: Buffer.from(last.name).toString('base64url') } : {}),
    });
  };
}

export function tablesByIdsHandler(ports: TablesPorts): Answer {
  return async (request) => {
    const { username } = await userOfPath(ports, request);
    const body = await readBody<TableNamesBody>(request, tableNamesBody, 422);
    const rendered = new Map([
      ...TABLES.map((table) => [table.name, renderBuiltIn(table)] as const),
      ...publicOf(await ports.tables.list(username)).map((own) => [own.name, renderTable(own)] as const),
    ]);
    const names = body.items.map(({ tablename }) => tablename);
    const missing = names.filter((name) => !rendered.has(name));
    if (missing.length > 0 && body.ignoreUnknownIds !== true) throw unknown(missing, reference);
    return ok({ items: names.flatMap((name) => rendered.get(name) ?? []) });
  };
}

/** The definitions only: RAW tables and views stay as they are. */
export function deleteTablesHandler(ports: TablesPorts): Answer {
  return async (request) => {
    const { username } = await userOfPath(ports, request);
    const body = await readBody<TableNamesBody>(request, tableNamesBody, 422);
    const names = [...new Set(body.items.map(({ tablename }) => tablename))];
    const builtIn = names.find((name) => TABLES.some((table) => table.name === name));
    if (builtIn !== undefined)
      throw new HttpError(400, `Only custom tables can be deleted: "${builtIn}" is built in.`);
    const tables = names.map((name) => ({ schema: SCHEMA, name }));
    if (body.ignoreUnknownIds !== true)
      await ports.tables.removeAll(username, tables).catch(refused(reference));
    else for (const { schema, name } of tables) await ports.tables.remove(username, schema, name);
    ports.log.info('tables deleted', { username, tables: names.length });
    return ok({});
  };
}
