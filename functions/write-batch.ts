// The queue trigger `write-batch`: takes a batch, waits for its turn, sends it to CDF and records its outcome. A message
// may come twice: a batch whose outcome exists is not written again, what is written twice in between is an upsert, and of
// the deliveries of a batch that deletes only one at a time writes.
import type { Batch } from '../shared/batch';
import { batchId, parseBatch } from '../shared/batch';
import type { Log } from '../shared/log';
import type { BatchFailure, Outcome } from '../shared/outcome';
import { rejectedBlobName } from '../shared/outcome';
import { awaitTurn } from './batch/await-turn';
import type { Body } from './batch/body';
import type { CapabilityPorts } from './batch/capability-check';
import { CapabilityCheck } from './batch/capability-check';
import type { ClaimPorts, ClaimStore, Delivered, HeldClaim } from './batch/claim';
import { isClaimed, NO_CLAIM, takeClaim } from './batch/claim';
import {
  BatchFailedError,
  describeWithoutValues,
  gaveUp,
  notSupported,
  payloadGone,
  refusedByCdf,
} from './batch/failure';
import type { OpenProgress } from './batch/job';
import { OutcomeBell } from './batch/outcome-bell';
import { openPayload, readRowNumbers } from './batch/payload';
import { ReferenceCache } from './batch/reference-cache';
import { encodeRejected } from './batch/rejected-rows';
import type { CdfAccess, SenderPorts } from './batch/sender';
import { createSender } from './batch/sender';
import { mayHaveProgress, tableOf } from './batch/table-of';
import type { Told } from './batch/tally';
import { errorsOf, Tally } from './batch/tally';
import { writeJob } from './batch/write-job';
import { CdfError } from './cdf/cdf-error';

export interface WriteBatchDeps extends SenderPorts, CapabilityPorts {
  readonly outcomes: {
    find(unit: string, number: number): Promise<Outcome | null>;
    /** False: there is one already. */
    record(outcome: Outcome): Promise<boolean>;
  };
  readonly batches: {
    load(blobName: string): Promise<Buffer | null>;
    /** The same name again replaces it. */
    stage(blobName: string, bytes: Uint8Array): Promise<void>;
    remove(blobName: string): Promise<void>;
    enqueue(batch: Batch, delaySeconds: number): Promise<void>;
  };
  readonly progress: {
    open(batch: Batch): Promise<OpenProgress>;
    remove(batch: Batch): Promise<void>;
  } & ClaimStore;
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
  const known: Known = {
    capabilities: new CapabilityCheck(deps),
    references: new ReferenceCache(deps.clock.now),
  };
  return async (message, delivery) => {
    const batch = parseBatch(message);
    if (await hasOutcome(batch.unit, batch.number)) return cleanUp(deps, batch);
    const delivered = readDelivery(delivery);
    const isLast = delivered.delivery >= MAX_DELIVERIES;
    const writing = new Writing(deps, known, batch);
    try {
      if (!(await awaitTurn(batch, turn))) return await putBack(deps, batch);
      const claim = await claimOf(batch, delivered, { ...turn, store: deps.progress });
      if (claim === 'later') return await putBack(deps, batch);
      if (claim === 'done') return await cleanUp(deps, batch);
      writing.claim = claim;
      await writing.write();
      await writing.record();
    } catch (error) {
      const failure = failureOf(error);
      if (failure !== null) await writing.record(failure);
      else throw await postpone(writing, error, isLast);
    }
    bell.ring(batchId(batch));
    await cleanUp(deps, batch);
  };
}

function readDelivery({ triggerMetadata }: Delivery): Delivered {
  const { id, dequeueCount = 1 } = triggerMetadata ?? {};
  return { message: typeof id === 'string' ? id : undefined, delivery: Number(dequeueCount) };
}

async function claimOf(batch: Batch, delivered: Delivered, ports: ClaimPorts): ReturnType<typeof takeClaim> {
  return isClaimed(batch) ? takeClaim(batch, delivered, ports) : NO_CLAIM;
}

/** Why nothing more can be written; null: it may be tried again. */
function failureOf(error: unknown): BatchFailure | null {
  if (error instanceof BatchFailedError) return error.failure;
  return error instanceof CdfError && error.retryable === 'never' ? refusedByCdf(error) : null;
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
  if (isLast && error instanceof CdfError) await writing.record(gaveUp(error));
  await writing.release();
  if (error instanceof CdfError) return new Error(describeWithoutValues(error));
  return error instanceof Error ? error : new Error('thrown without an error');
}

