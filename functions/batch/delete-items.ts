// DELETE of items by external id. CDF deletes all items of a request or none: what it says is missing is left out and
// counts no row. A request that is repeated after its answer was lost finds its own items missing, and counts none.
import type { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { allRows, namedBy, partRows } from './body';
import { notSupported } from './failure';
import type { Job } from './job';
import { gzipOf, once, requestOf, workOffPorts } from './job';
import type { JsonBody } from './json-body';
import { openJsonPayload } from './payload';
import type { Refusal } from './tally';
import type { Task } from './work-off';
import { workOff } from './work-off';

/** Rejects with CdfError or BatchFailedError. */
export async function deleteItems(job: Job): Promise<void> {
  const { batch, table, tally } = job;
  const { delete: path, parent } = requestOf(job, 'items');
  if (path === null) throw notSupported(`cannot delete from table "${table.name}": CDF keeps what is in it`);
  const open = once(batch, () => openJsonPayload(batch, job.payload));
  const task = (rows: Rows): Task<JsonBody> => ({
    rows,
    send: async (part) => {
      // The body does not say ignoreUnknownIds: CDF then tells which are missing.
      const gzip = await gzipOf(job, part, open);
      await job.send({ path, gzip, contentType: 'application/json' }, true);
      tally.affect(part, () => 1);
    },
    answer: (error, part, body) => {
      const [gone, rest] = partRows(part, isMissing(error, part, body));
      tally.affect(gone, () => 0);
      return gone.length === 0 ? null : [task(rest)];
    },
  });
  if (parent === undefined) return workOff([task(allRows(batch.rows))], open, workOffPorts(job));
  await deleteTree(job, task, open);
}

function isMissing(error: CdfError, rows: Rows, body: JsonBody): (row: number) => boolean {
  return rows.length === 1 && error.status === 404 ? () => true : namedBy(error.missing, body);
}

/**
 * A parent whose children stand in another part of a halved request is refused until they are gone: what is refused is
 * tried again as long as something else was deleted.
 */
async function deleteTree(
  job: Job,
  task: (rows: Rows) => Task<JsonBody>,
  open: () => Promise<JsonBody>,
): Promise<void> {
  let rows = allRows(job.batch.rows);
  for (;;) {
    const refused = new Map<number, (row: number) => Refusal>();
    const refuse = (part: Rows, refusalOf: (row: number) => Refusal) =>
      part.forEach((row) => refused.set(row, refusalOf));
    await workOff([task(rows)], open, { clock: job.clock, refuse });
    const isDone = refused.size === 0 || refused.size === rows.length;
    rows = Uint32Array.from(refused.keys()).sort();
    if (isDone) return job.tally.refuse(rows, (row) => refused.get(row)!(row));
  }
}
