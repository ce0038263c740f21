// Writes items: assets, events, time series, sequences, files, labels, relationships, extraction pipelines and their runs.
// CDF has no upsert for them: they are created; those that CDF has already are updated, those that vanish meanwhile are
// created again. UPDATE only updates.
import type { Rows } from './body';
import { allRows } from './body';
import type { Job } from './job';
import { once, requestOf, workOffPorts } from './job';
import { ItemTasks } from './item-tasks';
import { notSupported } from './failure';
import { openJsonPayload } from './payload';
import { workOff } from './work-off';

/** INSERT, COPY. Rejects with CdfError or BatchFailedError. */
export function writeItems(job: Job): Promise<void> {
  return write(job, 'upsert', (tasks, rows) => tasks.insert(rows));
}

/** UPDATE: what CDF does not have affects no row. */
export function updateExistingItems(job: Job): Promise<void> {
  if (requestOf(job, 'items').update === null)
    throw notSupported(
      `cannot update table "${job.table.name}": CDF has no update for it`,
      'Delete the rows and insert them again.',
    );
  return write(job, 'update', (tasks, rows) => Promise.resolve([tasks.update(rows, 1)]));
}

type FirstTasks = (tasks: ItemTasks, rows: Rows) => ReturnType<ItemTasks['insert']>;

async function write(job: Job, mode: 'upsert' | 'update', first: FirstTasks): Promise<void> {
  const open = once(job.batch, () => openJsonPayload(job.batch, job.payload));
  const tasks = new ItemTasks(job, await open(), mode);
  const rows = await tasks.references.resolve(allRows(job.batch.rows));
  await workOff(await first(tasks, rows), open, workOffPorts(job));
}
