// Data models: views under one name. A view that is spelled out in one is written like any other.
import { badRequest } from '../api-error';
import type { Answer, Call, JsonObject } from '../call';
import { asObject, itemsOf, jsonBody } from '../call';
import type { Field, Fields } from '../fields';
import type { DefinitionKind } from './definition-kind';
import { show, storeDefinitions, upsertDefinitions } from './definitions';
import type { Reference } from './ids';
import { definitionIdShape, keyOf, spaceShape, versionShape } from './ids';
import type { ModelStore } from './model-store';
import { views } from './views';

const text = (max: number): Field => ({ shape: { kind: 'text', max } });

export const dataModels: DefinitionKind = {
  name: 'datamodels',
  identifiedBy: ['space', 'externalId', 'version'],
  fields: {
    space: { shape: spaceShape, required: true },
    externalId: { shape: definitionIdShape, required: true },
    version: { shape: versionShape, required: true },
    name: text(255),
    description: text(1024),
    views: { shape: { kind: 'list', of: { kind: 'any-object' } } },
  },
  check: (definition, lookup, where) => {
    for (const reference of viewsOf(definition))
      if (lookup('views', keyOf(reference)) === undefined)
        throw badRequest(`${where}.views: View ${keyOf(reference)} does not exist`);
  },
  render: (definition, store, query) => ({ views: renderViews(definition, store, query) }),
};

function viewsOf(definition: Fields): readonly Reference[] {
  return (definition['views'] ?? []) as readonly Reference[];
}

function renderViews(definition: Fields, store: ModelStore, query: URLSearchParams): readonly object[] {
  if (query.get('inlineViews') !== 'true') return viewsOf(definition);
  return viewsOf(definition).flatMap((reference) => {
    const found = store.views.get(keyOf(reference));
    return found === undefined ? [] : [show(views, found, store, query)];
  });
}

/** POST /models/datamodels */
export function upsertDataModels(call: Call): Answer {
  const items = itemsOf(jsonBody(call), 1, 100).map((value, i) => asObject(value, `request.items[${i}]`));
  const spelledOut = items.flatMap(({ views: list }) =>
    Array.isArray(list) ? (list as JsonObject[]).filter((one) => one['type'] !== 'view') : [],
  );
  if (spelledOut.length > 0) storeDefinitions(views, call, spelledOut);
  const referring = items.map((item) => ({ ...item, ...referencesOf(item) }));
  return upsertDefinitions(dataModels, { ...call, body: Buffer.from(JSON.stringify({ items: referring })) });
}

function referencesOf({ views: list }: JsonObject): Fields {
  if (!Array.isArray(list)) return {};
  const references = (list as Fields[]).map(({ space, externalId, version }) => ({
    ...{ type: 'view', space, externalId, version },
  }));
  return { views: references };
}
