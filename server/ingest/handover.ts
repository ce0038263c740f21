// The hand-over: queues a unit's batches, a bounded number at a time, and waits for what becomes of them.
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
export async function handOver(
  unit: string,
  planned: readonly PlannedBatch[],
  ports: HandoverPorts,
  options: HandoverOptions,
): Promise<Outcome[]> {
  const run = new Run(unit, planned, ports, options);
  return run.finish();
}

class Run {
  private readonly outcomes = new Map<number, Outcome>();
  private queued = 0;
  private readonly started: number;
  private nextNotice: number;
  private poll = FIRST_POLL_MS;

  constructor(
    private readonly unit: string,
    private readonly planned: readonly PlannedBatch[],
    private readonly ports: HandoverPorts,
    private readonly options: HandoverOptions,
  ) {
    this.started = ports.now();
    this.nextNotice = this.started + NOTICE_EVERY_MS;
  }

  async finish(): Promise<Outcome[]> {
    for (;;) {
      await this.queueSome();
      if (this.outcomes.size === this.planned.length) break;
      if (this.options.ack === 'queued' && this.queued === this.planned.length) break;
      await this.pause();
      await this.read();
    }
    return [...this.outcomes.values()];
  }

  private async queueSome(): Promise<void> {
    const until = Math.min(this.planned.length, this.outcomes.size + MAX_IN_FLIGHT);
    if (this.queued >= until) return;
    if (this.options.signal.aborted) throw this.canceled();
    const next = this.planned.slice(this.queued, until);
    this.queued = until;
    const enqueued = await Promise.allSettled(next.map((batch) => this.enqueue(batch)));
    for (const done of enqueued) if (done.status === 'rejected') throw done.reason;
  }

  private async enqueue(batch: PlannedBatch): Promise<void> {
    await this.ports.enqueue(header(batch, this.ports.now()));
    batch.isQueued = true;
  }

  private async pause(): Promise<void> {
    if (this.options.signal.aborted) throw this.canceled();
    await this.ports.sleep(this.poll, this.options.signal);
    this.poll = Math.min(LAST_POLL_MS, this.poll * 1.5);
    const now = this.ports.now();
    if (now - this.started > WAIT_LIMIT_MS) throw this.tooLong();
    if (now < this.nextNotice) return;
    this.nextNotice += NOTICE_EVERY_MS;
    this.options.notice(`${this.outcomes.size} of ${this.planned.length} batches are written to CDF`);
  }

  private async read(): Promise<void> {
    const missing = this.planned.find((batch) => !this.outcomes.has(batch.number));
    const before = this.outcomes.size;
    for (const outcome of await this.ports.outcomesOf(this.unit, missing?.number ?? 1))
      this.outcomes.set(outcome.number, outcome);
    if (this.outcomes.size > before) this.poll = FIRST_POLL_MS;
  }

  private canceled(): PostgresError {
    const reason: unknown = this.options.signal.reason;
    const why = reason instanceof PostgresError ? reason.message : 'canceling statement due to user request';
    return new PostgresError('query_canceled', why, {
      detail: `${this.queued} of ${this.planned.length} batches were handed over and will be written; ${this.outcomes.size} of them are written already.`,
      hint: 'Running the same load again is safe: INSERT is an upsert.',
    });
  }

  private tooLong(): PostgresError {
    return new PostgresError(
      'query_canceled',
      'canceling statement because CDF has not taken its rows in time',
      {
        detail: `${this.outcomes.size} of ${this.planned.length} batches are written; the rest stays queued.`,
        hint: 'Running the same load again is safe: INSERT is an upsert.',
      },
    );
  }
}

function header(planned: PlannedBatch, createdTime: number): Batch {
  if (planned.staged === null) throw new Error('a batch was handed over before it was staged');
  return { ...planned.staged, after: planned.after, createdTime };
}
