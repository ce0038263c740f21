// The stand-in for Cognite Data Fusion: an HTTP server that keeps its state in memory. What it answers and what /control
// switches is told in README.md beside this file.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import type { ClientOptions } from './access/clients';
import { Clients } from './access/clients';
import { answerRequest } from './answer-request';
import { Faults } from './control/faults';
import { Traffic } from './control/traffic';
import { Projects } from './project-state';

export type { Capability } from './access/capability';

export interface CdfOptions {
  /** Default 0: any free one. */
  readonly port?: number;
  /** URL name of the project; default `local`. */
  readonly project?: string;
  /** Default: one that may do everything, DEFAULT_CLIENT. */
  readonly clients?: readonly ClientOptions[];
  /** The scope that tokens are asked for; default `{baseUrl}/.default`. */
  readonly scope?: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

export interface Cdf {
  readonly baseUrl: string;
  readonly tokenUrl: string;
  readonly project: string;
  readonly scope: string;
  /** Breaks off what is in hand. */
  close(): Promise<void>;
}

export const DEFAULT_CLIENT = { id: 'sluice', secret: 'sluice-local-secret' } as const;
export const DEFAULT_PROJECT = 'local';
const TOKEN_PATH = '/oauth2/v2.0/token';
/** Longer than clients keep an idle connection, so that none is closed under a request on its way. */
const KEEP_ALIVE_MS = 75_000;

/** Listens on 127.0.0.1 when it resolves; rejects where the port is taken. */
export async function startCdf(options: CdfOptions = {}): Promise<Cdf> {
  const { port = 0, project = DEFAULT_PROJECT, clients = [DEFAULT_CLIENT], now = Date.now } = options;
  const known = new Clients(project, now);
  for (const client of clients) known.put(client);
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const scope = options.scope ?? `${baseUrl}/.default`;
  const closing = new AbortController();
  const world = {
    ...{ clients: known, faults: new Faults(), traffic: new Traffic(), projects: new Projects() },
    ...{ scope, tokenPath: TOKEN_PATH, now, closing: closing.signal },
  };
  server.on('request', (request, response) => void answerRequest(world, request, response));
  return {
    ...{ baseUrl, tokenUrl: baseUrl + TOKEN_PATH, project, scope },
    close: async () => {
      closing.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}
