// Identifiers in requests ({id}, {externalId}, {instanceId}) and the items behind them.
import { ApiError, badRequest } from './api-error';
import type { JsonObject } from './call';
import { checkFields, checkValue } from './check-value';
import type { Field } from './fields';
import { externalIdShape, idShape } from './fields';
import type { Item, Items } from './items';

export type Identifier =
  | { readonly id: number }
  | { readonly externalId: string }
  | { readonly instanceId: { readonly space: string; readonly externalId: string } };

const INSTANCE_ID: Readonly<Record<string, Field>> = {
  space: { shape: { kind: 'text', min: 1, max: 43 }, required: true },
  externalId: { shape: { kind: 'text', min: 1, max: 255 }, required: true },
};

const IDENTIFIER: Readonly<Record<string, Field>> = {
  id: { shape: idShape },
  externalId: { shape: externalIdShape },
  instanceId: { shape: { kind: 'object', fields: INSTANCE_ID } },
};

/** The one identifier of an item; other fields are the caller's. Throws 400 for none, two, or one out of range. */
export function readIdentifier(item: JsonObject, where: string): Identifier {
  const [name, second] = Object.keys(IDENTIFIER).filter((key) => Object.hasOwn(item, key));
  if (name === undefined || second !== undefined)
    throw badRequest(`${where}: must have exactly one of id, externalId, instanceId`);
  const field = IDENTIFIER[name];
  if (field !== undefined) checkValue(field.shape, item[name], `${where}.${name}`);
  return { [name]: item[name] } as Identifier;
}

const BY_EXTERNAL_ID_ONLY: Readonly<Record<string, Field>> = {
  externalId: { shape: externalIdShape, required: true },
};

/** An item that is an identifier and nothing else. */
export function readBareIdentifier(
  resource: { readonly isWithoutId?: true },
  item: JsonObject,
  where: string,
): Identifier {
  checkFields(resource.isWithoutId ? BY_EXTERNAL_ID_ONLY : IDENTIFIER, item, where);
  return readIdentifier(item, where);
}

export interface Resolution {
  readonly label: string;
  /** null: one item may stand several times. */
  readonly duplicateStatus: 409 | 422 | null;
  readonly ignoreUnknown?: boolean;
}

/**
 * The items behind the identifiers, in their order. Throws 409 or 422 with `duplicated` where one stands twice, 400 with
 * all `missing` where CDF does not know them. Nothing here is data-modelled, so no instanceId is known.
 */
export function resolve(items: Items, identifiers: readonly Identifier[], how: Resolution): Item[] {
  const found = identifiers.map((identifier) => find(items, identifier));
  if (how.duplicateStatus !== null) {
    const duplicated = repeated(identifiers, (identifier, i) => found[i]?.id ?? JSON.stringify(identifier));
    if (duplicated.length > 0)
      throw new ApiError(how.duplicateStatus, `${how.label} ids duplicated in the request`, { duplicated });
  }
  const missing = identifiers.filter((_, i) => found[i] === undefined);
  if (missing.length > 0 && how.ignoreUnknown !== true)
    throw badRequest(`${how.label} ids not found`, { missing });
  return found.filter((item) => item !== undefined);
}

function find(items: Items, identifier: Identifier): Item | undefined {
  if ('id' in identifier) return items.byId.get(identifier.id);
  return 'externalId' in identifier ? items.findByExternalId(identifier.externalId) : undefined;
}

/** The values whose key occurred before, each once. */
export function repeated<T>(values: readonly T[], keyOf: (value: T, i: number) => unknown): T[] {
  const times = new Map<unknown, number>();
  return values.filter((value, i) => {
    const key = keyOf(value, i);
    const time = (times.get(key) ?? 0) + 1;
    times.set(key, time);
    return time === 2;
  });
}
