// Reads a request's body whole and inflates it where it is gzipped, within limits.
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ApiError, badRequest } from './api-error';

const inflate = promisify(gunzip);

/** CDF documents no such limit; this one keeps the stand-in's memory. */
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Throws 413 for a body that is too long, 400 for one that does not inflate. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, bytes);
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return body;
  if (encoding !== 'gzip') throw badRequest(`Content-Encoding ${encoding} is not supported`);
  return inflateBody(body);
}

async function inflateBody(body: Buffer): Promise<Buffer> {
  try {
    return await inflate(body, { maxOutputLength: MAX_BODY_BYTES });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
      ? tooLarge()
      : badRequest('Failed to inflate the request body');
  }
}

function tooLarge(): ApiError {
  return new ApiError(413, 'Request Entity Too Large');
}
