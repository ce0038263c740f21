// The session's commit unit through the life of its transaction: statements and savepoints mark it, COMMIT hands it
// over to CDF, ROLLBACK forgets it.
import type { Outcome } from '../../shared/outcome';
import { CommitUnit, type Mark } from '../ingest/commit-unit';
import { handOver, type HandoverPorts } from '../ingest/handover';
import { LaneTails } from '../ingest/lane-tails';
import { tailsOfQueued } from '../ingest/queued-tails';
import { readOutcomes, refusal } from '../ingest/refusal';
import { type RemovePayload, type StagePayload, Staging } from '../ingest/staging';
import { PostgresError } from '../postgres-error';

export interface UnitPorts extends HandoverPorts {
  readonly stage: StagePayload;
  readonly remove: RemovePayload;
}

export interface CommitOptions {
  readonly ack: 'written' | 'queued';
  readonly onError: 'fail' | 'skip';
  readonly signal: AbortSignal;
  readonly notice: (severity: 'NOTICE' | 'WARNING', message: string, detail?: string) => void;
}

/** Uploads that may still be under way when reading goes on. */
const ROOM = 1;

export class Transaction {
  unit: CommitUnit | null = null;
  private staging: Staging;
  private savepoints: { readonly name: string; readonly mark: Mark | null }[] = [];
  private tails = new LaneTails();

  constructor(
    private readonly username: string,
    private readonly ports: UnitPorts,
  ) {
    this.staging = new Staging(ports.stage, ports.remove);
  }

  get hasRows(): boolean {
    return this.unit !== null && !this.unit.isEmpty;
  }

  /** True while the socket should not be read: uploads have to catch up. */
  get isBehind(): boolean {
    return this.staging.isBehind;
  }

  /** Waits until there is room for another upload; throws 58030 where one failed. */
  async catchUp(): Promise<void> {
    await storage(this.staging.settle(ROOM));
  }

  open(): CommitUnit {
    this.unit ??= new CommitUnit(this.username, this.staging, this.tails.copy());
    return this.unit;
  }

  savepoint(name: string): void {
    this.savepoints.push({ name, mark: this.unit?.mark() ?? null });
  }

  release(name: string): void {
    const at = this.indexOf(name);
    if (at < 0) return;
    const mark = this.savepoints.slice(at).find((savepoint) => savepoint.mark !== null)?.mark;
    if (mark) this.unit?.release(mark);
    this.savepoints.length = at;
  }

  rollbackTo(name: string): void {
    const at = this.indexOf(name);
    if (at < 0) return;
    this.savepoints.length = at + 1;
    const { mark } = this.savepoints[at]!;
    if (mark !== null) this.unit?.rollbackTo(mark);
    else this.forgetUnit();
  }

  /** ROLLBACK, a failed statement outside a block, a lost connection: CDF stays as it was. */
  discard(): void {
    this.savepoints = [];
    this.forgetUnit();
  }

  /** Hands the unit over. Resolves when CDF (or, for ack `queued`, the queue) has it; throws PostgresError otherwise. */
  async commit(options: CommitOptions): Promise<void> {
    const unit = this.unit;
    if (unit === null) return;
    try {
      if (unit.isEmpty) return;
      unit.cut();
      await storage(this.staging.settle(0));
      // A failure that was told before, in a statement that the block has got over by a savepoint.
      if (unit.batches.some((batch) => batch.staged === null))
        throw new PostgresError('io_error', 'rows of this transaction could not be handed over to storage');
      const outcomes = await this.handOver(unit, options);
      this.judge(unit, outcomes, options);
    } finally {
      this.unit = null;
      this.savepoints = [];
      this.staging = new Staging(this.ports.stage, this.ports.remove);
    }
  }

  private async handOver(unit: CommitUnit, options: CommitOptions): Promise<readonly Outcome[]> {
    const before = this.tails;
    this.tails = unit.tails;
    const notice = (message: string) => options.notice('NOTICE', message);
    const { ack, signal } = options;
    const handingOver = handOver(unit.id, unit.batches, this.ports, { ack, signal, notice });
    const outcomes = await storage(handingOver).catch((error: unknown) => {
      this.tails = tailsOfQueued(unit.id, unit.batches, before);
      throw error;
    });
    if (outcomes.length === unit.batches.length) this.tails = new LaneTails();
    return outcomes;
  }

  private judge(unit: CommitUnit, outcomes: readonly Outcome[], options: CommitOptions): void {
    const result = readOutcomes(outcomes, unit.statements);
    if (result.refused === 0) return;
    const error = refusal(result, unit.rows);
    if (options.onError === 'fail') throw error;
    const message = `CDF refused ${result.refused} of ${unit.rows} rows; they were left out`;
    options.notice('WARNING', message, error.details.detail);
  }

  private forgetUnit(): void {
    this.unit?.discard();
    this.unit = null;
    this.staging.forget();
  }

  private indexOf(name: string): number {
    return this.savepoints.findLastIndex((savepoint) => savepoint.name === name);
  }
}

/** Storage that fails is the gateway's trouble, worth another try: 58030, with the cause for the log. */
async function storage<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (cause instanceof PostgresError) throw cause;
    throw new PostgresError('io_error', 'could not hand the rows over to storage', {
      hint: 'Try again; running the same load again is safe: INSERT is an upsert.',
      cause,
    });
  }
}
