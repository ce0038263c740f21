// The superuser's way into the database of one user: one text of statements, one transaction, then out again.
import { type AdminRow, openAdminSession } from './admin-query';

/** Sessions of this kind at a time; the engine keeps room for a few beside those of clients. */
const MAX_SESSIONS = 4;
/** A statement that a client's open transaction stands in the way of gives up soon; whoever sent it tries again. */
const LOCK_TIMEOUT_MS = 100;

/** Throws the engine's PostgresError: 55P03 where a lock is held for too long. */
export type RunInDatabase = (database: string, text: string) => Promise<AdminRow[]>;

export function createRunInDatabase(socketPath: string): RunInDatabase {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (database, text) => {
    if (running >= MAX_SESSIONS) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await runOnce(socketPath, database, text);
    } finally {
      const next = waiting.shift();
      if (next === undefined) running--;
      else next();
    }
  };
}

async function runOnce(socketPath: string, database: string, text: string): Promise<AdminRow[]> {
  const admin = await openAdminSession(socketPath, database);
  try {
    // Users make functions and operators in public: none of them may be what the superuser runs.
    await admin.query(`SET search_path = pg_catalog; SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
    return await admin.query(text);
  } finally {
    admin.end();
  }
}
