// A database and a role for each gateway user, made when the user first comes.
import { PostgresError } from '../postgres-error';
import { type AdminSession, openAdminSession } from './admin-query';
import { INITIAL_DATABASE, SUPERUSER, TEMPLATE_DATABASE } from './configuration';
import { quoteIdentifier } from './ddl';

/** PostgreSQL cuts longer names (NAMEDATALEN): two users would become one. */
const MAX_NAME_BYTES = 63;
/** Databases, roles and schemas (a schema that is called as the user is searched first) that are the engine's own. */
const RESERVED = new Set([
  ...[SUPERUSER, INITIAL_DATABASE, TEMPLATE_DATABASE, 'template0', 'template1'],
  ...['sluice', 'public', 'none', 'information_schema'],
]);

export class EngineDatabases {
  private readonly prepared = new Map<string, Promise<void>>();
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly socketPath: string,
    private admin: AdminSession,
  ) {}

  /** One at a time, and once for each user: all that ask meanwhile wait for the same. */
  prepare(username: string): Promise<void> {
    const known = this.prepared.get(username);
    if (known !== undefined) return known;
    const made = this.last.then(() => this.make(username));
    this.prepared.set(username, made);
    this.last = made.catch(() => {
      this.prepared.delete(username);
    });
    return made;
  }

  private async make(username: string): Promise<void> {
    refuseReserved(username);
    if (!this.admin.isOpen) this.admin = await openAdminSession(this.socketPath, TEMPLATE_DATABASE);
    await createUser(this.admin, quoteIdentifier(username));
  }
}

/** PostgreSQL takes no CREATE DATABASE in a transaction; the rest is one. Copying files beats logging pages by a third. */
async function createUser(admin: AdminSession, name: string): Promise<void> {
  await admin.query(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE} STRATEGY file_copy`);
  try {
    await admin.query(`CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO ${name}`);
  } catch (error) {
    await admin.query(`DROP DATABASE ${name}`);
    throw error;
  }
}

function refuseReserved(username: string): void {
  const isUsable =
    username !== '' &&
    Buffer.byteLength(username) <= MAX_NAME_BYTES &&
    !username.includes('\0') &&
    !username.startsWith('pg_') &&
    !RESERVED.has(username);
  if (!isUsable)
    throw new PostgresError('invalid_authorization_specification', `"${username}" cannot be a user name`, {
      severity: 'FATAL',
    });
}
