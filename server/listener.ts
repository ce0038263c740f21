// Accepts clients: so many and no more. Beyond that a client still hears why, within a bound of its own.
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { describeError } from '../shared/log';
import { Connection, type ConnectionPorts } from './connection';
import { tooManyClients } from './login';

/** Finds peers that are gone without a word: fronts and firewalls cut idle connections silently. */
const KEEP_ALIVE_MS = 60_000;
/** Clients that are being told that there are too many. Also room for a CancelRequest when all is full. */
const MAX_REFUSALS = 64;
/** They have less time than others. */
const REFUSAL_LIMIT_MS = 5_000;

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly maxConnections: number;
  readonly connection: ConnectionPorts;
}

export interface Listener {
  readonly port: number;
  /** Connections that count against the limit. */
  readonly connectionCount: number;
  /** Accepts no more, lets every session finish its commit unit; resolves when all connections are closed. */
  drain(): Promise<void>;
  /** Tells the clients of sessions that have not finished; resolves when all connections are closed. */
  terminate(): Promise<void>;
  /** At once, whatever sessions are doing. */
  close(): Promise<void>;
}

export async function listen(options: ListenerOptions): Promise<Listener> {
  const { host, port, maxConnections, connection: ports } = options;
  const connections = new Set<Connection>();
  const refusals = new Set<Connection>();
  const accept = (socket: Socket) => {
    if (connections.size < maxConnections) keep(connections, new Connection(socket, ports));
    else if (refusals.size < MAX_REFUSALS) keep(refusals, refuse(socket, ports));
    else socket.destroy();
  };
  const server = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
    accept,
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  server.on('error', (error) => ports.log.error('listener-failed', { error: describeError(error) }));
  const all = () => [...connections, ...refusals];
  return {
    port: (server.address() as AddressInfo).port,
    get connectionCount() {
      return connections.size;
    },
    async drain() {
      const stopped = stop(server);
      await Promise.allSettled(all().map((connection) => connection.drain()));
      await stopped;
    },
    async terminate() {
      await Promise.allSettled(all().map((connection) => connection.terminate()));
    },
    async close() {
      const stopped = stop(server);
      for (const connection of all()) connection.destroy();
      await stopped;
    },
  };
}

function refuse(socket: Socket, ports: ConnectionPorts): Connection {
  return new Connection(socket, { ...ports, startupLimitMs: REFUSAL_LIMIT_MS }, tooManyClients());
}

function keep(group: Set<Connection>, connection: Connection): void {
  group.add(connection);
  void connection.closed.then(() => group.delete(connection));
}

function stop(server: Server): Promise<void> {
  // The error says that it was stopped before.
  return new Promise((resolve) => server.close(() => resolve()));
}
