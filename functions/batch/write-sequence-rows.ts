// Writes rows of sequences: CDF sets the cells that a request names, so it may be repeated. Whether a row is there CDF is
// asked only where the statement wants to know.
import type { Rows } from './body';
import { allRows, namedBy, partRows } from './body';
import { isPermissionDenied } from './failure';
import type { Job } from './job';
import { once, workOffPorts } from './job';
import type { JsonBody } from './json-body';
import { compress, openJsonPayload } from './payload';
import { partByRowNumber, sequenceOf } from './read-sequence-rows';
import type { Cells } from './sequence-cells';
import { cellReader, encodeRequests, packRows } from './sequence-cells';
import type { Task } from './work-off';
import { workOff } from './work-off';

const contentType = 'application/json';

/** INSERT, COPY. */
export async function writeSequenceRows(job: Job): Promise<void> {
  const body = await opener(job)();
  const rows = allRows(job.batch.rows);
  if (job.batch.onConflict.action !== 'nothing') return write(job, body, rows);
  const [known, unknown] = await partByRowNumber(job, body, rows);
  job.tally.affect(known, () => 0);
  await write(job, body, unknown);
}

/** UPDATE: sets the named cells of rows that CDF has. */
export async function updateSequenceRows(job: Job): Promise<void> {
  const body = await opener(job)();
  const [known, unknown] = await partByRowNumber(job, body, allRows(job.batch.rows));
  job.tally.affect(unknown, () => 0);
  await write(job, body, known);
}

async function write(job: Job, body: JsonBody, rows: Rows): Promise<void> {
  const read = cellReader(body);
  const problemOf = (row: number) => {
    const cells = read(row);
    return typeof cells === 'string' ? cells : null;
  };
  const [bad, good] = partRows(rows, (row) => problemOf(row) !== null);
  job.tally.refuse(bad, (row) => ({ code: '22023', message: problemOf(row) ?? '' }));
  const cellsOf = (row: number) => read(row) as Cells;
  const task = (part: Rows): Task<JsonBody> => ({
    rows: part,
    send: async (sent) => {
      for (const request of encodeRequests(sent, cellsOf))
        await job.send({ path: '/sequences/data', gzip: await compress(request), contentType }, true);
      job.tally.write(sent.length);
    },
    answer: (error, sent) => {
      const [missing, rest] = partRows(sent, namedBy(error.missing, body));
      job.tally.refuse(missing, (row) => unknownSequence(body, row));
      return missing.length === 0 ? null : [task(rest)];
    },
  });
  await workOff(packRows(good, cellsOf).map(task), () => Promise.resolve(body), workOffPorts(job));
}

function unknownSequence(body: JsonBody, row: number): { code: string; message: string } {
  const { externalId, id } = body.itemOf(row);
  return { code: '23503', message: `sequence "${String(externalId ?? id)}" does not exist in CDF` };
}

/** DELETE: CDF takes rows that it does not have; those that were there are counted before, where the credential may READ. */
export async function deleteSequenceRows(job: Job): Promise<void> {
  const { tally, batch } = job;
  const body = await opener(job)();
  const rows = allRows(batch.rows);
  const known = await knownRows(job, body, rows);
  const task = (part: Rows): Task<JsonBody> => ({
    rows: part,
    send: async (sent) => {
      const gzip = await compress(encodeDelete(body, sent));
      await job.send({ path: '/sequences/data/delete', gzip, contentType }, true);
      tally.affect(sent, (row) => (known.has(row) ? 1 : 0));
    },
    answer: (error, sent) => {
      const [gone, rest] = partRows(sent, namedBy(error.missing, body));
      tally.affect(gone, () => 0);
      return gone.length === 0 ? null : [task(rest)];
    },
  });
  await workOff(packSequences(body, rows).map(task), () => Promise.resolve(body), workOffPorts(job));
}

async function knownRows(job: Job, body: JsonBody, rows: Rows): Promise<ReadonlySet<number>> {
  try {
    const [known] = await partByRowNumber(job, body, rows);
    return new Set(known);
  } catch (error) {
    if (isPermissionDenied(error)) return new Set();
    throw error;
  }
}

function encodeDelete(body: JsonBody, rows: Rows): Buffer {
  const bySequence = new Map<string | null, number[]>();
  for (const row of rows) {
    const list = bySequence.get(body.identityOf(row)) ?? [];
    list.push(row);
    bySequence.set(body.identityOf(row), list);
  }
  const items = [...bySequence.values()].map((list) => ({
    ...sequenceOf(body.itemOf(list[0]!)),
    rows: [...new Set(list.map((row) => body.itemOf(row)['rowNumber']))],
  }));
  return Buffer.from(JSON.stringify({ items }));
}

/** Parts of as many sequences as CDF takes; a batch holds no more rows than CDF takes of one sequence. */
function packSequences(body: JsonBody, rows: Rows): Rows[] {
  return packRows(rows, (row) => ({
    sequence: body.identityOf(row) ?? '',
    rowNumber: '',
    columns: [],
    values: [],
  }));
}

function opener({ batch, payload }: Job): () => Promise<JsonBody> {
  return once(batch, () => openJsonPayload(batch, payload));
}
