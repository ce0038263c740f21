// A commit unit: one statement outside a transaction block, or the block. Its rows are gathered in windows, cut into
// batches and staged as they come; nothing is queued before commit(), so that ROLLBACK leaves CDF untouched.
import { randomUUID } from 'node:crypto';
import type { OnConflict } from '../../shared/batch';
import { BATCH_VERSION } from '../../shared/batch';
import { TABLES } from '../../shared/tables/catalogue';
import type { Column, Table } from '../../shared/tables/table';
import { createRows } from './create-rows';
import type { LaneTails } from './lane-tails';
import type { CutBatch, Rows } from './rows';
import type { SessionValues } from './decode/field-encoders';
import type { StagedBatch, Staging } from './staging';

/** A point that the unit can be taken back to: the start of a statement, a savepoint. */
export interface Mark {
  /** How many batches were cut before it. */
  batches: number;
  /** Rows of the open windows before it. */
  readonly counts: Map<string, number>;
  readonly rows: number;
  readonly statements: number;
  tails: LaneTails;
}

export interface Stream {
  readonly table: Table;
  readonly columns: readonly Column[];
  readonly onConflict: OnConflict;
  readonly session: SessionValues;
}

interface Window {
  readonly stream: Stream;
  readonly name: string;
  readonly rows: Rows;
}

export interface PlannedBatch {
  readonly number: number;
  readonly after: readonly string[];
  /** Set when it is staged. */
  staged: StagedBatch | null;
  /** Set when the queue has it. */
  isQueued: boolean;
}

export class CommitUnit {
  readonly id = randomUUID();
  /** Rows taken so far; the number of the next row is one more. */
  rows = 0;
  batches: PlannedBatch[] = [];
  /** Number of the first row of each statement. */
  statements: number[] = [];
  private readonly windows = new Map<Table, Window>();
  private marks: Mark[] = [];
  private lastNumber = 0;
  private group: Table | null = null;

  /** `tails`: batches of earlier units, handed over but perhaps not written yet, that this unit must follow. */
  constructor(
    private readonly username: string,
    private readonly staging: Staging,
    public tails: LaneTails,
  ) {}

  get isEmpty(): boolean {
    return this.rows === 0;
  }

  /** Bytes of memory that the open windows hold. */
  get bytes(): number {
    let sum = 0;
    for (const window of this.windows.values()) sum += window.rows.bytes;
    return sum;
  }

  /** The window for a statement's rows. Rows with other columns of the same table are cut off first: their order counts. */
  open(stream: Stream): Rows {
    const name = JSON.stringify([
      stream.columns.map((column) => column.name),
      stream.onConflict,
      stream.session,
    ]);
    let window = this.windows.get(stream.table);
    if (window !== undefined && window.name !== name) {
      if (window.rows.count > 0) this.cut();
      window = undefined;
    }
    if (window === undefined) {
      window = { stream, name, rows: createRows(stream) };
      this.windows.set(stream.table, window);
    }
    return window.rows;
  }

  startStatement(): void {
    this.statements.push(this.rows + 1);
  }

  mark(): Mark {
    const counts = new Map<string, number>();
    for (const { stream, rows } of this.windows.values()) counts.set(stream.table.name, rows.count);
    const mark: Mark = {
      batches: this.batches.length,
      counts,
      rows: this.rows,
      statements: this.statements.length,
      tails: this.tails.copy(),
    };
    this.marks.push(mark);
    return mark;
  }

  /** The mark, and those set after it, are no longer needed: what came after it stays. */
  release(mark: Mark): void {
    const at = this.marks.indexOf(mark);
    if (at >= 0) this.marks.length = at;
  }

  /** Forgets what came after the mark; the mark stays. */
  rollbackTo(mark: Mark): void {
    this.marks.length = this.marks.indexOf(mark) + 1;
    const dropped = this.batches.splice(mark.batches);
    this.staging.discard(dropped.flatMap((batch) => (batch.staged === null ? [] : [batch.staged])));
    for (const { stream, rows } of this.windows.values())
      rows.truncate(mark.counts.get(stream.table.name) ?? 0);
    this.rows = mark.rows;
    this.statements.length = mark.statements;
    this.tails = mark.tails.copy();
    this.group = null;
  }

  /** Cuts all windows into batches and starts to stage them. Batches end at marks, so that a mark can be gone back to. */
  cut(): void {
    const windows = TABLES.flatMap((table) => this.windows.get(table) ?? []);
    const from = new Map<string, number>();
    for (const mark of this.marks) {
      this.cutUntil(windows, from, (window) => mark.counts.get(window.stream.table.name) ?? 0);
      mark.batches = this.batches.length;
      mark.tails = this.tails.copy();
      mark.counts.clear();
    }
    this.cutUntil(windows, from, (window) => window.rows.count);
    for (const window of windows) window.rows.truncate(0);
  }

  /** Gives back the memory of the windows, which cut() has emptied. */
  shrink(): void {
    for (const { rows } of this.windows.values()) rows.shrink();
  }

  /** Drops everything; blobs already staged are removed. */
  discard(): void {
    const staged = this.batches.flatMap((batch) => (batch.staged === null ? [] : [batch.staged]));
    this.staging.discard(staged);
    this.windows.clear();
    this.marks = [];
    this.batches = [];
    this.rows = 0;
  }

  private cutUntil(
    windows: readonly Window[],
    from: Map<string, number>,
    until: (window: Window) => number,
  ): void {
    for (const window of windows) {
      const { name } = window.stream.table;
      const start = from.get(name) ?? 0;
      const end = Math.max(start, until(window));
      if (end === start) continue;
      from.set(name, end);
      // Another table: its batches wait for all that came before (data points for their series, runs for their pipeline).
      if (this.group !== window.stream.table || !window.rows.keepsLanes) this.tails.join();
      this.group = window.stream.table;
      for (const batch of window.rows.encode(start, end)) this.plan(window.stream, batch);
    }
  }

  private plan(stream: Stream, cut: CutBatch): void {
    const number = ++this.lastNumber;
    const planned: PlannedBatch = {
      number,
      after: this.tails.follow(cut.lane, `${this.id}/${number}`),
      staged: null,
      isQueued: false,
    };
    this.batches.push(planned);
    const header = {
      version: BATCH_VERSION,
      unit: this.id,
      number,
      username: this.username,
      table: stream.table.name,
      columns: stream.columns.map((column) => column.name),
      onConflict: stream.onConflict,
      rows: cut.rowNumbers.length,
      contentType: cut.contentType,
      ...(cut.target === undefined ? {} : { target: cut.target }),
    } as const;
    this.staging.add(cut, header, (staged) => {
      planned.staged = staged;
    });
  }
}
