// POST /models/{kind} (upsert), /byids, /delete and GET /models/{kind}: the same for all kinds of definitions.
import { isDeepStrictEqual } from 'node:util';
import { badRequest } from '../api-error';
import type { Answer, Call, JsonObject } from '../call';
import { asObject, itemsOf, jsonBody, pageOf } from '../call';
import { checkFields } from '../check-value';
import type { Field, Fields } from '../fields';
import type { DefinitionKind, Lookup } from './definition-kind';
import { lookupIn } from './definition-kind';
import { definitionIdShape, spaceShape, versionShape } from './ids';
import type { Definition, ModelStore } from './model-store';

const MAX_ITEMS = 100;
const DEFAULT_LIMIT = 10;
const ACL = 'dataModelsAcl';

const IDENTIFIERS = { space: spaceShape, externalId: definitionIdShape, version: versionShape } as const;

/** POST /models/{kind}: writes all or none; what is unchanged keeps its time. */
export function upsertDefinitions(kind: DefinitionKind, call: Call): Answer {
  const items = itemsOf(jsonBody(call), 1, MAX_ITEMS).map((value, i) =>
    asObject(value, `request.items[${i}]`),
  );
  return answer(kind, call, storeDefinitions(kind, call, items));
}

/** Throws 400, 403. */
export function storeDefinitions(
  kind: DefinitionKind,
  call: Call,
  items: readonly JsonObject[],
): Definition[] {
  items.forEach((item, i) => checkFields(kind.fields, item, `request.items[${i}]`));
  const definitions = items.map((item) => withDefaults(kind, item));
  const pending = new Map(definitions.map((fields) => [keyIn(kind, fields), fields]));
  if (pending.size < items.length) throw badRequest(`request.items: must hold each of the ${kind.name} once`);
  const known = lookupIn(call.state.models);
  const lookup: Lookup = (name, key) =>
    (name === kind.name ? pending.get(key) : undefined) ?? known(name, key);
  definitions.forEach((fields, i) => checkDefinition(kind, fields, lookup, `request.items[${i}]`));
  requireAccess(call, 'WRITE', definitions);
  return definitions.map((fields) => store(kind, call, fields));
}

function checkDefinition(kind: DefinitionKind, fields: Fields, lookup: Lookup, where: string): void {
  const space = fields['space'] as string;
  if (lookup('spaces', space) === undefined) throw badRequest(`${where}: Space ${space} does not exist`);
  kind.check?.(fields, lookup, where);
}

function withDefaults(kind: DefinitionKind, item: JsonObject): Fields {
  const defaults = Object.entries(kind.fields).filter(([, field]) => field.default !== undefined);
  return { ...Object.fromEntries(defaults.map(([name, field]) => [name, field.default])), ...item };
}

function keyIn({ identifiedBy }: DefinitionKind, fields: Fields): string {
  return identifiedBy.map((name) => fields[name] as string).join(' ');
}

function store(kind: DefinitionKind, { state, now }: Call, fields: Fields): Definition {
  const definitions = state.models[kind.name];
  const key = keyIn(kind, fields);
  const known = definitions.get(key);
  if (known === undefined) {
    const created = { key, fields, createdTime: now, lastUpdatedTime: now, sequence: 0 };
    definitions.add(created);
    return created;
  }
  if (!isDeepStrictEqual(known.fields, fields)) {
    known.fields = fields;
    known.lastUpdatedTime = now;
  }
  return known;
}

/** POST /models/{kind}/byids: what is unknown is left out; without a version all versions come. */
export function retrieveDefinitions(kind: DefinitionKind, call: Call): Answer {
  const found = readIdentifiers(kind, call).flatMap((wanted) => find(kind, call, wanted));
  requireAccess(
    call,
    'READ',
    found.map(({ fields }) => fields),
  );
  return answer(kind, call, found);
}

function readIdentifiers(kind: DefinitionKind, call: Call): Fields[] {
  const fields: Readonly<Record<string, Field>> = Object.fromEntries(
    kind.identifiedBy.map((name) => {
      const field: Field = { shape: IDENTIFIERS[name] };
      return [name, name === 'version' ? field : { ...field, required: true }];
    }),
  );
  return itemsOf(jsonBody(call), 1, MAX_ITEMS).map((value, i) => {
    const item = asObject(value, `request.items[${i}]`);
    checkFields(fields, item, `request.items[${i}]`);
    return item;
  });
}

function find(kind: DefinitionKind, { state }: Call, wanted: Fields): Definition[] {
  const definitions = state.models[kind.name];
  if (kind.identifiedBy.every((name) => wanted[name] !== undefined)) {
    const found = definitions.get(keyIn(kind, wanted));
    return found === undefined ? [] : [found];
  }
  return [...definitions.all()].filter(({ fields }) =>
    Object.entries(wanted).every(([name, value]) => fields[name] === value),
  );
}

/** POST /models/{kind}/delete: answers which there were. */
export function deleteDefinitions(kind: DefinitionKind, call: Call): Answer {
  const found = readIdentifiers(kind, call).flatMap((wanted) => find(kind, call, wanted));
  requireAccess(
    call,
    'WRITE',
    found.map(({ fields }) => fields),
  );
  for (const definition of found) kind.checkDelete?.(definition, call.state.models);
  for (const { key } of found) call.state.models[kind.name].delete(key);
  const items = found.map(({ fields }) =>
    Object.fromEntries(kind.identifiedBy.map((name) => [name, fields[name]])),
  );
  return { status: 200, body: { items } };
}

/** GET /models/{kind} */
export function listDefinitions(kind: DefinitionKind, call: Call): Answer {
  const { query, access, state } = call;
  const space = query.get('space');
  const versions =
    query.get('allVersions') === 'true' ? undefined : latestOf(kind, state.models[kind.name].all());
  const { values, nextCursor } = state.models[kind.name].page(
    pageOf(query, 1000, DEFAULT_LIMIT),
    (definition) =>
      (space === null || definition.fields['space'] === space) &&
      (versions?.has(definition) ?? true) &&
      access.may({ acl: ACL, action: 'READ' }, { space: definition.fields['space'] as string }),
  );
  const { status, body } = answer(kind, call, values);
  return { status, body: nextCursor === undefined ? body : { ...(body as object), nextCursor } };
}

/** Of each view or data model the version that was written last. */
function latestOf(kind: DefinitionKind, all: Iterable<Definition>): ReadonlySet<Definition> {
  const latest = new Map<string, Definition>();
  const unversioned = kind.identifiedBy.filter((name) => name !== 'version');
  for (const definition of all)
    latest.set(unversioned.map((name) => definition.fields[name] as string).join(' '), definition);
  return new Set(latest.values());
}

function answer(kind: DefinitionKind, { state, query }: Call, definitions: readonly Definition[]): Answer {
  const items = definitions.map((definition) => show(kind, definition, state.models, query));
  return { status: 200, body: { items } };
}

export function show(
  kind: DefinitionKind,
  { fields, createdTime, lastUpdatedTime }: Definition,
  store: ModelStore,
  query: URLSearchParams,
): object {
  const times = { createdTime, lastUpdatedTime };
  return { ...fields, ...kind.render(fields, store, query), isGlobal: false, ...times };
}

function requireAccess({ access }: Call, action: string, definitions: readonly Fields[]): void {
  const places = definitions.map((fields) => ({ space: fields['space'] as string }));
  access.require({ acl: ACL, action }, places);
}
