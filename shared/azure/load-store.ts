// Loads in Table Storage: partition = user, row key = time backwards, so that a query without order begins at the latest.
import type { TableClient } from '@azure/data-tables';
import { odata } from '@azure/data-tables';
import type { Load, LoadBatch } from '../load';

export interface LoadStore {
  record(load: Load): Promise<void>;
  /** Those handed over since then (ms since 1970), the latest first, at most `limit`. */
  since(username: string, time: number, limit: number): Promise<Load[]>;
}

/** A string property holds 64 KiB of UTF-16; an entity 1 MiB, of which half is for the batches. */
const MAX_PROPERTY_CHARACTERS = 32 * 1024;
const MAX_PROPERTIES = 8;
const LAST_TIME = 9_999_999_999_999;

interface Entity {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly queuedTime: string;
  /** How many batches: those that do not fit into the properties are known by their number only. */
  readonly count: number;
  /** `batches0`, `batches1` ...: runs of equal batches as [table, rows, times], JSON. */
  readonly [batches: `batches${number}`]: string;
}

type Run = readonly [table: string, rows: number, times: number];

export function createLoadStore(table: TableClient): LoadStore {
  return {
    record: async (load) => {
      await table.upsertEntity(toEntity(load), 'Replace');
    },
    since: async (username, time, limit) => {
      // `~` comes after the unit's name, which follows the time.
      const last = `${backwards(time)}~`;
      const filter = odata`PartitionKey eq ${partitionKey(username)} and RowKey le ${last}`;
      const loads: Load[] = [];
      for await (const entity of table.listEntities<Entity>({ queryOptions: { filter } })) {
        loads.push(toLoad(username, entity));
        if (loads.length === limit) break;
      }
      return loads;
    },
  };
}

/** As the credentials' keys: a user name may hold what a key must not. */
function partitionKey(username: string): string {
  return `u-${Buffer.from(username).toString('base64url')}`;
}

function backwards(time: number): string {
  return String(LAST_TIME - time).padStart(13, '0');
}

function toEntity({ username, unit, queuedTime, batches }: Load): Entity {
  const pieces: Record<string, string> = {};
  piecesOf(runsOf(batches)).forEach((piece, i) => (pieces[`batches${i}`] = piece));
  return {
    partitionKey: partitionKey(username),
    rowKey: `${backwards(queuedTime)}-${unit}`,
    queuedTime: String(queuedTime),
    count: batches.length,
    ...pieces,
  };
}

/** A large load is many batches of the same size: a handful of runs. */
function runsOf(batches: readonly LoadBatch[]): Run[] {
  const runs: [string, number, number][] = [];
  for (const { table, rows } of batches) {
    const last = runs.at(-1);
    if (last?.[0] === table && last[1] === rows) last[2]++;
    else runs.push([table, rows, 1]);
  }
  return runs;
}

/** JSON lists that each fit into a property. */
function piecesOf(runs: readonly Run[]): string[] {
  const pieces: string[] = [];
  let piece: string[] = [];
  let length = 2;
  const end = () => {
    if (piece.length > 0) pieces.push(`[${piece.join(',')}]`);
    piece = [];
    length = 2;
  };
  for (const run of runs) {
    const json = JSON.stringify(run);
    if (length + json.length + 1 > MAX_PROPERTY_CHARACTERS) end();
    piece.push(json);
    length += json.length + 1;
  }
  end();
  return pieces.slice(0, MAX_PROPERTIES);
}

function toLoad(username: string, entity: Entity): Load {
  const batches: LoadBatch[] = [];
  for (let i = 0; entity[`batches${i}`] !== undefined; i++)
    for (const [table, rows, times] of JSON.parse(entity[`batches${i}`]!) as Run[])
      for (let time = 0; time < times; time++) batches.push({ table, rows });
  const unit = entity.rowKey.slice(entity.rowKey.indexOf('-') + 1);
  while (batches.length < entity.count) batches.push({ table: '', rows: 0 });
  return { username, unit, queuedTime: Number(entity.queuedTime), batches };
}
