// Counts what passes the server's ports: sessions, refused logins, batches that go into the queue. Made in main.ts around
// the real ones; where telemetry is off these stand there by themselves.
import type { Batch } from '../shared/batch';
import type { Telemetry } from '../shared/telemetry';
import type { Authenticate } from './authentication';
import type { OpenSession, Session } from './connection';
import { PostgresError } from './postgres-error';

export function observeLogins(telemetry: Telemetry, authenticate: Authenticate): Authenticate {
  if (!telemetry.isOn) return authenticate;
  return async (peer) => {
    try {
      await authenticate(peer);
    } catch (error) {
      // A client that just goes away in the middle, as probes do, was not refused.
      if (error instanceof PostgresError)
        telemetry.add('sluice.logins.refused', 1, { 'sluice.sqlstate': error.code });
      throw error;
    }
  };
}

export function observeSessions(telemetry: Telemetry, open: OpenSession): OpenSession {
  if (!telemetry.isOn) return open;
  return async (context) => {
    const session = await open(context);
    telemetry.add('sluice.sessions', 1);
    return whenClosed(session, () => telemetry.add('sluice.sessions', -1));
  };
}

function whenClosed(session: Session, tell: () => void): Session {
  return {
    receive: (chunk) => session.receive(chunk),
    writable: () => session.writable(),
    cancel: () => session.cancel(),
    drain: () => session.drain(),
    closed: () => {
      tell();
      session.closed();
    },
  };
}

type Enqueue = (batch: Batch) => Promise<void>;

export function observeQueue(telemetry: Telemetry, enqueue: Enqueue): Enqueue {
  if (!telemetry.isOn) return enqueue;
  return async (batch) => {
    await enqueue(batch);
    // Names of a user's own tables are without number: they are one.
    const table = batch.own === undefined ? batch.table : 'own';
    const attributes = { 'sluice.table': table, 'sluice.write': batch.write ?? 'insert' };
    telemetry.add('sluice.queued.batches', 1, attributes);
    telemetry.add('sluice.queued.rows', batch.rows, attributes);
    telemetry.add('sluice.queued.bytes', batch.bodyBytes, attributes);
  };
}
