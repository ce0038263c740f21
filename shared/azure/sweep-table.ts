// Table Storage forgets nothing by itself: what is older than anyone may ask for is removed, entity by entity.
import type { TableClient } from '@azure/data-tables';
import { odata } from '@azure/data-tables';
import { isEntityMissing } from './storage-errors';

/** Deletions under way at a time. */
const AT_ONCE = 16;

/** Removes what was last written before `time` (ms since 1970), at most `limit` entities. Returns how many. */
export async function sweepTable(table: TableClient, time: number, limit: number): Promise<number> {
  const filter = odata`Timestamp lt ${new Date(time)}`;
  const queryOptions = { filter, select: ['PartitionKey', 'RowKey'] };
  let removed = 0;
  let under: Promise<void>[] = [];
  for await (const { partitionKey = '', rowKey = '' } of table.listEntities({ queryOptions })) {
    if (removed === limit) break;
    removed++;
    under.push(remove(table, partitionKey, rowKey));
    if (under.length < AT_ONCE) continue;
    await Promise.all(under);
    under = [];
  }
  await Promise.all(under);
  return removed;
}

async function remove(table: TableClient, partitionKey: string, rowKey: string): Promise<void> {
  await table.deleteEntity(partitionKey, rowKey).catch((error: unknown) => {
    if (!isEntityMissing(error)) throw error;
  });
}
