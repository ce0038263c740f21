// The queue trigger `poison-batch`: what write-batch could not write in so many deliveries. The queue would drop it after
// a week, so it is kept in the blob container, beside its payload, and its session is told if nobody did yet.
import { createHash } from 'node:crypto';
import type { Batch } from '../shared/batch';
import { batchId, MalformedBatchError, parseBatch, poisonBlobName } from '../shared/batch';
import type { Log } from '../shared/log';
import type { BatchFailure, Outcome } from '../shared/outcome';
import { MAX_DELIVERIES } from './write-batch';

export interface PoisonBatchDeps {
  readonly keep: (blobName: string, message: Buffer) => Promise<void>;
  /** False: there is one already. */
  readonly record: (outcome: Outcome) => Promise<boolean>;
  readonly log: Log;
}

const FAILURE: BatchFailure = {
  code: '58000',
  message: `the batch could not be written after ${MAX_DELIVERIES} deliveries; kept as poison batch`,
};

export function createPoisonBatch({
  keep,
  record,
  log,
}: PoisonBatchDeps): (message: unknown) => Promise<void> {
  return async (message) => {
    const text = typeof message === 'string' ? message : JSON.stringify(message);
    const batch = read(message);
    const name = poisonBlobName(batch === null ? `unreadable/${digest(text)}` : batchId(batch));
    await keep(name, Buffer.from(text));
    if (batch !== null) {
      const { unit, number } = batch;
      await record({ unit, number, written: 0, refused: 0, errors: [], failure: FAILURE });
    }
    log.error('batch kept as poison', { blob: name, table: batch?.table ?? null });
  };
}

function read(message: unknown): Batch | null {
  try {
    return parseBatch(message);
  } catch (error) {
    if (error instanceof MalformedBatchError) return null;
    throw error;
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
