// Keeps what users make in the engine within bounds: staging tables are gone after a day, and who holds too much on disk
// can only read, drop and truncate until it is less. (temp_file_limit knows nothing of tables.) What goes on growing is cancelled,
// then its session ended: a cancel can be caught.
import type { AdminRow } from './admin-query';
import { quoteIdentifier, quoteLiteral } from './quote';

export interface StagingPorts {
  /** Runs statements in the server's own database. */
  readonly ask: (text: string) => Promise<AdminRow[]>;
  /** Runs statements in a user's database. */
  readonly run: (username: string, text: string) => Promise<AdminRow[]>;
  /** Users who have a session. */
  readonly present: () => readonly string[];
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number;
}

/** A staging table that is older goes, though its user has a session. */
export const MAX_STAGING_AGE_MS = 24 * 3_600_000;
/** How often ages are looked at. */
const AGE_EVERY_MS = 10 * 60_000;

/** After being cancelled a statement has this long to end. */
export const CANCEL_GRACE_MS = 1_000;
/** Where a user holds so many times the limit, sessions that write are ended at once: statements may each be short. */
const HOPELESS_TIMES = 2;

/** Relations that users have made, of all databases; temporary ones among them. */
const MADE = `SELECT d.datname, s.objid FROM pg_catalog.pg_shdepend s JOIN pg_catalog.pg_database d ON d.oid = s.dbid
  WHERE s.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND s.deptype = 'o'
  AND s.refclassid = 'pg_catalog.pg_authid'::pg_catalog.regclass`;

export interface OverLimit {
  /** The user has made functions: a SELECT may do anything. */
  readonly hasFunctions: boolean;
}

export class StagingWatch {
  private readonly over = new Set<string>();
  /** Statements that were cancelled, by session and start, and when. */
  private cancelled = new Map<string, number>();
  /** By database and oid: when a relation was seen first. */
  private seen = new Map<string, number>();
  private lastAges = -Infinity;
  private isLooking = false;

  /** `maxBytes`: of one user's database, gateway tables and all (about 8 MB). */
  constructor(
    private readonly ports: StagingPorts,
    private readonly maxBytes: number,
  ) {}

  /** True where the user's tables hold more than they may. */
  isOver(username: string): boolean {
    return this.over.has(username);
  }

  /** Measures anew, so that nobody is refused for what is gone. Null: within the limit. */
  async overLimit(username: string): Promise<OverLimit | null> {
    if (!this.over.has(username)) return null;
    const [row] = await this.ports.ask(standing(username, this.maxBytes));
    if (row?.[0] === 't') return { hasFunctions: row[1] === 't' };
    this.over.delete(username);
    return null;
  }

  /** To be called every few seconds. What would grow further is cancelled, then ended. */
  async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    try {
      await this.measure();
      if (this.ports.now() - this.lastAges >= AGE_EVERY_MS) await this.dropOld();
    } finally {
      this.isLooking = false;
    }
  }

  private async measure(): Promise<void> {
    const users = this.ports.present();
    const rows = users.length === 0 ? [] : await this.ports.ask(sizes(users, this.maxBytes));
    this.over.clear();
    for (const [name] of rows) this.over.add(name!);
    const hopeless = rows.filter(([, size]) => Number(size) > HOPELESS_TIMES * this.maxBytes);
    if (hopeless.length > 0) await this.ports.ask(endWriting(hopeless.map(([name]) => name!)));
    await this.endGrowing();
  }

  private async endGrowing(): Promise<void> {
    const now = this.ports.now();
    const before = this.cancelled;
    this.cancelled = new Map();
    if (this.over.size === 0) return;
    const ends = [...before].flatMap(([statement, at]) => (now - at >= CANCEL_GRACE_MS ? [statement] : []));
    for (const [statement] of await this.ports.ask(cancelGrowing([...this.over], ends)))
      this.cancelled.set(statement!, before.get(statement!) ?? now);
  }

  private async dropOld(): Promise<void> {
    const now = this.ports.now();
    this.lastAges = now;
    const before = this.seen;
    this.seen = new Map();
    const old = new Map<string, string[]>();
    for (const [database, oid] of await this.ports.ask(MADE)) {
      const name = `${database!} ${oid!}`;
      const since = before.get(name) ?? now;
      this.seen.set(name, since);
      if (now - since < MAX_STAGING_AGE_MS) continue;
      old.set(database!, [...(old.get(database!) ?? []), oid!]);
    }
    for (const [database, oids] of old) await this.drop(database, oids);
  }

  private async drop(database: string, oids: readonly string[]): Promise<void> {
    const found = await this.ports.run(database, nameOf(oids));
    for (const [schema, name, kind] of found) {
      const quoted = `${quoteIdentifier(schema!)}.${quoteIdentifier(name!)}`;
      await this.ports.run(database, `DROP ${KINDS[kind!]!} IF EXISTS ${quoted} CASCADE`);
    }
  }
}

const KINDS: Readonly<Record<string, string>> = { r: 'TABLE', p: 'TABLE', v: 'VIEW', m: 'MATERIALIZED VIEW' };

function sizes(users: readonly string[], maxBytes: number): string {
  return `SELECT datname, size FROM (SELECT datname, pg_catalog.pg_database_size(oid) AS size
    FROM pg_catalog.pg_database WHERE datname IN (${users.map(quoteLiteral).join(', ')})) d WHERE size > ${maxBytes}`;
}

function standing(username: string, maxBytes: number): string {
  return `SELECT pg_catalog.pg_database_size(oid) > ${maxBytes}, EXISTS (SELECT FROM pg_catalog.pg_shdepend s
      WHERE s.dbid = d.oid AND s.deptype = 'o' AND s.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass)
    FROM pg_catalog.pg_database d WHERE datname = ${quoteLiteral(username)}`;
}

/**
 * What takes a moment only (DROP, TRUNCATE) is over before it is seen here, and what has no transaction id writes nothing: reads,
 * the gateway's evaluations. Answers session and start of each statement; those that are in `ends` end with their session.
 */
function cancelGrowing(users: readonly string[], ends: readonly string[]): string {
  return `SELECT statement, CASE WHEN statement = ANY (ARRAY[${ends.map(quoteLiteral).join(', ')}]::text[])
      THEN pg_catalog.pg_terminate_backend(pid) ELSE pg_catalog.pg_cancel_backend(pid) END
    FROM (SELECT pid, pid || ' ' || query_start AS statement FROM pg_catalog.pg_stat_activity
      WHERE datname IN (${users.map(quoteLiteral).join(', ')}) AND usename = datname AND state = 'active'
      AND backend_xid IS NOT NULL AND query_start < pg_catalog.now() - interval '1 second') a`;
}

/** All that writes, however short it has been at it: a loop of short statements is caught in one of them. */
function endWriting(users: readonly string[]): string {
  return `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
    WHERE datname IN (${users.map(quoteLiteral).join(', ')}) AND usename = datname AND backend_xid IS NOT NULL`;
}

/** Temporary tables are their session's, and go with it. */
function nameOf(oids: readonly string[]): string {
  return `SELECT n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid IN (${oids.join(', ')}) AND c.relkind IN ('r', 'p', 'v', 'm') AND c.relpersistence <> 't'`;
}
