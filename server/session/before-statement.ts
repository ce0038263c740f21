// What is done before a statement is looked at: the session's knowledge of its user's tables is brought up to date where the
// statement may depend on it, and a statement that would make too large staging tables grow is refused.
import { PostgresError } from '../postgres-error';
import type { Statement } from '../sql/statement';
import { maxAge, type Standing, type Targeting } from './freshness';
import type { TableDirectory } from './own-tables';
import { mentionsLoads } from './shown-loads';

export interface BeforeStatementPorts {
  readonly tables: TableDirectory;
  /** True where the user's staging tables hold more than they may. */
  readonly isOverLimit: () => boolean;
  /** The same, measured anew; null: they hold less by now. */
  readonly overLimit: () => Promise<OverLimit | null>;
  readonly showLoads: () => Promise<void>;
}

export interface OverLimit {
  /** The user has made functions: a SELECT may do anything. */
  readonly hasFunctions: boolean;
}

/** A statement and the text in which it stands. */
export interface Seen {
  readonly statement: Statement;
  readonly text: Buffer;
}

/** Names of tables, of columns, that were not found in spite of a fresh look: temporary tables, mostly. */
const MAX_MISSED = 100;
/** A statement longer than this is data, not a query. */
const MAX_LOOKED_AT_BYTES = 64 * 1024;

/** Of the statements that are PostgreSQL's business: they store nothing, or free what is stored. */
const HARMLESS_WORDS = new Set([
  ...['DROP', 'SET', 'SHOW', 'RESET', 'PREPARE', 'MOVE', 'CLOSE', 'LISTEN', 'UNLISTEN', 'NOTIFY', 'VACUUM'],
  ...['CHECKPOINT', 'LOCK', 'COMMENT', 'GRANT', 'REVOKE', 'ALTER'],
]);
/** They read, if they do not hold another statement and call nothing that the user has made. */
const READING_WORDS = new Set(['SELECT', 'VALUES', 'TABLE', 'WITH', 'EXPLAIN', 'DECLARE', 'FETCH', 'COPY']);
type Growth = 'none' | 'where it calls functions' | 'sure';

export class BeforeStatement {
  private readonly missed = new Set<string>();

  constructor(private readonly ports: BeforeStatementPorts) {}

  /** A promise where storage has to be asked. It rejects with 53100. */
  look(statements: readonly Seen[]): Promise<void> | undefined {
    const fresh = this.lookAtTables(statements);
    if (!statements.some(asksForLoads)) return fresh;
    return Promise.all([fresh, this.ports.showLoads()]).then(() => undefined);
  }

  /** As look, for a statement that is not run yet. */
  lookAtTables(statements: readonly Seen[]): Promise<void> | undefined {
    let age = Infinity;
    for (const { statement, text } of statements) age = Math.min(age, maxAge(statement, text, this.standing));
    const fresh = age === Infinity ? undefined : this.ports.tables.freshen(age);
    if (!this.ports.isOverLimit()) return fresh;
    return Promise.resolve(fresh).then(() => this.refuseGrowth(statements));
  }

  /** Before what was found to ask for the user's loads is run. */
  showLoads(): Promise<void> {
    return this.ports.showLoads();
  }

  /** A table that is known with the columns that are named, or one that was looked for already. */
  private readonly standing = (statement: Targeting): Standing => {
    const { tables } = this.ports;
    const { name } = statement.target;
    const lacking = tables.has(name) ? tables.lacking(name, columnsOf(statement)) : '';
    if (lacking === undefined) return 'known';
    const missed = `${name}\0${lacking}`;
    if (this.missed.has(missed)) return 'missed';
    if (this.missed.size >= MAX_MISSED) this.missed.clear();
    this.missed.add(missed);
    return 'new';
  };

  private async refuseGrowth(statements: readonly Seen[]): Promise<void> {
    const growths = new Set(statements.map((seen) => this.growth(seen)));
    if (growths.size === 1 && growths.has('none')) return;
    const over = await this.ports.overLimit();
    if (over === null || !(growths.has('sure') || over.hasFunctions)) return;
    throw new PostgresError({ code: '53100' }, 'your staging tables hold more on disk than they may', {
      detail: 'Rows for tables of Cognite Data Fusion are not stored here and can still be written.',
      hint: 'DROP or TRUNCATE staging tables, or end your sessions: staging tables go with the last one.',
    });
  }

  private growth({ statement, text }: Seen): Growth {
    if ('target' in statement) {
      const isSafe = statement.kind === 'delete' || this.ports.tables.has(statement.target.name);
      return isSafe ? 'none' : 'sure';
    }
    if (GROWING_KINDS.has(statement.kind)) return 'sure';
    if (statement.kind !== 'other' || HARMLESS_WORDS.has(statement.word)) return 'none';
    if (!READING_WORDS.has(statement.word) || text.length > MAX_LOOKED_AT_BYTES) return 'sure';
    const written = text.toString('latin1');
    if (GROWING.test(written)) return 'sure';
    return FROM_CATALOGUE.test(written) ? 'none' : 'where it calls functions';
  }
}

const GROWING_KINDS = new Set<Statement['kind']>(['create-table', 'alter-table', 'execute-sql']);
/** What tools ask of a database. */
const FROM_CATALOGUE = /\b(from|join)\s+(pg_catalog\s*\.|information_schema\s*\.|pg_)/i;

const NONE: readonly string[] = [];

function columnsOf(statement: Targeting): readonly string[] {
  if ('columns' in statement) return statement.columns ?? NONE;
  return 'set' in statement ? statement.set.map(({ column }) => column) : NONE;
}

/** True for what the engine may answer with rows of sluice.batches and sluice.rejected_rows. */
export function asksForLoads({ statement: { kind }, text }: Seen): boolean {
  return (kind === 'other' || kind === 'insert' || kind === 'execute-sql') && mentionsLoads(text);
}

/** SELECT INTO, EXPLAIN ANALYZE CREATE TABLE AS, COPY FROM, and WITH, EXPLAIN or COPY of what writes. */
const GROWING = /\binto\b|\b(?:update|merge|create|refresh|execute)\s|^\s*copy\b[^]*\bfrom\s+stdin\b/i;
