// The two servers that a transcript is held with: the gateway, and a PostgreSQL with the gateway's tables as ordinary ones.
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { engineDdl } from '../../server/engine/ddl';
import { TABLES } from '../../shared/tables/catalogue';
import { type RealPostgres, startRealPostgres } from './real-postgres';
import type { Ready } from './stack';
import { type Peer, sendInPieces } from './transcript';
import { WireClient } from './wire-client';
import { type Identity, logIn } from './wire-login';

/** Opens a session. `pieceBytes`: every `send` is cut into pieces of this size. */
export type OpenPeer = (pieceBytes?: number) => Promise<Peer>;

/** Needs a stack with SLUICE_PLAINTEXT=allow. */
export function gatewayPeers({ postgres: at }: Ready): OpenPeer {
  return (pieceBytes) => openPeer(() => WireClient.connect(at.port), at, pieceBytes);
}

export interface PostgresSide {
  readonly open: OpenPeer;
  close(): Promise<void>;
}

export async function startPostgresSide(): Promise<PostgresSide> {
  const postgres = await startRealPostgres();
  try {
    await createTables(postgres);
  } catch (error) {
    await postgres.close();
    throw error;
  }
  const connectHere = async () => {
    const socket = connect({ path: join(postgres.host, '.s.PGSQL.5432') });
    await once(socket, 'connect');
    return new WireClient(socket);
  };
  const identity = { user: 'postgres', database: 'postgres', password: '' };
  return {
    open: (pieceBytes) => openPeer(connectHere, identity, pieceBytes),
    close: () => postgres.close(),
  };
}

/** The engine's tables without what refuses reads and writes. */
async function createTables(postgres: RealPostgres): Promise<void> {
  const client = await postgres.connect();
  await client.query(engineDdl(TABLES));
  for (const { name } of TABLES) {
    await client.query(`ALTER TABLE ${name} DISABLE ROW LEVEL SECURITY, DISABLE TRIGGER USER`);
    await client.query(`TRUNCATE ${name}`);
  }
  await client.end();
}

async function openPeer(
  connectHere: () => Promise<WireClient>,
  identity: Identity,
  pieceBytes = Infinity,
): Promise<Peer> {
  const client = await connectHere();
  const cancelRequest = await logIn(client, identity);
  return {
    client,
    async send(bytes) {
      if (pieceBytes < bytes.length) await sendInPieces(client, bytes, pieceBytes);
      else client.send(bytes);
    },
    async cancel() {
      const other = await connectHere();
      other.send(cancelRequest);
      await other.types();
      other.close();
    },
  };
}
