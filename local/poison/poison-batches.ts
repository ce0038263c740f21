// What an operator does about batches that functions/poison-batch has kept: looks at them, has them written again, or
// lets go of them. The row's journey ends here if it has ended badly.
import type { ContainerClient } from '@azure/storage-blob';
import type { BatchStore } from '../../shared/azure/batch-store';
import type { OutcomeStore } from '../../shared/azure/outcome-store';
import {
  type Batch,
  batchId,
  MalformedBatchError,
  parseBatch,
  POISON_PREFIX,
  poisonBlobName,
} from '../../shared/batch';

export interface PoisonBatch {
  /** `<unit>/<number>`, or `unreadable/<digest>` where the message was no batch. */
  readonly id: string;
  readonly keptTime: Date;
  /** null where the message was no batch. */
  readonly batch: Batch | null;
  /** What its session was told. */
  readonly reason: string;
}

export interface PoisonPorts {
  readonly container: Pick<ContainerClient, 'listBlobsFlat'>;
  readonly batches: BatchStore;
  readonly outcomes: Pick<OutcomeStore, 'find' | 'remove'>;
}

/** It cannot be done; the message says why. */
export class PoisonError extends Error {
  override readonly name = 'PoisonError';
}

/** All of them, in the order of their names: those of one unit together. */
export async function* listPoison(ports: PoisonPorts): AsyncGenerator<PoisonBatch> {
  for await (const { name, properties } of ports.container.listBlobsFlat({ prefix: POISON_PREFIX }))
    yield await describe(ports, name, properties.createdOn ?? properties.lastModified);
}

/**
 * Puts the batch into the queue again; its outcome is forgotten, or it would count as done. What other loads have written
 * to the same keys since then is overwritten. Rejects with PoisonError.
 */
export async function retryPoison({ batches, outcomes }: PoisonPorts, id: string): Promise<Batch> {
  const batch = readBatch(await messageOf(batches, id));
  if (batch === null) throw new PoisonError(`${id} is no batch and cannot be written; drop it`);
  const { payload, unit, number } = batch;
  if (payload.place === 'blob' && (await batches.load(payload.name)) === null)
    throw new PoisonError(
      `the rows of ${id} are gone (blob ${payload.name}); run its load again and drop it`,
    );
  await outcomes.remove(unit, number);
  const { waitingSince: _, ...again } = batch;
  await batches.enqueue(again);
  await batches.remove(poisonBlobName(id));
  return batch;
}

/** Removes the batch and its rows; its outcome stays, as its session saw it. Rejects with PoisonError. */
export async function dropPoison({ batches }: PoisonPorts, id: string): Promise<void> {
  const batch = readBatch(await messageOf(batches, id));
  if (batch?.payload.place === 'blob') await batches.remove(batch.payload.name);
  await batches.remove(poisonBlobName(id));
}

async function describe(ports: PoisonPorts, blobName: string, keptTime: Date): Promise<PoisonBatch> {
  const message = await ports.batches.load(blobName);
  const batch = message === null ? null : readBatch(message);
  const id = blobName.slice(POISON_PREFIX.length, -'.json'.length);
  if (batch === null) return { id, keptTime, batch, reason: 'the message is no batch of this version' };
  const outcome = await ports.outcomes.find(batch.unit, batch.number);
  return { id: batchId(batch), keptTime, batch, reason: outcome?.failure?.message ?? 'not known' };
}

async function messageOf(batches: BatchStore, id: string): Promise<Buffer> {
  const message = await batches.load(poisonBlobName(id));
  if (message === null) throw new PoisonError(`there is no poison batch ${id}`);
  return message;
}

function readBatch(message: Buffer): Batch | null {
  try {
    return parseBatch(message.toString());
  } catch (error) {
    if (error instanceof MalformedBatchError) return null;
    throw error;
  }
}
