// The tables that a user's sessions know: the catalogue's and the user's own. Definitions lie in storage, where any replica
// or the HTTP API may change them; a session looks before a statement when what it knows may be too old. What has changed
// is brought into the user's database in the engine at the same time.
import type { OwnTable } from '../../shared/own-table';
import { tableOf } from '../../shared/table-of-own';
import { tableNamed } from '../../shared/tables/catalogue';
import { type Column, qualifiedName, type Table } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';

/** The gateway tables as one user has them. */
export interface TableDirectory {
  /** Another number after each change. */
  readonly generation: number;
  /** The version of the definitions, in storage. */
  readonly version: string;
  /** True where some gateway table has the name, in whatever schema. */
  has(name: string): boolean;
  /** The first of the columns that no gateway table of the name has. */
  lacking(name: string, columns: readonly string[]): string | undefined;
  /** The gateway table that a relation of the engine is; `relation` is schema.name, unquoted. */
  at(relation: string): Table | undefined;
  /** Of a table of the user's own. */
  definition(schema: string, name: string): OwnTable | undefined;
  /** A promise where what is known is older than this: it resolves when it is new. Throws 58030 where nothing is known. */
  freshen(maxAgeMs: number): Promise<void> | undefined;
  /** The engine has a session for the user from here on: it gets what is known. */
  show(): Promise<void>;
}

export interface OwnTablesPorts {
  readonly list: (
    username: string,
  ) => Promise<{ readonly version: string; readonly tables: readonly OwnTable[] }>;
  /** What `list` would give as version, cheaply. */
  readonly version: (username: string) => Promise<string>;
  /** Brings the tables into the user's database; false where some have to wait for a client's locks. */
  readonly showTables: (username: string, tables: readonly Table[]) => Promise<boolean>;
  /** Milliseconds, of a clock that only goes forward. */
  readonly now: () => number;
  /** Hears of storage that fails while older knowledge still serves. */
  readonly failed: (error: unknown) => void;
}

/** While a client's open transaction keeps a table as it is, the engine is asked this often. */
const SHOW_AGAIN_MS = 1_000;

/** One for the process: the sessions of a user share what they know. */
export class OwnTables {
  private readonly users = new Map<string, { sessions: number; readonly tables: UserTables }>();

  constructor(private readonly ports: OwnTablesPorts) {}

  /** For a session of the user; `leave` when it has ended. */
  enter(username: string): { readonly tables: TableDirectory; readonly leave: () => void } {
    let user = this.users.get(username);
    if (user === undefined) {
      user = { sessions: 0, tables: new UserTables(username, this.ports) };
      this.users.set(username, user);
    }
    const entered = user;
    entered.sessions++;
    const leave = () => {
      if (--entered.sessions === 0) this.users.delete(username);
    };
    return { tables: entered.tables, leave };
  }
}

class UserTables implements TableDirectory {
  generation = 0;
  version = '';
  private isKnown = false;
  private definitions: readonly OwnTable[] = [];
  private tables = new Map<string, { readonly definition: string; readonly table: Table }>();
  /** Of all the user's own tables of a name, in whatever schema. */
  private columns: ReadonlyMap<string, ReadonlySet<string>> = new Map();
  /** When the latest look that has ended began. */
  private lookedAt = -Infinity;
  private looking: { readonly since: number; readonly done: Promise<void> } | null = null;
  private isShown = true;
  private showAgainAt = 0;

  constructor(
    private readonly username: string,
    private readonly ports: OwnTablesPorts,
  ) {}

  has(name: string): boolean {
    return tableNamed(name) !== undefined || this.columns.has(name);
  }

  lacking(name: string, columns: readonly string[]): string | undefined {
    const own = this.columns.get(name);
    if (own === undefined) return undefined;
    const builtIn = tableNamed(name);
    return columns.find((column) => !own.has(column) && builtIn?.columns.some(isNamed(column)) !== true);
  }

