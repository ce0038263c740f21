// sluice.handover = 'early': batches are queued as they are staged, beside the session that goes on taking rows. Nobody waits
// for it: where CDF is slower than the client, staged batches wait in storage for room in flight.
import type { Outcome } from '../../shared/outcome';
import type { Handover, HandoverOptions } from './handover';

export interface EarlyPorts {
  /** How many of the unit's batches nothing but its own end can take back: those may be queued. */
  readonly settled: () => number;
  /** More batches have been queued. */
  readonly queued: () => void;
}

export class EarlyHandover {
  private pausing = new AbortController();
  private isDriving = false;
  private driving: Promise<void> = Promise.resolve();
  private failure: Error | null = null;

  constructor(
    private readonly handover: Handover,
    private readonly ports: EarlyPorts,
  ) {}

  /** The queue, or a look at the outcomes, has failed: the unit cannot be written as a whole. */
  get hasFailed(): boolean {
    return this.failure !== null;
  }

  /** A batch is staged, or a mark is gone: what may be queued now is queued, unless that is paused or has failed. */
  advance(): void {
    if (this.isDriving || this.failure !== null || this.pausing.signal.aborted) return;
    this.driving = this.drive(this.pausing.signal);
  }

  /** Queues no more. Resolves when what is on its way to the queue has arrived, or has failed. */
  pause(): Promise<void> {
    this.pausing.abort();
    return this.driving;
  }

  resume(): void {
    if (!this.pausing.signal.aborted) return;
    this.pausing = new AbortController();
    // What drove before the pause may still wait for the queue.
    this.driving = this.driving.then(() => this.advance());
  }

  check(): void {
    if (this.failure !== null) throw this.failure;
  }

  /** The unit's end: the rest is queued and waited for. Throws also what has failed before. */
  async finish(options: HandoverOptions): Promise<Outcome[]> {
    await this.pause();
    this.check();
    return this.handover.finish(options);
  }

  private async drive(signal: AbortSignal): Promise<void> {
    this.isDriving = true;
    try {
      while (!signal.aborted && this.handover.hasMore(this.ports.settled())) {
        await this.handover.advance(this.ports.settled(), signal);
        this.ports.queued();
      }
    } catch (error) {
      this.failure = error instanceof Error ? error : new Error(String(error));
    } finally {
      // Not later: a batch that is staged between here and the promise's end would be forgotten.
      this.isDriving = false;
    }
  }
}
