// The JSON body of a request, checked by its schema before anything is done with it.
import type { ApiRequest } from '../http';
import { HttpError, readText } from '../http';
import type { Schema } from './schema';
import { faultOf } from './schema';

/** Ten tables of 500 columns with long names. */
export const MAX_BODY_BYTES = 1024 * 1024;
/** What a schema lets through is as deep as it says; before it nothing is. */
const MAX_DEPTH = 20;

/**
 * Rejects with HttpError 413; 400 for what is no JSON or holds a null; `refusal` (v1: 400, v2: 422) for the rest. The
 * caller gives the type that the schema describes.
 */
export async function readBody<Body>(request: ApiRequest, schema: Schema, refusal: 400 | 422): Promise<Body> {
  const text = await readText(request.body, MAX_BODY_BYTES);
  if (text === null) throw new HttpError(413, `The body must not be longer than ${MAX_BODY_BYTES} bytes.`);
  const body = parseJson(text);
  if (body === undefined) throw new HttpError(400, 'The body must be JSON.');
  if (holdsNull(body, MAX_DEPTH)) throw new HttpError(400, "`null` values aren't allowed.");
  const fault = faultOf(schema, body);
  if (fault !== null) throw new HttpError(refusal, fault);
  return body as Body;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The parser's message would repeat a part of the body.
  }
}

function holdsNull(value: unknown, depth: number): boolean {
  if (value === null) return true;
  if (typeof value !== 'object' || depth === 0) return false;
  return Object.values(value).some((part) => holdsNull(part, depth - 1));
}
