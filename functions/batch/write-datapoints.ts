// Writes data points: an upsert by time, so a request may be repeated. CDF takes a request whole or not at all.
import type { Body, Rows } from './body';
import { allRows, namedBy, partRows } from './body';
import type { Job } from './job';
import { gzipOf, once, workOffPorts } from './job';
import { openDatapointPayload } from './payload';
import type { Task } from './work-off';
import { workOff } from './work-off';

const PATH = '/timeseries/data';

export async function writeDatapoints(job: Job): Promise<void> {
  const { batch, tally } = job;
  const open = once(batch, () => openDatapointPayload(batch, job.payload));
  const task = (rows: Rows): Task<Body> => ({
    rows,
    send: async (part) => {
      const gzip = await gzipOf(job, part, open);
      await job.send({ path: PATH, gzip, contentType: batch.contentType }, true);
      tally.write(part.length);
    },
    answer: (error, part, body) => {
      // Points of time series that CDF does not know are refused; the others are sent again.
      const [bad, rest] = partRows(part, namedBy(error.missing, body));
      tally.refuse(bad, (row) => unknownSeries(body.keyOf(row) ?? ''));
      return bad.length === 0 ? null : [task(rest)];
    },
  });
  await workOff([task(allRows(batch.rows))], open, workOffPorts(job));
}

function unknownSeries(key: string): { code: string; message: string } {
  return { code: '23503', message: `time series "${key}" does not exist in CDF` };
}
