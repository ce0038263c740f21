// The hand-over: queues a unit's batches, a bounded number at a time, and waits for what becomes of them. At the unit's end,
// or (early-handover.ts) step by step while its rows still come.
import type { Batch } from '../../shared/batch';
import type { Outcome } from '../../shared/outcome';
import { PostgresError } from '../postgres-error';
import type { PlannedBatch } from './commit-unit';

type Enqueue = (batch: Batch) => Promise<void>;
/** The outcomes of a unit's batches with at least this number. */
type OutcomesOf = (unit: string, fromNumber: number) => Promise<readonly Outcome[]>;

export interface HandoverPorts {
  readonly enqueue: Enqueue;
  readonly outcomesOf: OutcomesOf;
  readonly now: () => number;
  /** Resolves after so many ms, or at once where the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface HandoverOptions {
  /** `queued`: done as soon as the queue has all batches. */
  readonly ack: 'written' | 'queued';
  /** Its reason, where that is a PostgresError, says why the wait ends: a cancel request, a statement timeout. */
  readonly signal: AbortSignal;
  /** Says how far a long wait is. */
  readonly notice: (message: string) => void;
}

/** Batches of one unit that are queued and not written yet. */
const MAX_IN_FLIGHT = 16;
const FIRST_POLL_MS = 10;
const LAST_POLL_MS = 250;
const NOTICE_EVERY_MS = 30_000;
/** After this the session gives up waiting; the batches stay queued. */
const WAIT_LIMIT_MS = 60 * 60_000;

/** Returns the outcomes (all of them for ack `written`). Throws PostgresError where the wait ends before the batches do. */
export function handOver(
  unit: string,
  planned: readonly PlannedBatch[],
  ports: HandoverPorts,
  options: HandoverOptions,
): Promise<Outcome[]> {
  return new Handover(unit, () => planned, ports).finish(options);
}

/** One unit's, step by step: batches may still be added behind those that it has queued. One call at a time. */
export class Handover {
  private readonly outcomes = new Map<number, Outcome>();
  private queued = 0;
  private poll = FIRST_POLL_MS;

  constructor(
    private readonly unit: string,
    private readonly batches: () => readonly PlannedBatch[],
    private readonly ports: HandoverPorts,
  ) {}

  /** Is there a batch to queue among the first `until`? They are queued in order, each when it is staged. */
  hasMore(until: number): boolean {
    return this.readyUntil(until) > this.queued;
  }

  /** Queues what there is room for in flight; where there is none, lets a while pass and looks what is written. */
  async advance(until: number, signal: AbortSignal): Promise<void> {
    if (await this.queueSome(until)) return;
    await this.rest(signal);
    if (!signal.aborted) await this.read();
  }

  /** Queues all and waits for what becomes of them: see handOver. */
  async finish(options: HandoverOptions): Promise<Outcome[]> {
    const { length } = this.batches();
    const wait = new Wait(this.ports.now(), options);
    for (;;) {
      if (this.queued < length) this.check(options.signal);
      await this.queueSome(length);
      if (this.outcomes.size === length) break;
      if (options.ack === 'queued' && this.queued === length) break;
      this.check(options.signal);
      await this.rest(options.signal);
      wait.check(this.ports.now(), this.outcomes.size, length);
      await this.read();
    }
    return [...this.outcomes.values()];
  }

  /** The batches before the first, at most `until`, that is not staged. */
  private readyUntil(until: number): number {
    const batches = this.batches();
    let end = this.queued;
    while (end < Math.min(until, batches.length) && batches[end]!.staged !== null) end++;
    return end;
  }

  /** False where there is nothing to queue, or no room in flight. */
  private async queueSome(until: number): Promise<boolean> {
    const end = this.readyUntil(Math.min(until, this.outcomes.size + MAX_IN_FLIGHT));
    if (this.queued >= end) return false;
    const next = this.batches().slice(this.queued, end);
    this.queued = end;
    const enqueued = await Promise.allSettled(next.map((batch) => this.enqueue(batch)));
    for (const done of enqueued) if (done.status === 'rejected') throw done.reason;
    return true;
  }

  private async enqueue(batch: PlannedBatch): Promise<void> {
    batch.isSent = true;
    await this.ports.enqueue(header(batch, this.ports.now()));
    batch.isQueued = true;
  }

  private async rest(signal: AbortSignal): Promise<void> {
    await this.ports.sleep(this.poll, signal);
    this.poll = Math.min(LAST_POLL_MS, this.poll * 1.5);
  }

  private async read(): Promise<void> {
    const missing = this.batches().find((batch) => !this.outcomes.has(batch.number));
    const before = this.outcomes.size;
    for (const outcome of await this.ports.outcomesOf(this.unit, missing?.number ?? 1))
      this.outcomes.set(outcome.number, outcome);
    if (this.outcomes.size > before) this.poll = FIRST_POLL_MS;
  }

  /** Throws where the wait is cancelled. */
  private check(signal: AbortSignal): void {
    if (!signal.aborted) return;
    const reason: unknown = signal.reason;
    const why = reason instanceof PostgresError ? reason.message : 'canceling statement due to user request';
    throw new PostgresError('query_canceled', why, {
      detail: `${this.queued} of ${this.batches().length} batches were handed over and will be written; ${this.outcomes.size} of them are written already.`,
      hint: 'Running the same load again is safe: INSERT is an upsert.',
    });
  }
}

/** The wait for a unit's end, which speaks and has a limit. */
class Wait {
  private nextNotice: number;

  constructor(
    private readonly started: number,
    private readonly options: HandoverOptions,
  ) {
    this.nextNotice = started + NOTICE_EVERY_MS;
  }

  /** Throws where it has lasted too long. */
  check(now: number, written: number, batches: number): void {
    if (now - this.started > WAIT_LIMIT_MS) throw tooLong(written, batches);
    if (now < this.nextNotice) return;
    this.nextNotice += NOTICE_EVERY_MS;
    this.options.notice(`${written} of ${batches} batches are written to CDF`);
  }
}

function tooLong(written: number, batches: number): PostgresError {
  return new PostgresError(
    'query_canceled',
    'canceling statement because CDF has not taken its rows in time',
    {
      detail: `${written} of ${batches} batches are written; the rest stays queued.`,
      hint: 'Running the same load again is safe: INSERT is an upsert.',
    },
  );
}

function header(planned: PlannedBatch, createdTime: number): Batch {
  if (planned.staged === null) throw new Error('a batch was handed over before it was staged');
  return { ...planned.staged, after: planned.after, createdTime };
}
