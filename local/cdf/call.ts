// One call of a CDF operation, after authorization and before its answer; operations are functions of it and know no HTTP.
import type { Access } from './access/access';
import { badRequest } from './api-error';
import { parseExactJson } from './exact-json';
import type { ProjectState } from './project-state';

export interface Call {
  readonly state: ProjectState;
  /** Of the caller in this project. */
  readonly access: Access;
  /** What stands for {name} in the route's path, decoded. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Inflated. */
  readonly body: Buffer;
  readonly contentType: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface Answer {
  readonly status: number;
  /** Becomes JSON; a string or Buffer is sent as it is. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type JsonObject = Readonly<Record<string, unknown>>;

const DEFAULT_LIST_LIMIT = 100;

/** The body as a JSON object. Throws 400. */
export function jsonBody(call: Pick<Call, 'body'>): JsonObject {
  return asObject(parseJson(call.body), 'request');
}

/** The same, but whole numbers that JavaScript's would round are bigints. Throws 400. */
export function exactJsonBody(call: Pick<Call, 'body'>): JsonObject {
  return asObject(parseJson(call.body, parseExactJson), 'request');
}

function parseJson(body: Buffer, parse: (text: string) => unknown = JSON.parse): unknown {
  try {
    return parse(body.toString('utf8'));
  } catch {
    throw badRequest('Failed to read the request body as JSON.');
  }
}

/** The `items` of a body, `min` to `max` of them. Throws 400. */
export function itemsOf(body: JsonObject, min: number, max: number): readonly unknown[] {
  const items = body['items'];
  if (!Array.isArray(items)) throw badRequest('request.items: must be an array');
  if (items.length < min || items.length > max)
    throw badRequest(`request.items: size must be between ${min} and ${max}`);
  return items as unknown[];
}

export function asObject(value: unknown, where: string): JsonObject {
  if (value === null) throw badRequest(`${where}: \`null\` values aren't allowed.`);
  if (typeof value !== 'object' || Array.isArray(value)) throw badRequest(`${where}: must be an object`);
  return value as JsonObject;
}

/** An optional flag of a body. Throws 400. */
export function flag(body: JsonObject, name: string, otherwise = false): boolean {
  const value = body[name] ?? otherwise;
  if (typeof value !== 'boolean') throw badRequest(`request.${name}: must be a boolean`);
  return value;
}

export interface Page {
  readonly limit: number;
  readonly cursor: unknown;
}

/** limit and cursor of a list in a body or a query string. Throws 400 outside 1 to `max`. */
export function pageOf(source: JsonObject | URLSearchParams, max = 1000, otherwise?: number): Page {
  const get = (name: string): unknown =>
    source instanceof URLSearchParams ? (source.get(name) ?? undefined) : source[name];
  const limit = Number(get('limit') ?? otherwise ?? DEFAULT_LIST_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > max)
    throw badRequest(`request.limit: must be between 1 and ${max}`);
  return { limit, cursor: get('cursor') };
}
