// The session's commit unit through the life of its transaction: statements and savepoints mark it, COMMIT hands it
// over to CDF, ROLLBACK forgets it.
import type { Load } from '../../shared/load';
import type { Outcome } from '../../shared/outcome';
import type { Telemetry } from '../../shared/telemetry';
import { affectedRows } from '../ingest/affected-rows';
import { CommitUnit, type Mark } from '../ingest/commit-unit';
import { EarlyHandover } from '../ingest/early-handover';
import { Handover, handOver, type HandoverPorts } from '../ingest/handover';
import { LaneTails } from '../ingest/lane-tails';
import { tailsOfQueued } from '../ingest/queued-tails';
import { readOutcomes, refusal, type UnitResult } from '../ingest/refusal';
import { type RemovePayload, type StagePayload, Staging } from '../ingest/staging';
import { PostgresError } from '../postgres-error';
import { type HandedOver, handedOverOf, withHandedOver } from './handed-over';
import { LoadNote } from './load-note';
import { UnitTrace } from './unit-trace';

export interface UnitPorts extends HandoverPorts {
  readonly stage: StagePayload;
  readonly remove: RemovePayload;
  /** Notes the unit for its user to look at (sluice.batches). Absent: nothing is noted. */
  readonly recordLoad?: (load: Load) => Promise<void>;
  /** Absent: nothing listens. */
  readonly telemetry?: Telemetry;
}

export interface CommitOptions {
  readonly ack: 'written' | 'queued';
  readonly onError: 'fail' | 'skip';
  readonly signal: AbortSignal;
  /** Where CDF has the rows: those of UPDATE and DELETE that have not affected exactly one row, and how many they have. */
  readonly affected: (rows: ReadonlyMap<number, number>) => void;
  readonly notice: (severity: 'NOTICE' | 'WARNING', message: string, detail?: string) => void;
}

/** Uploads that may still be under way when reading goes on. */
const ROOM = 1;

export class Transaction {
  unit: CommitUnit | null = null;
  readonly trace: UnitTrace;
  private staging: Staging;
  private savepoints: { readonly name: string; readonly mark: Mark | null }[] = [];
  private tails = new LaneTails();
  /** Of the unit; null: its batches are queued at its end. */
  private early: EarlyHandover | null = null;
  private load: LoadNote;

  constructor(
    private readonly username: string,
    private readonly ports: UnitPorts,
  ) {
    this.staging = new Staging(ports.stage, ports.remove);
    this.trace = new UnitTrace(ports.telemetry, ports.now);
    this.load = new LoadNote(username, ports);
  }

  get hasRows(): boolean {
    return this.unit !== null && !this.unit.isEmpty;
  }

  /** True while the socket should not be read: uploads have to catch up, or the unit has failed. */
  get isBehind(): boolean {
    return this.staging.isBehind || this.early?.hasFailed === true;
  }

  /** Waits until there is room for another upload; throws 58030 where one failed, or an early hand-over. */
  async catchUp(): Promise<void> {
    const settled = this.staging.settle(ROOM);
    await storage(settled.then(() => this.early?.check()));
  }

  /** `handover`: when the batches are queued, as the settings say that the unit's first write finds. */
  open(handover: 'commit' | 'early' = 'commit'): CommitUnit {
    if (this.unit !== null) return this.unit;
    const unit = new CommitUnit(this.username, this.staging, this.tails.copy());
    this.unit = unit;
    this.load = new LoadNote(this.username, this.ports);
    unit.traceparent = this.trace.begin(unit.id);
    if (handover === 'early') this.early = this.handOverEarly(unit);
    return unit;
  }

  private handOverEarly(unit: CommitUnit): EarlyHandover {
    const { load } = this;
    const early = new EarlyHandover(new Handover(unit.id, () => unit.batches, this.ports), {
      // All of a unit is behind a savepoint that is older than the unit.
      settled: () => (this.savepoints.some(({ mark }) => mark === null) ? 0 : unit.settled),
      queued: () => load.goesOn(unit),
    });
    unit.onProgress = () => early.advance();
    return early;
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
    this.early?.advance();
  }

  rollbackTo(name: string): void {
    const at = this.indexOf(name);
    if (at < 0) return;
    this.savepoints.length = at + 1;
    const { mark } = this.savepoints[at]!;
    if (mark !== null) this.unit?.rollbackTo(mark);
    else this.forgetUnit();
    this.early?.resume();
  }

