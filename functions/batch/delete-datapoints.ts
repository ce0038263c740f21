// DELETE of data points by series and time range. CDF does not say how many points it deletes, so they are counted before
// (count-datapoints.ts). Series that CDF does not have have no points.
import type { Rows } from './body';
import { allRows, namedBy, partRows } from './body';
import { countPoints } from './count-datapoints';
import type { Job } from './job';
import { gzipOf, once, workOffPorts } from './job';
import type { JsonBody } from './json-body';
import { openJsonPayload } from './payload';
import type { Task } from './work-off';
import { workOff } from './work-off';

export async function deleteDatapoints(job: Job): Promise<void> {
  const { batch, tally } = job;
  const open = once(batch, () => openJsonPayload(batch, job.payload));
  const body = await open();
  const rows = allRows(batch.rows);
  const counts = await countPoints(job, body, rows);
  const task = (part: Rows): Task<JsonBody> => ({
    rows: part,
    send: async (sent) => {
      const gzip = await gzipOf(job, sent, open);
      await job.send({ path: '/timeseries/data/delete', gzip, contentType: 'application/json' }, true);
      tally.affect(sent, (row) => counts.get(row) ?? 0);
    },
    answer: (error, sent) => {
      const [gone, rest] = partRows(sent, namedBy(error.missing, body));
      tally.affect(gone, () => 0);
      return gone.length === 0 ? null : [task(rest)];
    },
  });
  await workOff([task(rows)], open, workOffPorts(job));
}