/** What is kept from batch to batch. */
interface Known {
  readonly capabilities: CapabilityCheck;
  readonly references: ReferenceCache;
}

/** One batch on its way from payload to outcome. */
class Writing {
  private readonly tally = new Tally();
  private payload: Buffer | null = null;
  claim: HeldClaim = NO_CLAIM;

  constructor(
    private readonly deps: WriteBatchDeps,
    private readonly known: Known,
    private readonly batch: Batch,
  ) {}

  /** A `check` ends where the user may write. */
  async write(): Promise<void> {
    const { deps, known, batch, tally } = this;
    const { username } = batch;
    const table = tableOf(batch);
    if (table.request.kind === 'read-only') throw notSupported(`cannot write to table "${table.name}"`);
    const access = await deps.accessOf(username);
    const scopesOf = (isFresh: boolean) => known.capabilities.scopesOf({ username, access }, table, isFresh);
    await scopesOf(batch.write === 'check');
    if (batch.write === 'check') return;
    const payload = await loadPayload(deps, batch);
    this.payload = payload;
    const beforeWrite = () => this.claim.check();
    const send = createSender(deps, { access, table, scopes: () => scopesOf(true), beforeWrite });
    const lookUp = known.references.of(JSON.stringify([access.baseUrl, access.project, username]), send);
    const { clock } = deps;
    const openProgress = () => deps.progress.open(batch);
    await writeJob({ batch, table, payload, send, tally, clock, openProgress, lookUp });
  }

  /** Rejects with ClaimLostError where another delivery may still delete: what follows the batch must wait for that one. */
  async record(failure?: BatchFailure): Promise<void> {
    const { deps, batch, tally } = this;
    await this.claim.check();
    const outcome = tally.outcome(batch, { ...(await this.told()), failure });
    const isFirst = await deps.outcomes.record(outcome);
    const { written, refused } = outcome;
    const fields = { batch: batchId(batch), table: batch.table, written, refused, isFirst };
    if (failure === undefined) deps.log.info('batch done', fields);
    else deps.log.error('batch failed', { ...fields, code: failure.code });
  }

  /** Where that fails the claim is taken over: by this message at once, by a copy once it is old. */
  async release(): Promise<void> {
    await this.claim.release().catch((error: unknown) => {
      const fields = { batch: batchId(this.batch), error: describeWithoutValues(error) };
      this.deps.log.warn('claim of a batch not released', fields);
    });
  }

  private async told(): Promise<Told> {
    const { tally, batch, payload } = this;
    if (payload === null || tally.isEven) return { errors: [] };
    const rowNumbers = await readRowNumbers(batch, payload);
    const isCounted =
      batch.write === 'update' || batch.write === 'delete' || batch.onConflict.action === 'nothing';
    const affected = isCounted ? { affected: tally.affected(rowNumbers) } : {};
    if (tally.refused === 0) return { errors: [], ...affected };
    const body: Body = await openPayload(batch, payload);
    const refused = tally.refusedRowsOf(rowNumbers);
    const rejectedBlob = rejectedBlobName(batch);
    // Before the outcome, which names it.
    await this.deps.batches.stage(rejectedBlob, await encodeRejected(refused, body));
    return { errors: errorsOf(refused, (row) => body.keyOf(row)), ...affected, rejectedBlob };
  }
}

async function loadPayload({ batches }: WriteBatchDeps, { payload }: Batch): Promise<Buffer> {
  if (payload.place === 'message') return Buffer.from(payload.base64, 'base64');
  const loaded = await batches.load(payload.name);
  if (loaded === null) throw payloadGone();
  return loaded;
}

/** What the outcome makes superfluous. What stays behind is swept by the container's lifecycle rule. */
async function cleanUp({ batches, progress, log }: WriteBatchDeps, batch: Batch): Promise<void> {
  const { payload } = batch;
  const work: Promise<void>[] = [];
  if (mayHaveProgress(batch)) work.push(progress.remove(batch));
  if (isClaimed(batch)) work.push(progress.removeClaim(batch));
  if (payload.place === 'blob') work.push(batches.remove(payload.name));
  for (const done of await Promise.allSettled(work))
    if (done.status === 'rejected')
      log.warn('batch not cleaned up', { batch: batchId(batch), error: describeWithoutValues(done.reason) });
}