  /**
   * A statement failed, or the unit is to be discarded: nothing more is handed over early (unless ROLLBACK TO saves the
   * unit). Resolves with what has been, null: nothing. Undefined where there is no early hand-over.
   */
  halt(): Promise<HandedOver | null> | undefined {
    const { unit, early } = this;
    if (unit === null || early === null) return undefined;
    return early.pause().then(() => handedOverOf(unit.batches));
  }

  /** ROLLBACK, a failed statement outside a block, a lost connection: CDF stays as it was, but for an early hand-over. */
  discard(): void {
    this.savepoints = [];
    this.forgetUnit();
  }

  /** Hands the unit over. Resolves when CDF (or, for ack `queued`, the queue) has it; throws PostgresError otherwise. */
  async commit(options: CommitOptions): Promise<void> {
    const unit = this.unit;
    if (unit !== null) await this.trace.during(unit, this.commitUnit(unit, options));
  }

  private async commitUnit(unit: CommitUnit, options: CommitOptions): Promise<void> {
    try {
      if (unit.isEmpty) return;
      await this.stageAll(unit).catch((error: unknown) => this.breakOff(unit, error));
      const outcomes = await this.handOver(unit, options);
      this.judge(unit, outcomes, options);
    } finally {
      this.unit = this.early = null;
      this.savepoints = [];
      this.staging = new Staging(this.ports.stage, this.ports.remove);
    }
  }

  private async stageAll(unit: CommitUnit): Promise<void> {
    unit.cut();
    await storage(this.staging.settle(0));
    // A failure that was told before, in a statement that the block has got over by a savepoint.
    if (unit.batches.some((batch) => batch.staged === null))
      throw new PostgresError('io_error', 'rows of this transaction could not be handed over to storage');
  }

  private async handOver(unit: CommitUnit, options: CommitOptions): Promise<readonly Outcome[]> {
    const notice = (message: string) => options.notice('NOTICE', message);
    const { ack, signal } = options;
    const wait = { ack, signal, notice };
    const handingOver = this.early?.finish(wait) ?? handOver(unit.id, unit.batches, this.ports, wait);
    const noted = this.load.all(unit);
    const outcomes = await storage(handingOver).catch((error: unknown) => this.breakOff(unit, error));
    this.tails = outcomes.length === unit.batches.length ? new LaneTails() : unit.tails;
    await noted;
    return outcomes;
  }

  /** The unit fails after some of its batches were queued, or before: says how many, where the error does not. */
  private async breakOff(unit: CommitUnit, error: unknown): Promise<never> {
    await this.early?.pause();
    this.keepTails(unit);
    void this.load.queued(unit);
    const isSaid = !(error instanceof PostgresError) || error.details.detail !== undefined;
    throw isSaid ? error : withHandedOver(error, handedOverOf(unit.batches));
  }

  /** What is queued of a unit that has come to nothing is written all the same: the next unit follows it. */
  private keepTails({ id, batches }: CommitUnit): void {
    if (batches.some(({ isQueued }) => isQueued)) this.tails = tailsOfQueued(id, batches, this.tails);
  }

  private judge(unit: CommitUnit, outcomes: readonly Outcome[], options: CommitOptions): void {
    const result = readOutcomes(outcomes, unit.statements);
    if (result.refused > 0) this.judgeRefused(unit, result, options);
    if (options.ack === 'written') options.affected(affectedRows(unit.batches, outcomes));
  }

  private judgeRefused(unit: CommitUnit, result: UnitResult, options: CommitOptions): void {
    const error = refusal(result, unit.rows);
    if (options.onError === 'fail') throw error;
    const message = `CDF refused ${result.refused} of ${unit.rows} rows; they were set aside`;
    options.notice('WARNING', message, error.details.detail);
  }

  private forgetUnit(): void {
    if (this.unit !== null) this.forget(this.unit);
    this.unit = this.early = null;
    this.staging.forget();
  }

  private forget(unit: CommitUnit): void {
    const { load, early } = this;
    const { id, batches } = unit;
    this.trace.discard(unit);
    // A session that goes on has called halt() before: what was on its way to the queue is there.
    this.keepTails(unit);
    if (early !== null) void early.pause().then(() => load.queued({ id, batches }));
    unit.discard();
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
