// What is told about a commit unit: its span, from which the trace of every batch goes on, those of its statements, and
// how long it took. The session's transaction holds one; where telemetry is off it does nothing.
import { NO_TELEMETRY, type OpenSpan, type Telemetry } from '../../shared/telemetry';
import { PostgresError } from '../postgres-error';

/** A block may hold a million INSERTs: of a unit's statements so many have a span, all are counted. */
const MAX_STATEMENT_SPANS = 20;

interface UnitFacts {
  readonly id: string;
  readonly rows: number;
  readonly batches: { readonly length: number };
}

export class UnitTrace {
  private unit: OpenSpan | null = null;
  private statement: OpenSpan | null = null;
  private statements = 0;
  private startedTime = 0;

  constructor(
    private readonly telemetry: Telemetry = NO_TELEMETRY,
    private readonly now: () => number = Date.now,
  ) {}

  /** The traceparent for the unit's batches. */
  begin(id: string): string | undefined {
    if (!this.telemetry.isOn) return undefined;
    this.statements = 0;
    this.startedTime = this.now();
    this.unit = this.telemetry.start('sluice.unit', undefined, { 'sluice.unit': id });
    return this.unit.traceparent;
  }

  startStatement(table: string): void {
    if (this.unit === null) return;
    this.statement?.end();
    this.statement = null;
    if (++this.statements > MAX_STATEMENT_SPANS) return;
    const attributes = { 'sluice.table': table };
    this.statement = this.telemetry.start('sluice.statement', this.unit.traceparent, attributes);
  }

  /** `tag`: what CommandComplete will say, e.g. `INSERT 0 5`. */
  finishStatement(tag: string): void {
    if (this.statement === null) return;
    const words = tag.split(' ');
    const rows = Number(words.at(-1));
    this.statement.set({
      'sluice.statement': words[0]!.toLowerCase(),
      ...(Number.isFinite(rows) ? { 'sluice.rows': rows } : {}),
    });
    this.statement.end();
    this.statement = null;
  }

  failStatement(sqlstate: string): void {
    if (this.statement === null) return;
    this.statement.set({ 'sluice.sqlstate': sqlstate });
    this.statement.end(sqlstate);
    this.statement = null;
  }

  /** CDF, or for ack `queued` the queue, has the unit; or `error` says why not. */
  async during(unit: UnitFacts, commit: Promise<void>): Promise<void> {
    try {
      await commit;
      this.end(unit, 'done');
    } catch (error) {
      this.end(unit, error instanceof PostgresError ? error.code : 'XX000');
      throw error;
    }
  }

  /** ROLLBACK, a failed statement, a lost connection: nothing of the unit leaves, but for what was handed over early. */
  discard(unit: UnitFacts): void {
    this.end(unit, 'discarded');
  }

  private end(unit: UnitFacts, result: string): void {
    if (this.unit === null) return;
    const facts = { 'sluice.rows': unit.rows, 'sluice.batches': unit.batches.length };
    this.statement?.end();
    this.unit.set({ ...facts, 'sluice.statements': this.statements, 'sluice.result': result });
    this.unit.end(result === 'done' || result === 'discarded' ? undefined : result);
    this.statement = this.unit = null;
    if (unit.rows === 0) return;
    const seconds = (this.now() - this.startedTime) / 1000;
    this.telemetry.record('sluice.unit.duration', seconds, { 'sluice.result': result });
  }
}
