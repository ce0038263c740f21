// The queue trigger `write-batch`: takes a batch, waits for its turn, sends it to CDF and records its outcome. A message
// may come twice: a batch whose outcome exists is not written again, and what is written twice in between is an upsert.
import type { Batch } from '../shared/batch';
import { batchId, parseBatch } from '../shared/batch';
import type { Log } from '../shared/log';
import type { BatchFailure, Outcome, RowError } from '../shared/outcome';
import { tableNamed } from '../shared/tables/catalogue';
import type { Table } from '../shared/tables/table';
import { awaitTurn } from './batch/await-turn';
import type { Body } from './batch/body';
import { BatchFailedError, describeWithoutValues, gaveUp, notSupported, payloadGone } from './batch/failure';
import type { OpenProgress } from './batch/job';
import { OutcomeBell } from './batch/outcome-bell';
import { openPayload, readRowNumbers } from './batch/payload';
import type { CdfAccess, SenderPorts } from './batch/sender';
import { createSender } from './batch/sender';
import { Tally } from './batch/tally';
import { writeJob } from './batch/write-job';
import { CdfError } from './cdf/cdf-error';

export interface WriteBatchDeps extends SenderPorts {
  readonly outcomes: {
    find(unit: string, number: number): Promise<Outcome | null>;
    /** False: there is one already. */
    record(outcome: Outcome): Promise<boolean>;
  };
  readonly batches: {
    load(blobName: string): Promise<Buffer | null>;
    remove(blobName: string): Promise<void>;
    enqueue(batch: Batch, delaySeconds: number): Promise<void>;
  };
  readonly progress: {
    open(batch: Batch): Promise<OpenProgress>;
    remove(batch: Batch): Promise<void>;
  };
  /** Rejects with BatchFailedError where the user is gone or the secret does not open. */
  readonly accessOf: (username: string) => Promise<CdfAccess>;
  readonly log: Log;
}

/** What the handler needs of InvocationContext. */
export interface Delivery {
  readonly triggerMetadata?: Readonly<Record<string, unknown>> | undefined;
}

/** host.json: maxDequeueCount. */
export const MAX_DELIVERIES = 5;
const COME_BACK_SECONDS = 2;

/** Rejects where the queue should deliver again; a message that is no batch goes to the poison queue that way. */
export function createWriteBatch(
  deps: WriteBatchDeps,
): (message: unknown, delivery: Delivery) => Promise<void> {
  const hasOutcome = async (unit: string, number: number) =>
    (await deps.outcomes.find(unit, number)) !== null;
  const bell = new OutcomeBell();
  const turn = { hasOutcome, bell, clock: deps.clock };
  return async (message, delivery) => {
    const batch = parseBatch(message);
    if (await hasOutcome(batch.unit, batch.number)) return cleanUp(deps, batch);
    const isLast = Number(delivery.triggerMetadata?.['dequeueCount'] ?? 1) >= MAX_DELIVERIES;
    const writing = new Writing(deps, batch);
    try {
      if (!(await awaitTurn(batch, turn))) return await putBack(deps, batch);
      await writing.write();
      await writing.record();
    } catch (error) {
      if (error instanceof BatchFailedError) await writing.record(error.failure);
      else throw await postpone(writing, error, isLast);
    }
    bell.ring(batchId(batch));
    await cleanUp(deps, batch);
  };
}

/** A copy, so that waiting does not count as a failed delivery. */
function putBack({ batches, clock }: WriteBatchDeps, batch: Batch): Promise<void> {
  return batches.enqueue({ ...batch, waitingSince: batch.waitingSince ?? clock.now() }, COME_BACK_SECONDS);
}

/**
 * What to throw, so that the queue delivers again. After the last delivery the session is told at once; the message goes
 * to the poison queue, where the batch is kept. The queue's host logs what is thrown: no text of CDF's is in it.
 */
async function postpone(writing: Writing, error: unknown, isLast: boolean): Promise<Error> {
  if (!(error instanceof CdfError))
    return error instanceof Error ? error : new Error('thrown without an error');
  if (isLast) await writing.record(gaveUp(error));
  return new Error(describeWithoutValues(error));
}

/** One batch on its way from payload to outcome. */
class Writing {
  private readonly tally = new Tally();
  private payload: Buffer | null = null;

  constructor(
    private readonly deps: WriteBatchDeps,
    private readonly batch: Batch,
  ) {}

  async write(): Promise<void> {
    const { deps, batch, tally } = this;
    const table = tableOf(batch);
    const payload = await loadPayload(deps, batch);
    this.payload = payload;
    const send = createSender(deps, await deps.accessOf(batch.username), table);
    const { clock } = deps;
    const openProgress = () => deps.progress.open(batch);
    await writeJob({ batch, table, payload, send, tally, clock, openProgress });
  }

  async record(failure?: BatchFailure): Promise<void> {
    const { deps, batch, tally } = this;
    const outcome = tally.outcome(batch, await this.errors(), failure);
    const isFirst = await deps.outcomes.record(outcome);
    const { written, refused } = outcome;
    const fields = { batch: batchId(batch), table: batch.table, written, refused, isFirst };
    if (failure === undefined) deps.log.info('batch done', fields);
    else deps.log.error('batch failed', { ...fields, code: failure.code });
  }

  private async errors(): Promise<RowError[]> {
    if (this.tally.refused === 0 || this.payload === null) return [];
    const body: Body = await openPayload(this.batch, this.payload);
    const rowNumbers = await readRowNumbers(this.batch, this.payload);
    return this.tally.errors(rowNumbers, (row) => body.keyOf(row));
  }
}

function tableOf({ table }: Batch): Table {
  const found = tableNamed(table);
  if (found === undefined) throw notSupported(`this version of Sluice has no table "${table}"`);
  return found;
}

async function loadPayload({ batches }: WriteBatchDeps, { payload }: Batch): Promise<Buffer> {
  if (payload.place === 'message') return Buffer.from(payload.base64, 'base64');
  const loaded = await batches.load(payload.name);
  if (loaded === null) throw payloadGone();
  return loaded;
}

/** What the outcome makes superfluous. What stays behind is swept by the container's lifecycle rule. */
async function cleanUp({ batches, progress, log }: WriteBatchDeps, batch: Batch): Promise<void> {
  const { payload, table } = batch;
  const work: Promise<void>[] = [];
  if (tableNamed(table)?.request.kind === 'items') work.push(progress.remove(batch));
  if (payload.place === 'blob') work.push(batches.remove(payload.name));
  for (const done of await Promise.allSettled(work))
    if (done.status === 'rejected')
      log.warn('batch not cleaned up', { batch: batchId(batch), error: describeWithoutValues(done.reason) });
}
