// A database and a role for each gateway user, made when the user first comes. What happens to one user's database
// happens in turn: made, filled with tables of the user's own, tidied when the last session has ended.
import type { Table } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import { type AdminRow, type AdminSession, openAdminSession } from './admin-query';
import { INITIAL_DATABASE, SUPERUSER, TEMPLATE_DATABASE } from './configuration';
import { SHADOW_SCHEMA } from './evaluation';
import { quoteIdentifier, quoteLiteral } from './quote';
import { ShownTables } from './shown-tables';
import type { RunInDatabase } from './user-databases';

/** PostgreSQL cuts longer names (NAMEDATALEN): two users would become one. */
const MAX_NAME_BYTES = 63;
/** Databases, roles and schemas (a schema that is called as the user is searched first) that are the engine's own. */
const RESERVED = new Set([
  ...[SUPERUSER, INITIAL_DATABASE, TEMPLATE_DATABASE, 'template0', 'template1'],
  ...['sluice', SHADOW_SCHEMA, 'public', 'raw', 'none', 'information_schema'],
]);

interface EngineUser {
  readonly name: string;
  /** Sessions of clients. */
  clients: number;
  /** Sessions of the engine behind them; they end a little later. */
  engineSessions: number;
  /** Called when the last of those has ended. */
  emptied: (() => void) | null;
  isMade: boolean;
  /** The credential is gone: so is the database, once nobody is in it. */
  isDeleted: boolean;
  readonly shown: ShownTables;
  /** What is done to the database last. */
  turn: Promise<unknown>;
}

/** A session of a client. */
export interface UserEntry {
  /** Its session in the engine begins; the function says that it has ended. To be called when the user is prepared. */
  attach(): () => void;
  /** It has ended. With the user's last one all goes that the user has made in the engine. */
  leave(): void;
}

export class EngineDatabases {
  private readonly users = new Map<string, EngineUser>();
  private last: Promise<unknown> = Promise.resolve();

  /** `failed` hears of what nobody waits for. */
  constructor(
    private readonly socketPath: string,
    private admin: AdminSession,
    private readonly runInDatabase: RunInDatabase,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Makes role and database where they are not there yet. Throws 28000 for a name that cannot be one. */
  async prepare(username: string): Promise<void> {
    refuseReserved(username);
    await this.inTurn(this.user(username), (user) => this.make(user));
  }

  enter(username: string): UserEntry {
    const user = this.user(username);
    user.clients++;
    return {
      attach: () => {
        user.engineSessions++;
        return once(() => {
          if (--user.engineSessions === 0) user.emptied?.();
        });
      },
      leave: once(() => {
        if (--user.clients === 0) this.inTurn(user, () => this.vacate(user)).catch(this.failed);
      }),
    };
  }

  /** Brings the user's own tables to this state. False where some wait for locks: ask again later. */
  show(username: string, tables: readonly Table[]): Promise<boolean> {
    return this.inTurn(this.user(username), async (user) => {
      await this.make(user);
      return user.shown.become(tables, (text) => this.runInDatabase(username, text));
    });
  }

  /** Runs statements as the superuser in the user's database, which is made where it is not there. */
  run(username: string, text: string): Promise<AdminRow[]> {
    return this.inTurn(this.user(username), async (user) => {
      await this.make(user);
      return this.runInDatabase(username, text);
    });
  }

  /** The user is deleted: role and database go when the last session has ended, or now where there is none. */
  async drop(username: string): Promise<void> {
    const user = this.users.get(username);
    if (user === undefined) return;
    user.isDeleted = true;
    await this.inTurn(user, () => (user.clients === 0 ? this.vacate(user) : Promise.resolve()));
  }

  /** Names of the users who have a session. */
  present(): string[] {
    return [...this.users.values()].filter(({ clients }) => clients > 0).map(({ name }) => name);
  }

  /** Runs statements in the server's own database, one text at a time. */
  ask(text: string): Promise<AdminRow[]> {
    const answer = this.last.then(async () => {
      if (!this.admin.isOpen) this.admin = await openAdminSession(this.socketPath, TEMPLATE_DATABASE);
      return this.admin.query(text);
    });
    this.last = answer.catch(() => undefined);
    return answer;
  }

  private user(name: string): EngineUser {
    let user = this.users.get(name);
    if (user === undefined) {
      user = {
        ...{ name, clients: 0, engineSessions: 0, emptied: null, turn: Promise.resolve() },
        ...{ isMade: false, isDeleted: false },
        shown: new ShownTables(this.failed, () => performance.now()),
      };
      this.users.set(name, user);
    }
    return user;
  }

  private inTurn<Result>(user: EngineUser, work: (user: EngineUser) => Promise<Result>): Promise<Result> {
    const done = user.turn.then(() => work(user));
    user.turn = done.catch(() => undefined);
    return done;
  }

  /** PostgreSQL takes no CREATE DATABASE in a transaction; the rest is one. Copying files beats logging pages by a third. */
  private async make(user: EngineUser): Promise<void> {
    if (user.isMade) return;
    const name = quoteIdentifier(user.name);
    await this.ask(`CREATE DATABASE ${name} TEMPLATE ${TEMPLATE_DATABASE} STRATEGY file_copy`);
    try {
      await this.ask(`CREATE ROLE ${name} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
${grants(name)}`);
    } catch (error) {
      await this.ask(`DROP DATABASE ${name}`);
      throw error;
    }
    user.isMade = true;
  }

  /** The last session has ended. A session that has come meanwhile waits for its turn, and finds the database tidied. */
  private async vacate(user: EngineUser): Promise<void> {
    if (user.engineSessions > 0) await new Promise<void>((resolve) => (user.emptied = resolve));
    user.emptied = null;
    if (user.isMade && user.isDeleted) await this.unmake(user);
    else if (user.isMade && (await this.hasMadeSomething(user.name)))
      // Where that fails, the database is made anew for the next session.
      await this.tidy(user).catch(() => this.unmake(user));
    if (user.isDeleted && user.clients === 0) this.users.delete(user.name);
  }

  private async tidy({ name }: EngineUser): Promise<void> {
    const role = quoteIdentifier(name);
    await this.runInDatabase(name, `DROP OWNED BY ${role} CASCADE;\n${grants(role)}`);
  }

  private async unmake(user: EngineUser): Promise<void> {
    const name = quoteIdentifier(user.name);
    await this.ask(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await this.ask(`DROP ROLE IF EXISTS ${name}`);
    user.isMade = false;
    user.shown.clear();
  }

  /** Asked of a catalogue that all databases share. */
  private async hasMadeSomething(username: string): Promise<boolean> {
    const rows = await this.ask(`SELECT 1 FROM pg_catalog.pg_shdepend s
      JOIN pg_catalog.pg_database d ON d.oid = s.dbid WHERE d.datname = ${quoteLiteral(username)}
      AND s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass AND s.deptype = 'o' LIMIT 1`);
    return rows.length > 0;
  }
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    work();
  };
}

/** DROP OWNED takes them away, too. */
function grants(name: string): string {
  return `GRANT CONNECT, TEMPORARY ON DATABASE ${name} TO ${name}`;
}

function refuseReserved(username: string): void {
  const isUsable =
    username !== '' &&
    Buffer.byteLength(username) <= MAX_NAME_BYTES &&
    !username.includes('\0') &&
    !username.startsWith('pg_') &&
    !RESERVED.has(username) &&
    !username.startsWith('raw:');
  if (!isUsable)
    throw new PostgresError('invalid_authorization_specification', `"${username}" cannot be a user name`, {
      severity: 'FATAL',
    });
}
