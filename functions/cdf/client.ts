// Sends requests to CDF through @cognite/sdk, the only place that does. Of the SDK it uses `post` and `get` with ready
// bytes: its resource helpers clone and pretty-print every body. Its own retries and its renewal of tokens are off:
// the first cannot know what may be repeated, the second never ends where each new token is refused.
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { CogniteClient } from '@cognite/sdk';
import type { RefusedResponse } from './cdf-error';
import { CdfError, readRefusal, unreachable } from './cdf-error';

export interface CdfProject {
  /** e.g. https://westeurope-1.cognitedata.com */
  readonly baseUrl: string;
  readonly project: string;
}

export interface CdfRequest {
  /** Below `/api/v1/projects/{project}`, its parts URL-encoded. */
  readonly path: string;
  /** Gzipped; null asks with GET. */
  readonly gzip: Buffer | null;
  readonly contentType: 'application/json' | 'application/protobuf';
  /** `text`: the answer as CDF wrote it, its numbers unread. Default: parsed. */
  readonly answer?: 'text';
}

/** One request, one try. Resolves with the parsed answer of a 2xx; rejects with CdfError. */
export type SendToCdf = (to: CdfProject, token: string, request: CdfRequest) => Promise<unknown>;

/** CDF ends a request itself after a minute or so: what takes longer has lost its connection. */
const CDF_TIMEOUT_MS = 80_000;
const MAX_CLIENTS = 200;
const APP_ID = 'sluice';

export function createCdfClient(timeoutMs: number = CDF_TIMEOUT_MS): SendToCdf {
  const clients = new Map<string, CogniteClient>();
  const clientOf = ({ baseUrl, project }: CdfProject): CogniteClient => {
    const name = `${baseUrl} ${project}`;
    const client = clients.get(name) ?? newClient(baseUrl, project);
    clients.delete(name);
    clients.set(name, client);
    if (clients.size > MAX_CLIENTS) clients.delete(clients.keys().next().value ?? name);
    return client;
  };
  return async (to, token, request) => {
    let refused: RefusedResponse | null = null;
    const options = {
      headers: headersOf(token, request),
      responseType: request.answer ?? ('json' as const),
      // Sees each answer before the SDK makes an error of it and loses its headers; never asks for another try.
      retryValidator: (_request: unknown, response: RefusedResponse) => {
        refused = response;
        return false;
      },
    };
    const path = `/api/v1/projects/${encodeURIComponent(to.project)}${request.path}`;
    const client = clientOf(to);
    try {
      const { data } = await withTimeout(timeoutMs, () =>
        request.gzip === null
          ? client.get(path, options)
          : client.post(path, { ...options, data: request.gzip }),
      );
      return data;
    } catch (error) {
      throw toCdfError(error, refused);
    }
  };
}

/** The token goes with each request, so a client holds none: all credentials of a project share one. */
function newClient(baseUrl: string, project: string): CogniteClient {
  const oidcTokenProvider = () => Promise.reject(new Error('the token goes with the request'));
  return new CogniteClient({ appId: APP_ID, baseUrl, project, oidcTokenProvider });
}

function headersOf(token: string, { gzip, contentType }: CdfRequest): Record<string, string> {
  const authorization = { Authorization: `Bearer ${token}` };
  if (gzip === null) return authorization;
  return { ...authorization, 'Content-Type': contentType, 'Content-Encoding': 'gzip' };
}

function toCdfError(error: unknown, refused: RefusedResponse | null): CdfError {
  if (error instanceof CdfError) return error;
  if (refused !== null) return readRefusal(refused);
  const { code } = error as { code?: unknown };
  return unreachable(typeof code === 'string' ? code : 'no answer');
}

/** The SDK takes no AbortSignal. Node tells of each request that starts; the context says whose it is. */
const requests = new AsyncLocalStorage<Set<ClientRequest>>();
subscribe('http.client.request.start', (message) => {
  requests.getStore()?.add((message as { request: ClientRequest }).request);
});

/** Rejects after `timeoutMs` and hangs up, so that neither socket nor body stays behind. */
async function withTimeout<T>(timeoutMs: number, send: () => Promise<T>): Promise<T> {
  const started = new Set<ClientRequest>();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(unreachable('TIMEOUT'));
      for (const request of started) request.destroy();
    }, timeoutMs);
  });
  try {
    return await Promise.race([requests.run(started, send), late]);
  } finally {
    clearTimeout(timer);
  }
}
