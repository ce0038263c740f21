// Custom tables over v1's API, as Cognite documented it: /user/{username}/tables, .../update, .../delete. Columns are names
// only, so they are text; a table is known by its id; it can be renamed and get more columns.
import type { OwnTable } from '../../shared/own-table';
import { readBody } from '../api/read-body';
import { userOfPath } from '../authorize';
import type { Answer } from '../http';
import { HttpError, ok } from '../http';
import { checkColumns, checkTableName, newRawTable, SCHEMA } from './new-raw-table';
import { checkDistinct, refused, unknown } from './store-errors';
import { createTablesBody, deleteTablesBody, updateTablesBody } from './v1-schemas';
import type {
  CreateTable,
  CreateTablesBody,
  DeleteTablesBody,
  TableUpdate,
  UpdateTablesBody,
} from './v1-schemas';
import type { TablesPorts } from './v2-tables';

const byName = (name: string) => ({ name });
const byId = (id: string) => ({ id });

export function createV1TablesHandler(ports: TablesPorts): Answer {
  return async (request) => {
    const { username } = await userOfPath(ports, request);
    const { items } = await readBody<CreateTablesBody>(request, createTablesBody, 400);
    checkDistinct(
      items.map(({ name }) => name),
      byName,
    );
    const tables = items.map((item) => newTable(item, ports.now()));
    await ports.tables.createAll(username, tables).catch(refused(byName));
    ports.log.info('tables created', { username, tables: tables.length });
    return ok({ items: tables.map(render) });
  };
}

function newTable({ name, columns, options }: CreateTable, createdTime: number): OwnTable {
  const { database, table, primary_key: primaryKey = null } = options;
  const target = { database, table };
  return newRawTable({ name, target, primaryKey, columns: columns.map(textColumn), createdTime });
}

function textColumn(name: string) {
  return { name, type: 'text' } as const;
}

export function listV1TablesHandler(ports: TablesPorts): Answer {
  return async (request) => {
    const { username } = await userOfPath(ports, request);
    return ok({ items: (await publicTables(ports, username)).tables.map(render) });
  };
}

export function updateV1TablesHandler(ports: TablesPorts): Answer {
  return async (request) => {
    const { username } = await userOfPath(ports, request);
    const { items } = await readBody<UpdateTablesBody>(request, updateTablesBody, 400);
    const ids = items.map(({ id }) => String(id));
    checkDistinct(ids, byId);
    find((await publicTables(ports, username)).tables, ids);
    const changed: OwnTable[] = [];
    for (const { id, update } of items) changed.push(await change(ports, username, String(id), update));
    ports.log.info('tables updated', { username, tables: changed.length });
    return ok({ items: changed.map(render) });
  };
}

async function change(
  ports: TablesPorts,
  username: string,
  id: string,
  update: TableUpdate,
): Promise<OwnTable> {
  const { version, tables } = await publicTables(ports, username);
  const table = find(tables, [id])[0]!;
  const next = { ...table, name: update.name?.set ?? table.name, columns: widened(table, update) };
  checkTableName(next.name);
  const options = { formerName: table.name, version };
  await ports.tables.replace(username, next, options).catch(refused(byName));
  return next;
}

function widened(
  { name, columns, destination }: OwnTable,
  { columns: more }: TableUpdate,
): OwnTable['columns'] {
  if (more === undefined) return columns;
  if (destination.type === 'view')
    throw new HttpError(400, `The columns of table "${name}" are those of its view.`);
  const all = [...columns, ...more.add.map(textColumn)];
  checkColumns(all);
  return all;
}

export function deleteV1TablesHandler(ports: TablesPorts): Answer {
  return async (request) => {
    const { username } = await userOfPath(ports, request);
    const { items } = await readBody<DeleteTablesBody>(request, deleteTablesBody, 400);
    const ids = [...new Set(items.map(({ id }) => String(id)))];
    const { tables } = await publicTables(ports, username);
    await ports.tables.removeAll(username, find(tables, ids)).catch(refused(byName));
    ports.log.info('tables deleted', { username, tables: ids.length });
    return ok({});
  };
}

async function publicTables(ports: TablesPorts, username: string) {
  const { version, tables } = await ports.tables.list(username);
  return { version, tables: tables.filter(({ schema }) => schema === SCHEMA) };
}

/** In the order of the ids. Throws HttpError 400 that lists those unknown. */
function find(tables: readonly OwnTable[], ids: readonly string[]): OwnTable[] {
  const found = ids.map((id) => tables.find((table) => table.id === id));
  const missing = ids.filter((_, i) => found[i] === undefined);
  if (missing.length > 0) throw unknown(missing, byId);
  return found.filter((table) => table !== undefined);
}

function render({ id, name, columns, destination }: OwnTable): object {
  const shown = { id, destination: 'raw', name, columns: columns.map((column) => column.name) };
  if (destination.type === 'raw_rows') {
    const { target, primaryKey } = destination;
    return { ...shown, options: { ...target, ...(primaryKey === null ? {} : { primary_key: primaryKey }) } };
  }
  const { space, externalId, version } = destination.view;
  return { ...shown, destination: 'view', options: { space, external_id: externalId, version } };
}
