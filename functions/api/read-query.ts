// Query parameters that the listings have in common.
import type { ApiRequest } from '../http';
import { HttpError } from '../http';

/** Default: all that a page may hold; more than that is taken for it. Throws HttpError 422. */
export function limitOf(request: ApiRequest, maxLimit: number): number {
  const text = request.query.get('limit');
  if (text === null) return maxLimit;
  if (!/^-?\d{1,15}$/.test(text)) throw new HttpError(422, 'Input should be a valid integer: limit');
  if (Number(text) < 1) throw new HttpError(422, 'Input should be greater than or equal to 1: limit');
  return Math.min(Number(text), maxLimit);
}

export function cursorOf(request: ApiRequest): string | null {
  return request.query.get('cursor');
}

const TRUE = new Set(['true', '1', 'yes']);
const FALSE = new Set(['false', '0', 'no']);

/** Default: false. `yes` and `no` are what Cognite's Python SDK sends. Throws HttpError 422. */
export function flagOf(request: ApiRequest, name: string): boolean {
  const text = (request.query.get(name) ?? 'false').toLowerCase();
  if (!TRUE.has(text) && !FALSE.has(text))
    throw new HttpError(422, `Input should be a valid boolean: ${name}`);
  return TRUE.has(text);
}
