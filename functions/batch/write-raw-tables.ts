// RAW tables themselves: made with their databases, deleted with all their rows. A table that is there is what an INSERT
// asks for; there is nothing to update in it.
import type { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { allRows, cutRows, partRows } from './body';
import type { Job } from './job';
import { once, workOffPorts } from './job';
import type { JsonBody } from './json-body';
import { compress, openJsonPayload } from './payload';
import { tablesPath } from './raw-paths';
import type { Task } from './work-off';
import { workOff } from './work-off';

/** CDF's limit of a request. */
const MAX_TABLES = 1000;

/** INSERT. */
export function createRawTables(job: Job): Promise<void> {
  const { tally, batch } = job;
  return perDatabase(job, '?ensureParent=true', {
    done: (rows) => tally.write(rows.length),
    status: 409,
    named: ({ duplicated }) => duplicated,
    // It is there: DO NOTHING does not count it.
    found: (rows) =>
      batch.onConflict.action === 'update' ? tally.write(rows.length) : tally.affect(rows, () => 0),
  });
}

/** DELETE: what CDF does not have counts no row. */
export function deleteRawTables(job: Job): Promise<void> {
  const { tally } = job;
  return perDatabase(job, '/delete', {
    done: (rows) => tally.affect(rows, () => 1),
    status: 404,
    named: ({ missing }) => missing,
    found: (rows) => tally.affect(rows, () => 0),
  });
}

interface Answers {
  readonly done: (rows: Rows) => void;
  /** CDF's status where some of the tables are there already, or are missing. */
  readonly status: number;
  readonly named: (error: CdfError) => readonly Readonly<Record<string, unknown>>[];
  readonly found: (rows: Rows) => void;
}

async function perDatabase(job: Job, suffix: string, answers: Answers): Promise<void> {
  const open = once(job.batch, () => openJsonPayload(job.batch, job.payload));
  const body = await open();
  const rows = allRows(job.batch.rows);
  const databaseOf = (row: number) => String(body.itemOf(row)['database']);
  const tableOf = (row: number) => String(body.itemOf(row)['table']);
  const task = (part: Rows): Task<JsonBody> => ({
    rows: part,
    send: async (sent) => {
      const items = [...new Set(Array.from(sent, tableOf))].map((name) => ({ name }));
      const gzip = await compress(Buffer.from(JSON.stringify({ items })));
      const path = `${tablesPath(databaseOf(sent[0]!))}${suffix}`;
      await job.send({ path, gzip, contentType: 'application/json' }, true);
      answers.done(sent);
    },
    answer: (error, sent) => {
      if (error.status !== answers.status) return null;
      const names = new Set(answers.named(error).map(({ name }) => name));
      const [named, rest] = partRows(sent, (row) => sent.length === 1 || names.has(tableOf(row)));
      answers.found(named);
      return named.length === 0 ? null : [task(rest)];
    },
  });
  const databases = [...new Set(Array.from(rows, databaseOf))];
  const tasks = databases.flatMap((database) =>
    cutRows(
      rows.filter((row) => databaseOf(row) === database),
      MAX_TABLES,
    ).map(task),
  );
  await workOff(tasks, open, workOffPorts(job));
}
