// TRUNCATE of a RAW table: it is deleted and made again. Safe to repeat until its outcome is recorded, for nothing of its
// session is written before. What others write between the two requests may go with the old table.
import { CdfError } from '../cdf/cdf-error';
import type { Job } from './job';
import { compress } from './payload';
import { tablesPath, targetOf } from './raw-paths';

export async function truncateRawTable(job: Job): Promise<void> {
  const { database, table } = targetOf(job);
  const gzip = await compress(Buffer.from(JSON.stringify({ items: [{ name: table }] })));
  const post = (path: string) => job.send({ path, gzip, contentType: 'application/json' }, true);
  const path = tablesPath(database);
  // 404: there is none. It is made all the same: an earlier delivery may have deleted it and got no further.
  await unless(404, post(`${path}/delete`));
  // 409: somebody was faster.
  await unless(409, post(`${path}?ensureParent=true`));
}

async function unless(status: number, answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    if (!(error instanceof CdfError) || error.status !== status) throw error;
  }
}
