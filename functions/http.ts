// What every HTTP trigger shares: how a body is read, and how an error becomes an answer in the form that CDF's own API has.
import { randomUUID } from 'node:crypto';
import type { ReadableStream } from 'node:stream/web';
import type { HttpHandler, HttpRequest, HttpResponseInit } from '@azure/functions';
import type { Log } from '../shared/log';
import { describeError } from '../shared/log';

/** What CDF's errors may hold beside the message: which of the things asked for are unknown, or there already. */
export interface ErrorLists {
  readonly missing?: readonly object[];
  readonly duplicated?: readonly object[];
}

/** The caller sees status, message and lists as they are. */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    message: string,
    readonly lists: ErrorLists = {},
  ) {
    super(message);
  }
}

/** The name by which folders of this one know it: Azure's packages are for the triggers' own files. */
export type ApiRequest = HttpRequest;

export type Answer = (request: ApiRequest) => Promise<HttpResponseInit>;

/** HttpError is answered as it says; anything else as 500 with an id, under which the log has the error. */
export function answerErrors(log: Log, answer: Answer): HttpHandler {
  return async (request, context) => {
    try {
      return await answer(request);
    } catch (error) {
      if (error instanceof HttpError) return errorResponse(error.status, error.message, error.lists);
      const errorId = randomUUID();
      log.error('http request failed', {
        function: context.functionName,
        errorId,
        error: describeError(error),
      });
      return errorResponse(500, `Sluice could not answer. The log has the reason under error id ${errorId}.`);
    }
  };
}

function errorResponse(status: number, message: string, lists: ErrorLists = {}): HttpResponseInit {
  return { status, headers: NO_STORE, jsonBody: { error: { code: status, message, ...lists } } };
}

/** Answers are about users and their passwords: nothing on the way keeps one. */
const NO_STORE = { 'cache-control': 'no-store' };

export function ok(jsonBody: object): HttpResponseInit {
  return { status: 200, headers: NO_STORE, jsonBody };
}

/** The whole text of a request or an answer; null where it is longer than `maxBytes` (the rest is not read). */
export async function readText(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
