// POST /models/instances/byids and /list: nodes and edges with the properties of the views that the request names.
import { badRequest } from '../../api-error';
import type { Answer, Call, JsonObject } from '../../call';
import { asObject, exactJsonBody, flag, itemsOf, pageOf } from '../../call';
import { instanceKey } from '../ids';
import { readFilter } from './filter';
import type { Instance } from './instance-store';
import { MAX_INSTANCES, checkSourceReference, readId } from './read-write';
import type { Source, SourceReference } from './sources';
import { sourceResolver } from './sources';

const MAX_SOURCES = 10;

/** POST /models/instances/byids: what is unknown, or has no data in one of the views, is left out. */
export function retrieveInstances(call: Call): Answer {
  const request = exactJsonBody(call);
  const sources = readSources(call, request);
  const isShown = visible(call, sources);
  const items = itemsOf(request, 1, MAX_INSTANCES)
    .map((value, i) => readId(value, `request.items[${i}]`))
    .flatMap((wanted) => {
      const found = call.state.models.instances.get(instanceKey(wanted));
      return found?.instanceType === wanted.instanceType && isShown(found) ? [found] : [];
    });
  return { status: 200, body: { items: items.map((one) => render(one, sources)) } };
}

/** POST /models/instances/list */
export function listInstances(call: Call): Answer {
  const request = exactJsonBody(call);
  const unsupported = Object.keys(request).filter((name) => !KNOWN.includes(name));
  if (unsupported.length > 0)
    throw badRequest(`request: the stand-in does not know ${unsupported.join(', ')}`);
  const sources = readSources(call, request);
  const instanceType = request['instanceType'] ?? 'node';
  if (instanceType !== 'node' && instanceType !== 'edge')
    throw badRequest('request.instanceType: must be one of node, edge');
  const isShown = visible(call, sources);
  const passes = readFilter(call, request['filter']);
  const { values, nextCursor } = call.state.models.instances.page(
    pageOf(request, MAX_INSTANCES, MAX_INSTANCES),
    (one) => one.instanceType === instanceType && isShown(one) && passes(one),
  );
  const items = values.map((one) => render(one, sources));
  return { status: 200, body: nextCursor === undefined ? { items } : { items, nextCursor } };
}

const KNOWN = ['sources', 'instanceType', 'filter', 'limit', 'cursor', 'includeTyping'];

function readSources(call: Call, request: JsonObject): Source[] {
  if (flag(request, 'includeTyping')) throw badRequest('request.includeTyping: the stand-in does not');
  const sources = request['sources'] ?? [];
  if (!Array.isArray(sources) || sources.length > MAX_SOURCES)
    throw badRequest(`request.sources: size must be between 0 and ${MAX_SOURCES}`);
  const sourceOf = sourceResolver(call);
  return sources.map((value, i) => {
    const { source, targetUnits } = asObject(value, `request.sources[${i}]`);
    if (targetUnits !== undefined) throw badRequest('request.sources: the stand-in converts no units');
    checkSourceReference(source, `request.sources[${i}].source`);
    return sourceOf(source as SourceReference);
  });
}

/** The caller may read its space, and it has data in all the views. */
function visible({ access }: Call, sources: readonly Source[]): (instance: Instance) => boolean {
  const need = { acl: 'dataModelInstancesAcl', action: 'READ' };
  return ({ space, properties }) =>
    access.may(need, { space }) &&
    sources.every(({ containers }) => [...containers.keys()].every((key) => properties.has(key)));
}

function render(instance: Instance, sources: readonly Source[]): object {
  const { properties: stored, sequence: _sequence, ...base } = instance;
  if (sources.length === 0) return base;
  const properties: Record<string, Record<string, object>> = {};
  for (const { reference, properties: shown } of sources) {
    const { space, externalId, version } = reference;
    const values = [...shown].flatMap(([name, { container, identifier }]) => {
      const value = stored.get(container)?.[identifier];
      return value === undefined ? [] : [[name, value] as const];
    });
    const name = version === undefined ? externalId : `${externalId}/${version}`;
    properties[space] = { ...properties[space], [name]: Object.fromEntries(values) };
  }
  return { ...base, properties };
}
