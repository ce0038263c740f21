// Progress of batches with rows without a key, in Table Storage. Two functions that write the same batch at one time
// find each other out by the ETag: the second save fails. Claims of batches that delete lie beside them.
import type { TableClient } from '@azure/data-tables';
import type { Batch } from '../batch';
import type { Claim, Progress } from '../progress';
import { isEntityChanged, isEntityMissing, isEntityThere } from './storage-errors';

/** Someone else writes the same batch at this moment. */
export class ProgressChangedError extends Error {
  override readonly name = 'ProgressChangedError';
}

interface OpenProgress {
  /** As it was when opened; empty for a batch that comes for the first time. */
  readonly progress: Progress;
  /** Replaces it. Rejects with ProgressChangedError. */
  save(progress: Progress): Promise<void>;
}

type BatchName = Pick<Batch, 'unit' | 'number'>;

export interface ProgressStore {
  open(batch: BatchName): Promise<OpenProgress>;
  /** Also where there is none. */
  remove(batch: BatchName): Promise<void>;
  findClaim(batch: BatchName): Promise<FoundClaim | null>;
  /** In place of `found`; null: where there is none. False: someone was faster. */
  saveClaim(batch: BatchName, claim: Claim, found: FoundClaim | null): Promise<boolean>;
  /** Of this id, or any. Also where there is none. */
  removeClaim(batch: BatchName, id?: string): Promise<void>;
}

interface FoundClaim {
  readonly claim: Claim;
  readonly etag: string;
}

interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  /** Bit sets, base64: row r is bit r % 8 of byte r / 8. */
  readonly begun: string;
  readonly finished: string;
}

export function createProgressStore(table: TableClient): ProgressStore {
  return {
    open: async (batch) => {
      const found = await find(table, batch);
      let etag = found?.etag ?? null;
      const save = async (progress: Progress): Promise<void> => {
        const entity = toEntity(batch, progress);
        try {
          const saved =
            etag === null
              ? await table.createEntity(entity)
              : await table.updateEntity(entity, 'Replace', { etag });
          etag = saved.etag ?? null;
        } catch (error) {
          const changed = isEntityChanged(error) || isEntityThere(error) || isEntityMissing(error);
          throw changed ? new ProgressChangedError('the batch is being written elsewhere') : error;
        }
      };
      return { progress: toProgress(found), save };
    },
    remove: async ({ unit, number }) => {
      await table.deleteEntity(unit, String(number)).catch((error: unknown) => {
        if (!isEntityMissing(error)) throw error;
      });
    },
    findClaim: (batch) => findClaim(table, batch),
    saveClaim: (batch, claim, found) => saveClaim(table, batch, { claim, found }),
    removeClaim: (batch, id) => removeClaim(table, batch, id),
  };
}

async function findClaim(table: TableClient, batch: BatchName): Promise<FoundClaim | null> {
  try {
    const { partitionKey, rowKey } = claimKeys(batch);
    const { etag, id, message, delivery, claimedTime } = await table.getEntity<ClaimEntity>(
      partitionKey,
      rowKey,
    );
    return { etag, claim: { id, message, delivery, claimedTime: Number(claimedTime) } };
  } catch (error) {
    if (isEntityMissing(error)) return null;
    throw error;
  }
}

async function saveClaim(
  table: TableClient,
  batch: BatchName,
  { claim, found }: { claim: Claim; found: FoundClaim | null },
): Promise<boolean> {
  // A string: the SDK writes whole numbers as 32 bits.
  const entity = { ...claimKeys(batch), ...claim, claimedTime: String(claim.claimedTime) };
  try {
    if (found === null) await table.createEntity(entity);
    else await table.updateEntity(entity, 'Replace', { etag: found.etag });
    return true;
  } catch (error) {
    if (isEntityChanged(error) || isEntityThere(error) || isEntityMissing(error)) return false;
    throw error;
  }
}

async function removeClaim(table: TableClient, batch: BatchName, id?: string): Promise<void> {
  const { partitionKey, rowKey } = claimKeys(batch);
  const found = id === undefined ? null : await findClaim(table, batch);
  if (id !== undefined && found?.claim.id !== id) return;
  const options = found === null ? {} : { etag: found.etag };
  await table.deleteEntity(partitionKey, rowKey, options).catch((error: unknown) => {
    if (!isEntityMissing(error) && !isEntityChanged(error)) throw error;
  });
}

interface ClaimEntity extends Omit<Claim, 'claimedTime'> {
  readonly claimedTime: string;
}

function claimKeys({ unit, number }: BatchName): { partitionKey: string; rowKey: string } {
  return { partitionKey: unit, rowKey: `${number}-claim` };
}

async function find(
  table: TableClient,
  { unit, number }: BatchName,
): Promise<(Entity & { etag: string }) | null> {
  try {
    return await table.getEntity<Entity>(unit, String(number));
  } catch (error) {
    if (isEntityMissing(error)) return null;
    throw error;
  }
}

function toEntity({ unit, number }: BatchName, { begun, finished }: Progress): Entity {
  return { partitionKey: unit, rowKey: String(number), begun: encode(begun), finished: encode(finished) };
}

function toProgress(entity: Entity | null): Progress {
  return { begun: decode(entity?.begun ?? ''), finished: decode(entity?.finished ?? '') };
}

function encode(rows: ReadonlySet<number>): string {
  const last = [...rows].reduce((max, row) => Math.max(max, row), -1);
  const bits = Buffer.alloc((last >> 3) + 1);
  for (const row of rows) bits[row >> 3]! |= 1 << (row & 7);
  return bits.toString('base64');
}

function decode(base64: string): Set<number> {
  const bits = Buffer.from(base64, 'base64');
  const rows = new Set<number>();
  for (let row = 0; row < bits.length * 8; row++) if (((bits[row >> 3] ?? 0) >> (row & 7)) & 1) rows.add(row);
  return rows;
}
