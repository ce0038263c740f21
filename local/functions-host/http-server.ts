// Serves the HTTP functions on loopback: a request becomes the library's request, its response becomes an answer.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeError, type Log } from '../../shared/log';
import type { HttpData, InvocationRequest, TypedData } from './core-api';
import { formatCookie } from './http-cookie';
import { matchRoute, type HttpRoute } from './http-routes';
import type { Invoke } from './invocation';

export interface HttpOptions {
  /** 0: any free one. */
  readonly port: number;
  readonly routes: readonly HttpRoute[];
  readonly invoke: Invoke;
  readonly log: Log;
}

export interface HttpServer {
  readonly baseUrl: string;
  /** Accepts no more; resolves when what is being answered is answered, or after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

const HOST = '127.0.0.1';
/** The host's own limit of a request's body. */
const MAX_BODY_BYTES = 100 * 1024 * 1024;

export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const server = createServer((request, response) => void answer(options, request, response));
  server.listen(options.port, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://${HOST}:${port}`,
    async close(graceMs) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearTimeout(timer);
    },
  };
}

async function answer(
  options: HttpOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { routes, invoke, log } = options;
  try {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? HOST}`);
    const match = matchRoute(routes, request.method ?? 'GET', url.pathname);
    if ('refused' in match) {
      response.writeHead(match.refused, match.refused === 405 ? { allow: match.allow } : {}).end();
      return;
    }
    const body = await readBody(request);
    if (body === null) return void response.writeHead(413, { connection: 'close' }).end();
    const http = toHttpData(request, url, match.params, body);
    const { returnValue } = await invoke(
      match.route.target,
      toInvocationRequest(match.route.bindingName, http),
    );
    writeAnswer(response, returnValue);
  } catch (error) {
    log.error('http function failed', { path: request.url?.split('?', 1)[0], error: describeError(error) });
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}

function toInvocationRequest(bindingName: string, http: HttpData): InvocationRequest {
  return { inputData: [{ name: bindingName, data: { http } }], triggerMetadata: {} };
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function toHttpData(
  request: IncomingMessage,
  url: URL,
  params: Record<string, string>,
  body: Buffer,
): HttpData {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return {
    url: url.href,
    method: request.method ?? 'GET',
    headers,
    params,
    ...(body.length > 0 ? { body: { bytes: body } } : {}),
  };
}

/** A function that returns nothing is answered 204, as by the host. */
function writeAnswer(response: ServerResponse, value: TypedData | null | undefined): void {
  const http = value?.http;
  if (http === undefined) return void response.writeHead(204).end();
  for (const [name, text] of Object.entries(http.headers ?? {})) response.setHeader(name, text);
  const cookies = (http.cookies ?? []).map(formatCookie);
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.writeHead(Number(http.statusCode ?? 200)).end(bytesOf(http.body));
}

function bytesOf(body: TypedData | null | undefined): Buffer {
  if (body?.bytes !== undefined) return Buffer.from(body.bytes);
  return Buffer.from(body?.string ?? body?.json ?? '');
}
