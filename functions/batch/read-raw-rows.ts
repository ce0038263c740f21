// Looks at RAW rows before they are written, where CDF's upsert does not tell what was there. CDF gives rows by key one a
// request; its pages of keys are used where a table is small and the keys are many.
import { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { partRows } from './body';
import type { Job } from './job';
import type { JsonBody } from './json-body';
import { membersOf } from './json-parts';
import { hasPath, rowPath, rowsPath, targetOf } from './raw-paths';
import { itemsOf } from './reference-cache';
import { sideBySide } from './side-by-side';

/** Requests of one batch at the same time; the limit of the project stands below it. */
const LOOKUPS_AT_ONCE = 12;
/** So many keys are asked for one by one rather than with a page of keys. */
const KEYS_A_PAGE = 200;
/** So far a table is searched for keys that no URL can name. */
const MAX_SEARCHED_PAGES = 20;
/** CDF's limit of a page. */
const PAGE_ROWS = 10_000;

/**
 * Those rows whose keys CDF has, the others, and those of which it cannot be told: no URL names their keys, and the table
 * is larger than what is searched for them. Rejects with BatchFailedError where the credential may not READ.
 */
export async function partByKey(
  job: Job,
  body: JsonBody,
  rows: Rows,
): Promise<readonly [known: Rows, unknown: Rows, untold: Rows]> {
  const [named, nameless] = partRows(rows, (row) => hasPath(keyOf(body, row)));
  const searched = nameless.length > 0 ? MAX_SEARCHED_PAGES : 0;
  const { keys, isAll } = await listKeys(job, Math.max(searched, Math.floor(rows.length / KEYS_A_PAGE)));
  const isListed = (row: number) => keys.has(keyOf(body, row));
  if (isAll) return [...partRows(rows, isListed), new Uint32Array()];
  const known = new Set(nameless.filter(isListed));
  await sideBySide(named, LOOKUPS_AT_ONCE, async (row) => {
    if (isListed(row) || (await readRow(job, keyOf(body, row))) !== null) known.add(row);
  });
  const isUntold = (row: number) => !known.has(row) && !hasPath(keyOf(body, row));
  const [untold, told] = partRows(rows, isUntold);
  return [...partRows(told, (row) => known.has(row)), untold];
}

/** Refuses those rows whose columns cannot be asked for; returns the others. */
export function refuseNameless(job: Job, body: JsonBody, rows: Rows): Rows {
  const [named, nameless] = partRows(rows, (row) => hasPath(keyOf(body, row)));
  refuseUntold(job, body, nameless);
  return named;
}

export function refuseUntold({ tally }: Job, body: JsonBody, rows: Rows): void {
  const message = (row: number) => `CDF has no path to a RAW row with the key "${keyOf(body, row)}"`;
  tally.refuse(rows, (row) => ({ code: '0A000', message: message(row) }));
}

/** The columns that CDF has of each row, by name, as JSON texts; rows that it does not have are not among them. */
export async function readColumns(
  job: Job,
  body: JsonBody,
  rows: Rows,
): Promise<ReadonlyMap<number, Map<string, string>>> {
  const columns = new Map<number, Map<string, string>>();
  await sideBySide(rows, LOOKUPS_AT_ONCE, async (row) => {
    const text = await readRow(job, keyOf(body, row));
    if (text !== null) columns.set(row, membersOf(membersOf(text).get('columns') ?? '{}'));
  });
  return columns;
}

function keyOf(body: JsonBody, row: number): string {
  return String(body.itemOf(row)['key']);
}

/** The row as CDF writes it; null: CDF has no such row, or no such table yet. */
async function readRow(job: Job, key: string): Promise<string | null> {
  const path = rowPath(targetOf(job), key);
  return orNull(job.send({ ...GET, path, answer: 'text', reads: job.table.acl }, true), (answer) =>
    String(answer),
  );
}

const GET = { gzip: null, contentType: 'application/json' } as const;

interface Keys {
  readonly keys: ReadonlySet<string>;
  readonly isAll: boolean;
}

/** The keys of up to `pages` pages of the table. */
async function listKeys(job: Job, pages: number): Promise<Keys> {
  const keys = new Set<string>();
  let cursor = '';
  for (let page = 0; page < pages; page++) {
    const after = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    // A comma alone: no column, just keys.
    const path = `${rowsPath(targetOf(job))}?limit=${PAGE_ROWS}&columns=%2C${after}`;
    const answer = await orNull(job.send({ ...GET, path, reads: job.table.acl }, true), (given) => given);
    for (const { key } of itemsOf(answer)) keys.add(String(key));
    const next = (answer as { nextCursor?: unknown } | null)?.nextCursor;
    if (typeof next !== 'string' || next === '') return { keys, isAll: true };
    cursor = next;
  }
  return { keys, isAll: false };
}

async function orNull<T>(answer: Promise<unknown>, read: (answer: unknown) => T): Promise<T | null> {
  try {
    return read(await answer);
  } catch (error) {
    if (error instanceof CdfError && error.status === 404) return null;
    throw error;
  }
}
