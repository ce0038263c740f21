// Writes RAW rows: an upsert by key, so a request may be repeated; CDF makes database and table where they are missing.
import { CdfError } from '../cdf/cdf-error';
import type { Body, Rows } from './body';
import { allRows } from './body';
import { notSupported, payloadDamaged } from './failure';
import type { Job } from './job';
import { gzipOf, once } from './job';
import { openJsonPayload } from './payload';
import type { Task } from './work-off';
import { workOff } from './work-off';

/** Requests of one batch that ask for a key at the same time; the project's limit stands below it. */
const LOOKUPS_AT_ONCE = 4;
/** ON CONFLICT DO NOTHING asks CDF for each key: beyond so many rows that is no way to load. */
const MAX_LOOKUPS = 1000;

export async function writeRawRows(job: Job): Promise<void> {
  const { batch, tally } = job;
  const path = rowsPath(job);
  const open = once(batch, () => openJsonPayload(batch, job.payload));
  const task = (rows: Rows): Task<Body> => ({
    rows,
    send: async (part) => {
      const gzip = await gzipOf(job, part, open);
      await job.send({ path: `${path}?ensureParent=true`, gzip, contentType: batch.contentType }, true);
      tally.write(part.length);
    },
    answer: () => null,
  });
  const all = allRows(batch.rows);
  const rows = batch.onConflict.action === 'nothing' ? await unknownRows(job, await open(), all) : all;
  await workOff([task(rows)], open, job);
}

function rowsPath({ batch }: Job): string {
  if (batch.target === undefined) throw payloadDamaged();
  const { database, table } = batch.target;
  return `/raw/dbs/${pathPart(database)}/tables/${pathPart(table)}/rows`;
}

/** In a URL these two mean a folder, percent-encoded as well: the request would go elsewhere. */
function pathPart(name: string): string {
  if (name === '.' || name === '..') throw notSupported(`CDF has no path to a RAW name "${name}"`);
  return encodeURIComponent(name);
}

/** Rows whose key CDF lacks. */
async function unknownRows(job: Job, body: Body, rows: Rows): Promise<Rows> {
  if (rows.length > MAX_LOOKUPS)
    throw notSupported(
      `ON CONFLICT DO NOTHING into "${job.table.name}" takes at most ${MAX_LOOKUPS} rows of a RAW table at a time`,
      'Load in smaller statements, or without ON CONFLICT DO NOTHING.',
    );
  const unknown: number[] = [];
  const waiting = rows.values();
  const lookUp = async (): Promise<void> => {
    for (const row of waiting) if (!(await isKnown(job, body.keyOf(row) ?? ''))) unknown.push(row);
  };
  await Promise.all(Array.from({ length: LOOKUPS_AT_ONCE }, lookUp));
  return Uint32Array.from(unknown).sort();
}

async function isKnown(job: Job, key: string): Promise<boolean> {
  const path = `${rowsPath(job)}/${pathPart(key)}`;
  try {
    await job.send({ path, gzip: null, contentType: 'application/json' }, true);
    return true;
  } catch (error) {
    // 404: no such row, or no such table yet.
    if (error instanceof CdfError && error.status === 404) return false;
    throw error;
  }
}
