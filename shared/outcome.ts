// What became of a batch: written once by functions/write-batch (or poison-batch), awaited by the server's session.
// It lies in Table Storage: partition = unit, row = batch number, so that one query answers for a whole unit.

export const OUTCOME_TABLE = 'outcomes';

/** How many refused rows an outcome lists; the rest is only counted. */
export const MAX_ROW_ERRORS = 100;

export interface RowError {
  /** Number of the row in its commit unit, from 1. */
  readonly row: number;
  /** The row's key (externalId, RAW key ...) where it has one. */
  readonly key: string | null;
  /** SQLSTATE, five characters. */
  readonly code: string;
  /** CDF's sentence, or ours. At most 1 000 characters. */
  readonly message: string;
}

/** Why nothing of a batch could be written: a matter of the whole batch, not of a row. */
export interface BatchFailure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface Outcome {
  readonly unit: string;
  readonly number: number;
  /** Rows that CDF has. */
  readonly written: number;
  /** Rows that CDF refused. */
  readonly refused: number;
  /** The first MAX_ROW_ERRORS of the refused. */
  readonly errors: readonly RowError[];
  /**
   * UPDATE, DELETE and ON CONFLICT DO NOTHING: rows (number in the commit unit) that did not affect exactly one row of
   * CDF's, and how many they did: 0 where CDF does not have the item, or has it (DO NOTHING), or refused the row; a range
   * of data points as many as were in it.
   */
  readonly affected?: readonly (readonly [row: number, count: number])[];
  readonly failure?: BatchFailure;
  /** All refused rows, with the rows themselves: gzipped lines of JSON. Absent where none is refused. */
  readonly rejectedBlob?: string;
  /** Set where it is read: when it was recorded, ms since 1970. */
  readonly recordedTime?: number;
}

/** Where the list of a batch's refused rows lies, in the container of the batches. */
export function rejectedBlobName({ unit, number }: Pick<Outcome, 'unit' | 'number'>): string {
  return `rejected/${unit}/${number}.jsonl.gz`;
}
