// Reads of a resource: byids, list (POST and GET), one by id, aggregate count.
import { badRequest } from '../api-error';
import type { Answer, Call, JsonObject, Page } from '../call';
import { asObject, flag, itemsOf, jsonBody, pageOf } from '../call';
import { checkValue } from '../check-value';
import { readBareIdentifier, resolve } from '../identifiers';
import type { Item } from '../items';
import type { ProjectState } from '../project-state';
import type { Resource } from '../resource';
import { readAggregates, renderItem } from './render-item';
import { mayRead, requireRead } from './require-access';

/** POST /{resource}/byids: in the order of the request. */
export function retrieveItems(resource: Resource, call: Call): Answer {
  const { state } = call;
  const request = jsonBody(call);
  if (request['fetchResources'] === true) throw badRequest('request.fetchResources: the stand-in does not');
  const identifiers = itemsOf(request, 1, resource.maxItems).map((item, i) =>
    readBareIdentifier(resource, asObject(item, `request.items[${i}]`), `request.items[${i}]`),
  );
  const ignoreUnknown = flag(request, 'ignoreUnknownIds');
  const aggregates = readAggregates(resource, request['aggregatedProperties']);
  const items = resolve(state[resource.name], identifiers, { ...resource, ignoreUnknown });
  requireRead(resource, call, items);
  return { status: 200, body: { items: items.map((item) => renderItem(resource, state, item, aggregates)) } };
}

/** GET /{resource}/{id} */
export function retrieveItem(resource: Resource, call: Call): Answer {
  const { state } = call;
  const id = Number(call.parameters['id']);
  const item = state[resource.name].byId.get(id);
  if (item === undefined) throw badRequest(`${resource.label} ids not found`, { missing: [{ id }] });
  requireRead(resource, call, [item]);
  return { status: 200, body: renderItem(resource, state, item) };
}

/** POST /{resource}/list */
export function listItems(resource: Resource, call: Call): Answer {
  // The JS SDK sends an empty `sort`.
  const { sort = [], ...request } = call.body.length === 0 ? {} : jsonBody(call);
  if (!Array.isArray(sort) || sort.length > 0) throw badRequest('request.sort: the stand-in does not sort');
  refuseUnsupported(request, ['filter', 'limit', 'cursor', 'partition', 'aggregatedProperties']);
  const aggregates = readAggregates(resource, request['aggregatedProperties']);
  const passes = readFilter(resource, request['filter'], call);
  const inPartition = readPartition(request['partition']);
  return page(resource, call.state, {
    page: pageOf(request),
    passes: (item) => inPartition(item) && passes(item),
    aggregates,
  });
}

/** GET /{resource}: of the filters only what needs no list. */
export function listItemsByQuery(resource: Resource, call: Call): Answer {
  const { limit: _limit, cursor: _cursor, partition, ...texts } = Object.fromEntries(call.query);
  const passes = readFilter(resource, texts, call);
  const inPartition = readPartition(partition);
  return page(resource, call.state, {
    page: pageOf(call.query),
    passes: (item) => inPartition(item) && passes(item),
    aggregates: [],
  });
}

/** POST /{resource}/aggregate: the count. */
export function countItems(resource: Resource, call: Call): Answer {
  const request = call.body.length === 0 ? {} : jsonBody(call);
  refuseUnsupported(request, ['filter', 'aggregate']);
  if ((request['aggregate'] ?? 'count') !== 'count')
    throw badRequest('request.aggregate: the stand-in knows count only');
  const passes = readFilter(resource, request['filter'], call);
  let count = 0;
  for (const item of call.state[resource.name].byId.all()) if (passes(item)) count++;
  return { status: 200, body: { items: [{ count }] } };
}

interface ListRequest {
  readonly page: Page;
  readonly passes: (item: Item) => boolean;
  readonly aggregates: readonly string[];
}

function page(resource: Resource, state: ProjectState, request: ListRequest): Answer {
  const { values, nextCursor } = state[resource.name].byId.page(request.page, request.passes);
  const items = values.map((item) => renderItem(resource, state, item, request.aggregates));
  return { status: 200, body: nextCursor === undefined ? { items } : { items, nextCursor } };
}

/** A wrong answer would be worse than none: what the stand-in cannot do it refuses. */
function refuseUnsupported(request: JsonObject, supported: readonly string[]): void {
  const unsupported = Object.keys(request).filter((name) => !supported.includes(name));
  if (unsupported.length > 0)
    throw badRequest(`request: the stand-in does not know ${unsupported.join(', ')}`);
}

/** What the filter lets through and the caller may see. */
function readFilter(resource: Resource, value: unknown, call: Call): (item: Item) => boolean {
  const filter = asObject(value ?? {}, 'request.filter');
  refuseUnsupported(filter, Object.keys(resource.filters));
  const tests = Object.entries(filter).map(([name, wanted]) => {
    const { shape, matches } = resource.filters[name]!;
    checkValue(shape, wanted, `request.filter.${name}`);
    return (item: Item) => matches(item, wanted as never, call.state);
  });
  const isVisible = mayRead(resource, call);
  return (item) => tests.every((test) => test(item)) && isVisible(item);
}

/** `m/n`: each item is in one of n parts. */
function readPartition(value: unknown): (item: Item) => boolean {
  if (value === undefined) return () => true;
  const [, m, n] = /^(\d{1,3})\/(\d{1,3})$/.exec(typeof value === 'string' ? value : '') ?? [];
  const part = Number(m);
  const parts = Number(n);
  if (!(part >= 1 && part <= parts)) throw badRequest('request.partition: must be m/n with m from 1 to n');
  return (item) => item.sequence % parts === part - 1;
}
