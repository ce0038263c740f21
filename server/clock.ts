// Time as a parameter: limits of connections are tested by turning a hand, not by waiting.

/** Takes a timer back; harmless after it ran. */
export type CancelTimer = () => void;

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  after(ms: number, run: () => void): CancelTimer;
}

/** Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
