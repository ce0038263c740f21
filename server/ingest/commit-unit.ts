// A commit unit: one statement outside a transaction block, or the block. Its rows are gathered in windows, cut into
// batches and staged as they come; nothing is queued before its end, so that ROLLBACK leaves CDF untouched, unless the
// session asks for that: then batches that no mark can take back may be queued (early-handover.ts).
import { randomUUID } from 'node:crypto';
import { BATCH_VERSION } from '../../shared/batch';
import { TABLES } from '../../shared/tables/catalogue';
import { qualifiedName, type RawTarget, type Table } from '../../shared/tables/table';
import type { LaneTails } from './lane-tails';
import { ALL_LANES, type CutBatch, type Rows, type RowsOptions } from './rows';
import { rowsOf } from './rows-of';
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

type Stream = RowsOptions;

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
  /** Set when it is on its way to the queue: from here on its blob is the writer's. */
  isSent: boolean;
  /** Set when the queue has it. */
  isQueued: boolean;
}

export class CommitUnit {
  readonly id = randomUUID();
  /** Goes with each batch: see Batch.traceparent. */
  traceparent: string | undefined;
  /** Rows taken so far; the number of the next row is one more. */
  rows = 0;
  batches: PlannedBatch[] = [];
  /** Number of the first row of each statement. */
  statements: number[] = [];
  /** Called when more batches may be settled or staged. */
  onProgress: () => void = () => undefined;
  /** By the table's qualified name. */
  private readonly windows = new Map<string, Window>();
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
    return this.rows === 0 && this.batches.length === 0;
  }

  /** How many batches no mark can take back. */
  get settled(): number {
    return this.marks[0]?.batches ?? this.batches.length;
  }

  /** Bytes of memory that the open windows hold. */
  get bytes(): number {
    let sum = 0;
    for (const window of this.windows.values()) sum += window.rows.bytes;
    return sum;
  }

  /** The window for a statement's rows. What may not be written together with them is cut off first: order counts. */
  open(stream: Stream): Rows {
    const { table } = stream;
    const name = JSON.stringify([
      stream.columns.map((column) => column.name),
      [stream.onConflict, stream.session, stream.write, stream.operators],
    ]);
    if ([...this.windows.values()].some((window) => mustComeBefore(window, stream))) this.cut();
    let window = this.windows.get(qualifiedName(table));
    if (window !== undefined && (window.name !== name || window.stream.table !== table)) {
      if (window.rows.count > 0) this.cut();
      window = undefined;
    }
    if (window === undefined) {
      window = { stream, name, rows: rowsOf(stream) };
      this.windows.set(qualifiedName(table), window);
    }
    window.rows.startStatement?.();
    return window.rows;
  }

  /** TRUNCATE: a batch of its own, behind all that came before it. */
  truncate(stream: Stream, target: RawTarget): void {
    this.cut();
    this.tails.join();
    this.group = null;
    const body = Buffer.from('{"items":[]}');
    const rowNumbers = new Int32Array(0);
    this.plan(stream, { lane: ALL_LANES, body, contentType: 'application/json', rowNumbers, target });
  }

  startStatement(): void {
    this.statements.push(this.rows + 1);
  }

  mark(): Mark {
    const counts = new Map<string, number>();
    for (const [name, { rows }] of this.windows) if (rows.count > 0) counts.set(name, rows.count);
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
    this.onProgress();
  }

  /** Forgets what came after the mark; the mark stays. */
  rollbackTo(mark: Mark): void {
    this.marks.length = this.marks.indexOf(mark) + 1;
    this.staging.discard(unsent(this.batches.splice(mark.batches)));
    for (const [name, { rows }] of this.windows) rows.truncate(mark.counts.get(name) ?? 0);
    this.rows = mark.rows;
    this.statements.length = mark.statements;
    this.tails = mark.tails.copy();
    this.group = null;
  }

  /** Cuts all windows into batches and starts to stage them. Batches end at marks, so that a mark can be gone back to. */
  cut(): void {
    const windows = [...this.windows.values()].sort((a, b) => rank(a.stream.table) - rank(b.stream.table));
    const from = new Map<string, number>();
    for (const mark of this.marks) {
      // What came before it lies in batches already.
      if (mark.counts.size === 0) continue;
      this.cutUntil(windows, from, ({ stream }) => mark.counts.get(qualifiedName(stream.table)) ?? 0);
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

  /** Drops everything; blobs already staged are removed, but for those that writers come for. */
  discard(): void {
    this.onProgress = () => undefined;
    this.staging.discard(unsent(this.batches));
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
      const name = qualifiedName(window.stream.table);
      const start = from.get(name) ?? 0;
      const end = Math.max(start, until(window));
      if (end === start) continue;
      from.set(name, end);
      // Another table: its batches wait for all that came before (data points for their series, runs for their pipeline).
      if (this.group !== window.stream.table || !window.rows.keepsLanes) this.tails.join();
      this.group = window.rows.keepsLanes ? window.stream.table : null;
      for (const batch of window.rows.encode(start, end)) this.plan(window.stream, batch);
    }
  }

  private plan(stream: Stream, cut: CutBatch): void {
    const number = ++this.lastNumber;
    const planned: PlannedBatch = {
      number,
      after: this.tails.follow(cut.lane, `${this.id}/${number}`),
      staged: null,
      isSent: false,
      isQueued: false,
    };
    this.batches.push(planned);
    const { table, write } = stream;
    const header = {
      version: BATCH_VERSION,
      unit: this.id,
      number,
      username: this.username,
      table: table.name,
      ...(TABLES.includes(table) ? {} : { own: ownPart(table) }),
      ...(write === undefined ? {} : { write }),
      columns: stream.columns.map((column) => column.name),
      onConflict: stream.onConflict,
      rows: cut.rowNumbers.length,
      contentType: cut.contentType,
      ...(cut.target === undefined ? {} : { target: cut.target }),
      ...(this.traceparent === undefined ? {} : { traceparent: this.traceparent }),
    } as const;
    this.staging.add(cut, header, (staged) => {
      planned.staged = staged;
      this.onProgress();
    });
  }
}

function unsent(batches: readonly PlannedBatch[]): StagedBatch[] {
  return batches.flatMap(({ staged, isSent }) => (staged === null || isSent ? [] : [staged]));
}

/** Must the window's rows be cut off before rows of the stream are taken? */
function mustComeBefore({ rows, stream: { table, write } }: Window, stream: Stream): boolean {
  if (rows.count === 0 || table === stream.table) return false;
  // Two names of one resource (time_series, timeseries) share its request: their rows may meet in a key.
  if (table.request === stream.table.request) return true;
  // What refers to something must be gone before it; the order of tables is made for what is created.
  return write === 'delete' || stream.write === 'delete';
}

/** Tables of the user's own come last. */
function rank(table: Table): number {
  const at = TABLES.indexOf(table);
  return at < 0 ? TABLES.length : at;
}

/** What write-batch must know of a table that is not in the catalogue. */
function ownPart({ key, request, acl }: Table): Pick<Table, 'key' | 'request' | 'acl'> {
  return { key, request, acl };
}
