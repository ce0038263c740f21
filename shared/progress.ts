// How far a batch with rows without a key is: such rows must not be created again when the batch comes again.
// It lies in Table Storage beside the outcomes, and goes when the outcome is there. So do claims.

export const PROGRESS_TABLE = 'progress';

/** Rows by their position in the body. */
export interface Progress {
  /** A request with them was about to be sent. */
  readonly begun: ReadonlySet<number>;
  /** CDF has them. */
  readonly finished: ReadonlySet<number>;
}

/** Who writes a batch that must not be written after its outcome: deletes and truncates. One delivery at a time has it. */
export interface Claim {
  /** Of this delivery alone. */
  readonly id: string;
  /** The queue's message; a copy of it is another. */
  readonly message: string;
  /** How often the queue has delivered that message. */
  readonly delivery: number;
  /** Milliseconds since 1970. */
  readonly claimedTime: number;
}
