// A batch is one CDF request on its way: made by server/ingest, carried by blob and queue, sent by functions/write-batch.
// The queue message is this header as JSON; the body (what CDF's API takes, gzipped) travels in it or in a blob.

import type { RawTarget, Table } from './tables/table';

export const BATCH_VERSION = 1;
export const BATCH_QUEUE = 'batches';
export const BATCH_CONTAINER = 'batches';

/** A payload up to this many bytes travels in the message: base64 twice must stay below the queue's 64 KiB. */
export const INLINE_PAYLOAD_BYTES = 24 * 1024;

export type OnConflict =
  /** An existing item gets every column that the statement names. */
  | { readonly action: 'update' }
  /** ON CONFLICT DO UPDATE SET: an existing item gets these columns only. */
  | { readonly action: 'update'; readonly columns: readonly string[] }
  /** ON CONFLICT DO NOTHING: an existing item stays as it is. */
  | { readonly action: 'nothing' };

/**
 * `insert`: INSERT and COPY, an upsert by `onConflict`. `update`: sets `columns` on what CDF has; what it does not have
 * counts as not written and is no error. `delete`: the body's items name keys only (data points: a time range of a
 * series); what CDF does not have counts as not written. `truncate`: no rows; empties the RAW table of `target`.
 * `check`: no rows; asks CDF afresh whether the user may write to the table, and fails with 42501 where not.
 */
export type Write = 'insert' | 'update' | 'delete' | 'truncate' | 'check';

export interface Batch {
  readonly version: typeof BATCH_VERSION;
  /** The commit unit: partition key of its outcomes. */
  readonly unit: string;
  /** 1, 2, 3 ... within the unit. */
  readonly number: number;
  /** Batches (see batchId) that must have an outcome before this one may be written: what keeps a key's writes in order. */
  readonly after: readonly string[];
  /** Whose CDF credential writes it. */
  readonly username: string;
  /** The gateway table. */
  readonly table: string;
  /** A table of the user's own, which the catalogue does not know: what the writer must know of it travels along. */
  readonly own?: Pick<Table, 'key' | 'request' | 'acl'>;
  /** What is done with the rows; absent: insert. */
  readonly write?: Write;
  /** The columns that the statement names; a NULL in one of them unsets its property on update. */
  readonly columns: readonly string[];
  readonly onConflict: OnConflict;
  /** Only for RAW rows: a request writes to one RAW table. */
  readonly target?: RawTarget;
  /** How many rows (items, data points, RAW rows) the body holds. */
  readonly rows: number;
  readonly contentType: 'application/json' | 'application/protobuf';
  /** The payload is the gzipped body, then the gzipped index of row numbers (batch-index.ts). Bytes of the body part. */
  readonly bodyBytes: number;
  readonly payload:
    | { readonly place: 'message'; readonly base64: string }
    | { readonly place: 'blob'; readonly name: string };
  /** Milliseconds since 1970. */
  readonly createdTime: number;
  /** Set by write-batch when it puts the batch back into the queue: since when it waits for its predecessors. */
  readonly waitingSince?: number;
  /** W3C Trace Context of the commit unit, where telemetry is on: the writer's spans join its trace. */
  readonly traceparent?: string;
}

export function batchId(batch: Pick<Batch, 'unit' | 'number'>): string {
  return `${batch.unit}/${batch.number}`;
}

/** The unit and number that batchId joined. */
export function parseBatchId(id: string): { unit: string; number: number } {
  const slash = id.lastIndexOf('/');
  return { unit: id.slice(0, slash), number: Number(id.slice(slash + 1)) };
}

/** Where the payload of a batch lies when it does not travel in the message. */
export function payloadBlobName(batch: Pick<Batch, 'unit' | 'number'>): string {
  return `${batch.unit}/${batch.number}`;
}

/** Where functions/poison-batch keeps a batch that could not be written, until an operator decides. `id`: see batchId. */
export const POISON_PREFIX = 'poison/';
export function poisonBlobName(id: string): string {
  return `${POISON_PREFIX}${id}.json`;
}

/** A queue message that is no batch of ours: set aside, never retried. */
export class MalformedBatchError extends Error {
  override readonly name = 'MalformedBatchError';
}

/** Reads a queue message (already JSON-decoded by the trigger, or still text). Throws MalformedBatchError. */
export function parseBatch(message: unknown): Batch {
  const value: unknown = typeof message === 'string' ? parseJson(message) : message;
  if (typeof value !== 'object' || value === null) throw new MalformedBatchError('the message is no object');
  const batch = value as Partial<Batch>;
  if (batch.version !== BATCH_VERSION)
    throw new MalformedBatchError(`batch version ${String(batch.version)} is not known`);
  const strings = [batch.unit, batch.username, batch.table];
  const numbers = [batch.number, batch.rows, batch.bodyBytes];
  const whole =
    strings.every((s) => typeof s === 'string') &&
    numbers.every((n) => Number.isSafeInteger(n)) &&
    Array.isArray(batch.after) &&
    Array.isArray(batch.columns) &&
    batch.onConflict !== undefined &&
    batch.payload !== undefined;
  if (!whole) throw new MalformedBatchError('the batch lacks a field');
  return batch as Batch;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MalformedBatchError('the message is no JSON', { cause });
  }
}
