// Writes RAW rows: an upsert by key, so a request may be repeated; CDF makes database and table where they are missing. A
// write replaces a row's columns as a whole; where a statement sets some of them, what CDF has is read and merged.
import type { Rows } from './body';
import { allRows, cutRows, partRows } from './body';
import { isPermissionDenied } from './failure';
import type { Job } from './job';
import { gzipOf, once, workOffPorts } from './job';
import type { JsonBody } from './json-body';
import { joinItems } from './json-body';
import { mergeRows } from './merge-raw-rows';
import { compress, openJsonPayload } from './payload';
import { rowsPath, targetOf } from './raw-paths';
import { partByKey, refuseNameless, refuseUntold } from './read-raw-rows';
import type { Task } from './work-off';
import { workOff } from './work-off';

/** CDF's limit of /rows/delete. */
const MAX_DELETES = 1000;

type Open = () => Promise<JsonBody>;

/** INSERT, COPY. */
export async function writeRawRows(job: Job): Promise<void> {
  const { batch, tally } = job;
  const { onConflict, own } = batch;
  const open = opener(job);
  const rows = allRows(batch.rows);
  if (onConflict.action === 'nothing') {
    const [known, unknown, untold] = await partByKey(job, await open(), rows);
    tally.affect(known, () => 0);
    refuseUntold(job, await open(), untold);
    await workOff([writeTask(job, open, unknown)], open, workOffPorts(job));
  } else if ('columns' in onConflict && own !== undefined) await merge(job, open, rows, onConflict.columns);
  else await workOff([writeTask(job, open, rows)], open, workOffPorts(job));
}

/** UPDATE: of a table of one's own the named columns, of raw_rows the columns as a whole; rows that CDF lacks stay away. */
export async function updateRawRows(job: Job): Promise<void> {
  const { batch, tally } = job;
  const open = opener(job);
  const rows = allRows(batch.rows);
  if (batch.own !== undefined) return merge(job, open, rows, batch.columns);
  const [known, unknown, untold] = await partByKey(job, await open(), rows);
  tally.affect(unknown, () => 0);
  refuseUntold(job, await open(), untold);
  await workOff([writeTask(job, open, known)], open, workOffPorts(job));
}

/** DELETE: CDF takes keys that it does not have; those that were there are counted before, where the credential may READ. */
export async function deleteRawRows(job: Job): Promise<void> {
  const { batch, tally } = job;
  const open = opener(job);
  const rows = allRows(batch.rows);
  const known = await knownRows(job, await open(), rows);
  const path = `${rowsPath(targetOf(job))}/delete`;
  const task = (part: Rows): Task<JsonBody> => ({
    rows: part,
    send: async (sent) => {
      const gzip = await gzipOf(job, sent, open);
      await job.send({ path, gzip, contentType: 'application/json' }, true);
      tally.affect(sent, (row) => (known.has(row) ? 1 : 0));
    },
    answer: (error, sent) => {
      // No such table: no such rows.
      if (error.status !== 404) return null;
      tally.affect(sent, () => 0);
      return [];
    },
  });
  await workOff(cutRows(rows, MAX_DELETES).map(task), open, workOffPorts(job));
}

async function knownRows(job: Job, body: JsonBody, rows: Rows): Promise<ReadonlySet<number>> {
  try {
    const [known] = await partByKey(job, body, rows);
    return new Set(known);
  } catch (error) {
    if (isPermissionDenied(error)) return new Set();
    throw error;
  }
}

function opener({ batch, payload }: Job): Open {
  return once(batch, () => openJsonPayload(batch, payload));
}

function writeTask(job: Job, open: Open, rows: Rows): Task<JsonBody> {
  return {
    rows,
    send: async (part) => {
      await send(job, await gzipOf(job, part, open));
      job.tally.write(part.length);
    },
    answer: () => null,
  };
}

async function merge(job: Job, open: Open, rows: Rows, columns: readonly string[]): Promise<void> {
  const named = refuseNameless(job, await open(), rows);
  await workOff([mergeTask(job, open, named, columns)], open, workOffPorts(job));
}

/** UPDATE writes only what is there; INSERT ... DO UPDATE writes the other rows as they are. */
function mergeTask(job: Job, open: Open, rows: Rows, columns: readonly string[]): Task<JsonBody> {
  const isUpdate = job.batch.write === 'update';
  return {
    rows,
    send: async (part) => {
      const merged = await mergeRows(job, await open(), part, columns);
      const [there, others] = partRows(part, (row) => merged.has(row));
      const written = isUpdate ? there : part;
      const body = await open();
      const items = Array.from(written, (row) => Buffer.from(merged.get(row) ?? body.textOf(row)));
      if (items.length > 0) await send(job, await compress(joinItems(items)));
      job.tally.write(written.length);
      if (isUpdate) job.tally.affect(others, () => 0);
    },
    answer: () => null,
  };
}

async function send(job: Job, gzip: Buffer): Promise<void> {
  const path = `${rowsPath(targetOf(job))}?ensureParent=true`;
  await job.send({ path, gzip, contentType: 'application/json' }, true);
}
