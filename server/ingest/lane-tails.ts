// The last batch of each lane: what the next batch of that lane has to wait for.
import { ALL_LANES, LANES } from './rows';

export class LaneTails {
  private lanes: readonly (readonly string[])[];

  constructor(lanes: readonly (readonly string[])[] = Array.from({ length: LANES }, () => [])) {
    this.lanes = lanes;
  }

  /** Every lane ends with all of these. */
  static joined(batches: readonly string[]): LaneTails {
    return new LaneTails(Array.from({ length: LANES }, () => batches));
  }

  copy(): LaneTails {
    return new LaneTails(this.lanes);
  }

  /** Every batch that some lane ends with. */
  get all(): readonly string[] {
    return [...new Set(this.lanes.flat())];
  }

  /** From here on every lane waits for all lanes. */
  join(): void {
    const { all } = this;
    this.lanes = this.lanes.map(() => all);
  }

  /** Puts a batch at the end of a lane, or of all; returns the batches that it has to wait for. */
  follow(lane: number, batch: string): readonly string[] {
    const after = lane === ALL_LANES ? this.all : this.lanes[lane]!;
    this.lanes = this.lanes.map((tail, i) => (lane === ALL_LANES || i === lane ? [batch] : tail));
    return after;
  }
}
