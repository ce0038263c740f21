// The filters of /models/instances/list that the stand-in knows: and, equals, in, hasData. Others are refused, never ignored.
import { isDeepStrictEqual } from 'node:util';
import { badRequest } from '../../api-error';
import type { Call, JsonObject } from '../../call';
import { asObject } from '../../call';
import type { Instance } from './instance-store';
import { checkSourceReference } from './read-write';
import type { SourceReference } from './sources';
import { sourceResolver } from './sources';

type Test = (instance: Instance) => boolean;

const FILTERS: Readonly<Record<string, (call: Call, value: unknown) => Test>> = {
  and: (call, value) => {
    const tests = listOf(value).map((one) => readFilter(call, one));
    return (instance) => tests.every((test) => test(instance));
  },
  equals: (call, value) => {
    const { property, value: wanted } = asObject(value, 'request.filter.equals');
    const read = readerOf(call, property);
    return (instance) => isDeepStrictEqual(read(instance), wanted);
  },
  in: (call, value) => {
    const { property, values } = asObject(value, 'request.filter.in');
    const read = readerOf(call, property);
    const wanted = listOf(values);
    return (instance) => wanted.some((one) => isDeepStrictEqual(read(instance), one));
  },
  hasData: (call, value) => {
    const sources = listOf(value).map((one) => sourceAt(call, one));
    return ({ properties }) =>
      sources.every(({ containers }) => [...containers.keys()].every((key) => properties.has(key)));
  },
};

/** Throws 400. */
export function readFilter(call: Call, value: unknown): Test {
  if (value === undefined) return () => true;
  const filter: JsonObject = asObject(value, 'request.filter');
  const [name = '', second] = Object.keys(filter);
  const read = Object.hasOwn(FILTERS, name) ? FILTERS[name] : undefined;
  if (read === undefined || second !== undefined)
    throw badRequest(`request.filter: the stand-in knows one of ${Object.keys(FILTERS).join(', ')}`);
  return read(call, filter[name]);
}

function sourceAt(call: Call, value: unknown) {
  checkSourceReference(value, 'request.filter');
  return sourceResolver(call)(value as SourceReference);
}

/** `["node", "space"]`, or `[space, "view/version", property]`, or `[space, container, property]`. */
function readerOf(call: Call, property: unknown): (instance: Instance) => unknown {
  const path = listOf(property);
  if (!path.every((step) => typeof step === 'string') || path.length < 2 || path.length > 3)
    throw badRequest('request.filter.property: must be a list of two or three texts');
  const [first, second = '', third] = path as string[];
  if (third === undefined) return (instance) => instance[second as keyof Instance];
  const [externalId, version] = second.split('/');
  const type = version === undefined ? 'container' : 'view';
  const source = sourceAt(call, {
    type,
    space: first,
    externalId,
    ...(version === undefined ? {} : { version }),
  });
  const found = source.properties.get(third);
  if (found === undefined) throw badRequest(`request.filter.property: ${third} does not exist`);
  return ({ properties }) => properties.get(found.container)?.[found.identifier];
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw badRequest('request.filter: must be an array');
  return value as unknown[];
}
