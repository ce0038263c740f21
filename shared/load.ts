// A load: one commit unit as its user may look at it afterwards, with SELECT from sluice.batches. Recorded by the server
// at the hand-over; what became of its batches is in their outcomes (outcome.ts).

export const LOAD_TABLE = 'loads';

/** So long loads, outcomes and refused rows are kept; users are promised seven days. */
export const KEPT_DAYS = 8;
export const SHOWN_DAYS = 7;

/** MiB of JSON of refused rows that one look at sluice.rejected_rows shows in column `item`, the latest first. */
export const MAX_SHOWN_ITEM_MIB = 16;

export interface Load {
  readonly username: string;
  /** The commit unit: partition of its outcomes. */
  readonly unit: string;
  /** Of its hand-over, milliseconds since 1970. */
  readonly queuedTime: number;
  /** Its batches, in the order of their numbers: 1, 2, 3 ... */
  readonly batches: readonly LoadBatch[];
}

export interface LoadBatch {
  /** The gateway table, with its schema where that is not public. */
  readonly table: string;
  readonly rows: number;
}

/** Stands for a number whose batch was taken back before it was handed over. */
export const TAKEN_BACK: LoadBatch = { table: '', rows: -1 };
