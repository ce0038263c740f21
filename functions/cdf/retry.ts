// When a request to CDF is tried again: full jitter, as Cognite's own clients do it, within the time that one run of
// write-batch has. What outlasts that is the queue's to deliver again.
import { CdfError } from './cdf-error';

export const MAX_TRIES = 8;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 20_000;
/** All waiting and trying of one batch, well below functionTimeout (10 min): after it an error is final for this delivery. */
const MAX_RETRY_TIME_MS = 5 * 60_000;

export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
}

export type Retry = <T>(isIdempotent: boolean, send: () => Promise<T>) => Promise<T>;

/** For one batch: its time runs from here. The returned function rejects with the last error of `send`. */
export function createRetry(clock: Clock): Retry {
  const deadline = clock.now() + MAX_RETRY_TIME_MS;
  return async (isIdempotent, send) => {
    for (let tried = 1; ; tried++) {
      try {
        return await send();
      } catch (error) {
        if (!(error instanceof CdfError) || !isWorthwhile(error, isIdempotent) || tried === MAX_TRIES)
          throw error;
        const delay = delayBefore(tried, error, clock.random());
        if (clock.now() + delay > deadline) throw error;
        await clock.sleep(delay);
      }
    }
  };
}

function isWorthwhile({ retryable }: CdfError, isIdempotent: boolean): boolean {
  return retryable === 'always' || (retryable === 'if-idempotent' && isIdempotent);
}

/** CDF's Retry-After is a lower bound; jitter on top keeps many writers from coming back at once. */
function delayBefore(tried: number, error: CdfError, random: number): number {
  const jitter = random * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (tried - 1));
  return (error.retryAfterMs ?? 0) + jitter;
}
