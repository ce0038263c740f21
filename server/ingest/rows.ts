// The open window of a commit unit: rows of one table, with one list of columns, that no batch holds yet.
// When it is full, or the unit ends, ranges of it are cut into the bodies of CDF requests.
import type { OnConflict, Write } from '../../shared/batch';
import type { Column, Table } from '../../shared/tables/table';
import type { SessionValues } from './decode/field-encoders';
import type { RowFields } from './decode/row-fields';
import type { Operator } from '../sql/conditions';

/** How many streams of batches a unit may have under way at once. No key is in two of them at a time. */
export const LANES = 4;

/** A batch that all lanes wait for, and that waits for all lanes. */
export const ALL_LANES = -1;

export interface CutBatch {
  readonly lane: number;
  readonly body: Buffer;
  readonly contentType: 'application/json' | 'application/protobuf';
  /** Number in the commit unit of each row of the body, in the body's order. */
  readonly rowNumbers: Int32Array;
  readonly target?: { readonly database: string; readonly table: string };
}

/**
 * `skip`: the row names nothing, or what its statement has named before. `cut`: a row of the same key, of another statement,
 * is in the window, which has to be cut first.
 */
export type Admission = 'take' | 'skip' | 'cut';

export interface Rows {
  readonly count: number;
  /** Bytes of memory that the rows hold. */
  readonly bytes: number;
  /** True when it is time to cut. */
  readonly isFull: boolean;
  /** True where a key goes to the same lane in every window: then a window need not wait for the one before. */
  readonly keepsLanes: boolean;
  /** The rows of a statement begin, or begin again after the first ones were taken back. */
  startStatement?(): void;
  /** Where CDF says how many rows a statement has affected (UPDATE, DELETE): asked before each append. */
  admit?(fields: RowFields): Admission;
  /** Takes one row. Throws PostgresError and stays as it was where a value does not fit its column. */
  append(fields: RowFields, rowNumber: number): void;
  /** Forgets all rows but the first `count`. */
  truncate(count: number): void;
  /** Gives back the memory of a window that holds no row. */
  shrink(): void;
  /** The requests for rows [from, to). Does not change the rows. */
  encode(from: number, to: number): CutBatch[];
}

export interface RowsOptions {
  readonly table: Table;
  /** The statement's columns, in the order of a row's fields. */
  readonly columns: readonly Column[];
  readonly onConflict: OnConflict;
  readonly session: SessionValues;
  /** What is done with the rows; absent: insert. */
  readonly write?: Write;
  /** DELETE of data points: how each of the columns is compared with the row's field. */
  readonly operators?: readonly Operator[];
}

/** Appends to growable integer columns; shared by the kinds of rows. */
export function grownInt32(array: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(array.length * 2);
  next.set(array);
  return next;
}

export function grownFloat64(array: Float64Array): Float64Array<ArrayBuffer> {
  const next = new Float64Array(array.length * 2);
  next.set(array);
  return next;
}
