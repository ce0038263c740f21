// Applies the `update` of an update item to an item's fields: set, setNull, add, remove, as each field allows.
import { isDeepStrictEqual } from 'node:util';
import { badRequest } from './api-error';
import type { JsonObject } from './call';
import { asObject } from './call';
import { checkValue } from './check-value';
import type { Field, Fields } from './fields';

interface Context {
  readonly where: string;
  readonly now: number;
}

/** The fields after the update; `current` stays as it is. Throws 400. */
export function applyUpdate(
  fields: Readonly<Record<string, Field>>,
  current: Fields,
  update: JsonObject,
  { where, now }: Context,
): Record<string, unknown> {
  const next: Record<string, unknown> = { ...current };
  for (const [name, change] of Object.entries(update)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    const place = `${where}.${name}`;
    if (field?.update === undefined) throw badRequest(`${place}: cannot be updated`);
    const value = changed(field, current[name], asObject(change, place), { where: place, now });
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  return next;
}

function changed(field: Field, current: unknown, change: JsonObject, context: Context): unknown {
  if (typeof field.update === 'function') return field.update(current, change, context);
  const { where } = context;
  const verbs = Object.keys(change).sort().join();
  if (verbs === 'set') return setTo(field, change['set'], where);
  if (verbs === 'setNull' && field.update === 'set-or-null') {
    if (change['setNull'] !== true) throw badRequest(`${where}.setNull: must be true`);
    return undefined;
  }
  if (field.update === 'edit' && ['', 'add', 'remove', 'add,remove'].includes(verbs)) {
    const edited =
      field.shape.kind === 'map' ? editMap(current, change, where) : editList(current, change, where);
    checkValue(field.shape, edited, where);
    return edited;
  }
  throw badRequest(`${where}: an update cannot say ${verbs === '' ? 'nothing' : verbs}`);
}

function setTo(field: Field, value: unknown, where: string): unknown {
  if (value === null && field.nullable) return undefined;
  checkValue(field.shape, value, `${where}.set`);
  return value;
}

function editMap(current: unknown, change: JsonObject, where: string): object {
  const add = asObject(change['add'] ?? {}, `${where}.add`);
  const removed = new Set(listOf(change['remove'], `${where}.remove`));
  const kept = Object.entries(current ?? {}).filter(([key]) => !removed.has(key));
  return Object.fromEntries([...kept, ...Object.entries(add)]);
}

/** Adding what is there and removing what is not are no faults. */
function editList(current: unknown, change: JsonObject, where: string): unknown[] {
  const isIn = (list: readonly unknown[], value: unknown) =>
    list.some((item) => isDeepStrictEqual(item, value));
  const removed = listOf(change['remove'], `${where}.remove`);
  const edited = ((current ?? []) as unknown[]).filter((value) => !isIn(removed, value));
  for (const value of listOf(change['add'], `${where}.add`)) if (!isIn(edited, value)) edited.push(value);
  return edited;
}

function listOf(value: unknown, where: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw badRequest(`${where}: must be an array`);
  return value as unknown[];
}
