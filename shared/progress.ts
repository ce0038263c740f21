// How far a batch with rows without a key is: such rows must not be created again when the batch comes again.
// It lies in Table Storage beside the outcomes, and goes when the outcome is there.

export const PROGRESS_TABLE = 'progress';

/** Rows by their position in the body. */
export interface Progress {
  /** A request with them was about to be sent. */
  readonly begun: ReadonlySet<number>;
  /** CDF has them. */
  readonly finished: ReadonlySet<number>;
}