  at(relation: string): Table | undefined {
    const builtIn = relation.startsWith(PUBLIC) ? tableNamed(relation.slice(PUBLIC.length)) : undefined;
    return builtIn ?? this.tables.get(relation)?.table;
  }

  definition(schema: string, name: string): OwnTable | undefined {
    return this.definitions.find((own) => own.schema === schema && own.name === name);
  }

  freshen(maxAgeMs: number): Promise<void> | undefined {
    const now = this.ports.now();
    const since = now - maxAgeMs;
    if (this.isKnown && this.lookedAt >= since && (this.isShown || now < this.showAgainAt)) return undefined;
    if (this.looking !== null && this.looking.since >= since) return this.looking.done;
    return this.lookAfter(this.looking?.done ?? Promise.resolve(), since);
  }

  async show(): Promise<void> {
    await this.freshen(Infinity);
    await this.bringToEngine();
  }

  /** One look at a time; who has waited for one that is new enough needs no other. */
  private lookAfter(before: Promise<void>, since: number): Promise<void> {
    const done = before
      .catch(() => undefined)
      .then(() => (this.lookedAt >= since && this.isShown ? undefined : this.look()))
      .finally(() => {
        if (this.looking === looking) this.looking = null;
      });
    const looking = { since: this.ports.now(), done };
    this.looking = looking;
    return done;
  }

  private async look(): Promise<void> {
    const began = this.ports.now();
    try {
      const version = await this.ports.version(this.username);
      if (version !== this.version || !this.isKnown) this.adopt(await this.ports.list(this.username));
    } catch (cause) {
      if (!this.isKnown) throw unreadable(cause);
      this.ports.failed(cause);
    }
    this.lookedAt = began;
    if (!this.isShown) await this.bringToEngine();
  }

  /** A table whose definition stays keeps its identity: statements that were prepared for it go on. */
  private adopt({ version, tables }: Awaited<ReturnType<OwnTablesPorts['list']>>): void {
    const before = this.tables;
    this.tables = new Map(
      tables.map((own) => {
        const made = tableOf(own);
        const name = qualifiedName(made);
        const definition = JSON.stringify(made);
        const known = before.get(name);
        return [name, known?.definition === definition ? known : { definition, table: made }];
      }),
    );
    this.columns = columnsByName([...this.tables.values()].map(({ table }) => table));
    this.definitions = tables;
    this.version = version;
    this.isKnown = true;
    this.generation++;
    this.isShown = before.size === 0 && tables.length === 0;
    this.showAgainAt = 0;
  }

  private async bringToEngine(): Promise<void> {
    const { generation } = this;
    const tables = [...this.tables.values()].map(({ table }) => table);
    const isComplete = await this.ports.showTables(this.username, tables);
    if (generation !== this.generation) return;
    this.isShown = isComplete;
    this.showAgainAt = this.ports.now() + SHOW_AGAIN_MS;
  }
}

const PUBLIC = 'public.';

const isNamed = (column: string) => (known: Column) => known.name === column;

function columnsByName(tables: readonly Table[]): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const { name, columns } of tables) {
    const known = all.get(name) ?? new Set();
    for (const column of columns) known.add(column.name);
    all.set(name, known);
  }
  return all;
}

function unreadable(cause: unknown): PostgresError {
  return new PostgresError('io_error', 'could not read the definitions of your own tables', {
    hint: 'Try again.',
    cause,
  });
}

/** Where there are no tables of anyone's own: the catalogue. */
export const CATALOGUE_ONLY: TableDirectory = {
  generation: 0,
  version: '',
  has: (name) => tableNamed(name) !== undefined,
  lacking: () => undefined,
  at: (relation) => (relation.startsWith(PUBLIC) ? tableNamed(relation.slice(PUBLIC.length)) : undefined),
  definition: () => undefined,
  freshen: () => undefined,
  show: () => Promise.resolve(),
};
