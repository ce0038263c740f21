// A clock whose hand the test turns.
import type { Clock } from '../../server/clock';

interface Timer {
  readonly time: number;
  readonly run: () => void;
}

export class ManualClock implements Clock {
  private time = 1_000_000;
  private readonly timers = new Set<Timer>();

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { time: this.time + ms, run };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** Milliseconds until each timer that runs, soonest first. */
  get waits(): number[] {
    return [...this.timers].map(({ time }) => time - this.time).sort((a, b) => a - b);
  }

  advance(ms: number): void {
    this.time += ms;
    for (const timer of [...this.timers]) {
      if (timer.time > this.time) continue;
      this.timers.delete(timer);
      timer.run();
    }
  }
}
