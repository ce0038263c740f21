// Liveness and readiness over HTTP, for the platform that runs the server. Nothing else is answered here.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A probe that is asked while draining, or while storage or engine do not answer, gets 503. */
type IsReady = () => boolean | Promise<boolean>;

export interface HealthOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly isReady: IsReady;
}

export interface Health {
  readonly port: number;
  close(): Promise<void>;
}

/** A probe is short; who sends slowly is no probe. */
const REQUEST_LIMIT_MS = 5_000;

/** GET /livez: 200 while the process runs. GET /readyz: 200 or 503. */
export async function listenHealth({ host, port, isReady }: HealthOptions): Promise<Health> {
  const server = createServer({ requestTimeout: REQUEST_LIMIT_MS }, (request, response) => {
    const path = request.url?.split('?', 1)[0];
    const isProbe = request.method === 'GET' || request.method === 'HEAD';
    if (isProbe && path === '/livez') answer(response, 200, 'ok');
    else if (isProbe && path === '/readyz') void answerReadiness(response, isReady);
    else answer(response, 404, 'not found');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answerReadiness(response: ServerResponse, isReady: IsReady): Promise<void> {
  let ready = false;
  try {
    ready = await isReady();
  } catch {
    // What cannot be found out is not ready; whoever checks it has logged why.
  }
  answer(response, ready ? 200 : 503, ready ? 'ok' : 'not ready');
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${text}\n`);
}
