// A small HTTP server on a free port of loopback, for tests of what calls out.
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface LoopbackAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Loopback {
  /** e.g. http://127.0.0.1:40123 */
  readonly url: string;
  /** Method and path of each request, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** `answer` gives what to send; null hangs up instead. Texts are sent as they are, anything else as JSON. */
export async function startLoopback(
  answer: (request: IncomingMessage) => LoopbackAnswer | null,
): Promise<Loopback> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const reply = answer(request);
    if (reply === null) return void request.socket.destroy();
    const { status, body = '', headers = {} } = reply;
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, close };
}
