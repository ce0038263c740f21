// One batch in hand: what the writers of all kinds of requests share.
import type { Batch } from '../../shared/batch';
import type { Progress } from '../../shared/progress';
import type { CdfRequest, Table } from '../../shared/tables/table';
import type { Clock } from '../cdf/retry';
import type { Body, Rows } from './body';
import { payloadDamaged } from './failure';
import { bodyPart, compress } from './payload';
import type { LookUp } from './reference-cache';
import type { Send } from './sender';
import type { Tally } from './tally';
import type { WorkOffPorts } from './work-off';

/** Rows without a key: what an earlier delivery of the batch did with them. `save` rejects where someone else writes it too. */
export interface OpenProgress {
  readonly progress: Progress;
  save(progress: Progress): Promise<void>;
}

export interface Job {
  readonly batch: Batch;
  readonly table: Table;
  readonly payload: Buffer;
  readonly send: Send;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly openProgress: () => Promise<OpenProgress>;
  /** CDF's ids of external ids. */
  readonly lookUp: LookUp;
}

/** The writer of one kind of request. Counts in the tally; rejects with CdfError or BatchFailedError. */
export type WriteJob = (job: Job) => Promise<void>;

/** Refused rows go to the tally. */
export function workOffPorts({ clock, tally }: Job): WorkOffPorts {
  return { clock, refuse: tally.refuse };
}

/** The request as the kind that the writer is for. */
export function requestOf<K extends CdfRequest['kind']>({ table }: Job, kind: K): CdfRequest & { kind: K } {
  const { request } = table;
  if (request.kind !== kind) throw new TypeError(`${table.name} has no request of kind ${kind}`);
  return request as CdfRequest & { kind: K };
}

/** Opens the body once, and only when someone asks. */
export function once<T extends Body>(batch: Batch, open: () => Promise<T>): () => Promise<T> {
  let opened: Promise<T> | null = null;
  const openChecked = async (): Promise<T> => {
    const body = await open().catch(() => Promise.reject(payloadDamaged()));
    if (body.rows !== batch.rows) throw payloadDamaged();
    return body;
  };
  return () => (opened ??= openChecked());
}

/** The gzipped body of these rows: as it came where they are all. */
export async function gzipOf(
  { batch, payload }: Job,
  rows: Rows,
  open: () => Promise<Body>,
): Promise<Buffer> {
  if (rows.length === batch.rows) return bodyPart(batch, payload);
  return compress((await open()).encode(rows));
}
