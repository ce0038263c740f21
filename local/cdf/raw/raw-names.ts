// Databases and tables of RAW: found, made where the request asks for parents, listed, deleted.
import type { Place } from '../access/access';
import { ApiError, badRequest, notFound } from '../api-error';
import type { Answer, Call, JsonObject } from '../call';
import { asObject, flag, itemsOf, jsonBody, pageOf } from '../call';
import { checkFields, checkValue } from '../check-value';
import type { Field, Shape } from '../fields';
import { repeated } from '../identifiers';
import type { OrderedMap } from '../ordered-map';
import type { RawDatabase, RawTable } from './raw-store';

const MAX_NAMES = 1000;
const DEFAULT_LIMIT = 25;
const databaseNameShape: Shape = { kind: 'text', min: 1, max: 32 };
const tableNameShape: Shape = { kind: 'text', min: 1, max: 64 };

type Named = OrderedMap<string, RawDatabase> | OrderedMap<string, RawTable>;

type Action = 'READ' | 'WRITE' | 'LIST';

/** Throws 403 where the caller's grants do not reach the database, or the table of it. */
function requireRaw({ access }: Call, action: Action, places: readonly Place[]): void {
  access.require({ acl: 'rawAcl', action }, places);
}

/** The database of the path. Throws 404. With `ensureParent=true` it is made. */
function databaseOf({ state, parameters, query }: Call): RawDatabase {
  const name = parameters['dbName'] ?? '';
  const known = state.raw.databases.get(name);
  if (known !== undefined) return known;
  if (!isParentEnsured(query)) throw notFound(`No databases named ${name}`, { missing: [{ name }] });
  checkValue(databaseNameShape, name, 'dbName');
  return state.raw.addDatabase(name);
}

/** The table of the path. Throws 403, 404. With `ensureParent=true` it and its database are made. */
export function tableOf(call: Call, action: Action): RawTable {
  const name = call.parameters['tableName'] ?? '';
  requireRaw(call, action, [{ database: call.parameters['dbName'] ?? '', table: name }]);
  const isEnsured = isParentEnsured(call.query);
  if (isEnsured) checkValue(tableNameShape, name, 'tableName');
  const database = databaseOf(call);
  const known = database.tables.get(name);
  if (known !== undefined) return known;
  if (!isEnsured) throw notFound(`No tables named ${name}`, { missing: [{ name }] });
  return call.state.raw.addTable(database, name);
}

function isParentEnsured(query: URLSearchParams): boolean {
  const value = query.get('ensureParent') ?? 'false';
  if (value !== 'true' && value !== 'false') throw badRequest('ensureParent: must be a boolean');
  return value === 'true';
}

/** POST /raw/dbs */
export function createDatabases(call: Call): Answer {
  const { state } = call;
  const names = namesOf(jsonBody(call), databaseNameShape);
  requireRaw(call, 'WRITE', databasePlaces(names));
  refuseExisting(names, state.raw.databases);
  for (const name of names) state.raw.addDatabase(name);
  return { status: 201, body: { items: names.map((name) => ({ name })) } };
}

/** POST /raw/dbs/{dbName}/tables */
export function createTables(call: Call): Answer {
  const names = namesOf(jsonBody(call), tableNameShape);
  requireRaw(call, 'WRITE', tablePlaces(call, names));
  const database = databaseOf(call);
  refuseExisting(names, database.tables);
  for (const name of names) call.state.raw.addTable(database, name);
  return { status: 201, body: { items: names.map((name) => ({ name })) } };
}

/** GET /raw/dbs */
export function listDatabases(call: Call): Answer {
  return listNames(call.state.raw.databases, call, (database) => ({ database }));
}

/** GET /raw/dbs/{dbName}/tables */
export function listTables(call: Call): Answer {
  const database = databaseOf(call);
  return listNames(database.tables, call, (table) => ({ database: database.name, table }));
}

/** POST /raw/dbs/delete: a database that has tables goes only with `recursive`. */
export function deleteDatabases(call: Call): Answer {
  const { state } = call;
  const request = jsonBody(call);
  const names = namesOf(request, databaseNameShape);
  requireRaw(call, 'WRITE', databasePlaces(names));
  const isRecursive = flag(request, 'recursive');
  refuseMissing(names, state.raw.databases, 'databases');
  const full = names.filter((name) => (state.raw.databases.get(name)?.tables.size ?? 0) > 0);
  if (full.length > 0 && !isRecursive) throw badRequest(`Databases are not empty: ${full.join(', ')}`);
  for (const name of names) state.raw.databases.delete(name);
  return { status: 200, body: {} };
}

/** POST /raw/dbs/{dbName}/tables/delete */
export function deleteTables(call: Call): Answer {
  const names = namesOf(jsonBody(call), tableNameShape);
  requireRaw(call, 'WRITE', tablePlaces(call, names));
  const database = databaseOf(call);
  refuseMissing(names, database.tables, 'tables');
  for (const name of names) database.tables.delete(name);
  return { status: 200, body: {} };
}

function databasePlaces(names: readonly string[]): Place[] {
  return names.map((database) => ({ database }));
}

function tablePlaces({ parameters }: Call, names: readonly string[]): Place[] {
  return names.map((table) => ({ database: parameters['dbName'] ?? '', table }));
}

function namesOf(request: JsonObject, shape: Shape): string[] {
  const fields: Readonly<Record<string, Field>> = { name: { shape, required: true } };
  return itemsOf(request, 0, MAX_NAMES).map((value, i) => {
    const item = asObject(value, `request.items[${i}]`);
    checkFlat(fields, item, `request.items[${i}]`);
    return item['name'] as string;
  });
}

/** RAW answers `missingFields` without the `error` around it. */
export function checkFlat(fields: Readonly<Record<string, Field>>, item: object, where: string): void {
  const missingFields = Object.keys(fields).filter((name) => !Object.hasOwn(item, name));
  if (missingFields.length > 0)
    throw new ApiError(400, `${where}: missing required fields`, { missingFields }, true);
  checkFields(fields, item, where);
}

function refuseExisting(names: readonly string[], existing: Named): void {
  const taken = names.filter((name) => existing.get(name) !== undefined);
  const duplicated = [...taken, ...repeated(names, (name) => name)].map((name) => ({ name }));
  if (duplicated.length > 0) throw new ApiError(409, 'Names duplicated', { duplicated });
}

function refuseMissing(names: readonly string[], existing: Named, label: string): void {
  const missing = names.filter((name) => existing.get(name) === undefined).map((name) => ({ name }));
  if (missing.length > 0)
    throw notFound(`No ${label} named ${missing.map(({ name }) => name).join(', ')}`, { missing });
}

/** Those that the caller may list. */
function listNames(named: Named, { query, access }: Call, placeOf: (name: string) => Place) {
  const need = { acl: 'rawAcl', action: 'LIST' };
  const request = pageOf(query, MAX_NAMES, DEFAULT_LIMIT);
  const { values, nextCursor } = named.page(request, ({ name }) => access.may(need, placeOf(name)));
  const items = values.map(({ name }) => ({ name }));
  return { status: 200, body: nextCursor === undefined ? { items } : { items, nextCursor } };
}
