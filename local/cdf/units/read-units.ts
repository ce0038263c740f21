// GET /units, /units/systems, /units/{externalId} and POST /units/byids.
import { badRequest } from '../api-error';
import type { Answer, Call } from '../call';
import { asObject, flag, itemsOf, jsonBody } from '../call';
import { checkFields } from '../check-value';
import type { Field } from '../fields';
import type { Unit } from './catalogue';
import { UNITS, UNIT_SYSTEMS } from './catalogue';

const MAX_ITEMS = 1000;
const IDENTIFIER: Readonly<Record<string, Field>> = {
  externalId: { shape: { kind: 'text' }, required: true },
};

const byExternalId = new Map(UNITS.map((unit) => [unit.externalId, unit]));

export function listUnits(): Answer {
  return { status: 200, body: { items: UNITS } };
}

export function listUnitSystems(): Answer {
  const items = Object.entries(UNIT_SYSTEMS).map(([name, externalIds]) => ({
    name,
    quantities: externalIds.map((unitExternalId) => ({
      name: byExternalId.get(unitExternalId)?.quantity,
      unitExternalId,
    })),
  }));
  return { status: 200, body: { items } };
}

export function retrieveUnit({ parameters }: Call): Answer {
  return { status: 200, body: { items: find([parameters['externalId'] ?? ''], false) } };
}

export function retrieveUnits(call: Call): Answer {
  const request = jsonBody(call);
  const externalIds = itemsOf(request, 0, MAX_ITEMS).map((value, i) => {
    const item = asObject(value, `request.items[${i}]`);
    checkFields(IDENTIFIER, item, `request.items[${i}]`);
    return item['externalId'] as string;
  });
  return { status: 200, body: { items: find(externalIds, flag(request, 'ignoreUnknownIds')) } };
}

function find(externalIds: readonly string[], ignoreUnknown: boolean): Unit[] {
  const missing = externalIds.filter((externalId) => !byExternalId.has(externalId));
  if (missing.length > 0 && !ignoreUnknown)
    throw badRequest(`Units not found: ${missing.join(', ')}`, {
      missing: missing.map((externalId) => ({ externalId })),
    });
  return externalIds.flatMap((externalId) => byExternalId.get(externalId) ?? []);
}
