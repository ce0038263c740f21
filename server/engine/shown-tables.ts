// Which tables of the user's own the user's database in the engine has, and what leads from there to what it shall have.
import { qualifiedName, type Table } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import { changeOwnTable, createOwnTable, dropOwnTable } from './own-ddl';

type Run = (text: string) => Promise<unknown>;

interface Change {
  readonly name: string;
  readonly text: string;
  /** Null: the table goes. */
  readonly table: Table | null;
}

interface Refused {
  readonly definition: string;
  /** Milliseconds of the clock. */
  readonly at: number;
}

/** What was in the way of a definition may be gone by then. */
export const REFUSED_AGAIN_MS = 10_000;

export class ShownTables {
  private shown = new Map<string, Table>();
  /** Definitions that PostgreSQL has refused: tried again when they change, and after a while. */
  private readonly refused = new Map<string, Refused>();

  constructor(
    private readonly failed: (error: unknown) => void,
    private readonly now: () => number,
  ) {}

  /** The database was made anew. */
  clear(): void {
    this.shown.clear();
    this.refused.clear();
  }

  /** Each table is a transaction of its own, so that one that has to wait keeps back no other. False: some are not there yet. */
  async become(tables: readonly Table[], run: Run): Promise<boolean> {
    const changes = this.changes(tables);
    if (changes.length === 0 || (await this.isDone(changes, run))) return this.refused.size === 0;
    let isComplete = true;
    for (const change of changes) isComplete = (await this.apply(change, run)) && isComplete;
    return isComplete && this.refused.size === 0;
  }

  /** All in one transaction, as it nearly always can be. */
  private async isDone(changes: readonly Change[], run: Run): Promise<boolean> {
    try {
      await run(changes.map(({ text }) => text).join('\n'));
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      return false;
    }
    for (const change of changes) this.note(change);
    return true;
  }

  private async apply(change: Change, run: Run): Promise<boolean> {
    try {
      await run(change.text);
    } catch (error) {
      if (!(error instanceof PostgresError)) throw error;
      if (PASSING.has(error.code)) return false;
      this.failed(error);
      this.refused.set(change.name, { definition: JSON.stringify(change.table), at: this.now() });
      return true;
    }
    this.note(change);
    return true;
  }

  private note({ name, table }: Change): void {
    if (table === null) this.shown.delete(name);
    else this.shown.set(name, table);
    this.refused.delete(name);
  }

  private changes(tables: readonly Table[]): Change[] {
    const wanted = new Map(tables.map((table) => [qualifiedName(table), table]));
    for (const name of this.refused.keys()) if (!wanted.has(name)) this.refused.delete(name);
    const gone = [...this.shown].flatMap(([name, table]): Change[] =>
      wanted.has(name) ? [] : [{ name, text: dropOwnTable(table), table: null }],
    );
    const others = [...wanted].flatMap(([name, table]): Change[] => {
      const before = this.shown.get(name);
      const definition = JSON.stringify(table);
      if (this.isRefused(name, definition)) return [];
      if (before === undefined) return [{ name, text: createOwnTable(table), table }];
      if (before === table || JSON.stringify(before) === definition) return [];
      return [{ name, text: changeOwnTable(before, table), table }];
    });
    return [...gone, ...others];
  }

  private isRefused(name: string, definition: string): boolean {
    const refused = this.refused.get(name);
    return refused?.definition === definition && this.now() - refused.at < REFUSED_AGAIN_MS;
  }
}

/** lock_not_available, deadlock_detected: a client's open transaction is in the way. */
const PASSING = new Set(['55P03', '40P01']);
