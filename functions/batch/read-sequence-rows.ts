// Which rows of sequences CDF has: CDF's upsert does not tell. Asked for by ranges, so that rows that lie close together
// cost one request.
import { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { partRows } from './body';
import type { Job } from './job';
import type { Item, JsonBody } from './json-body';
import { compress } from './payload';
import { sideBySide } from './side-by-side';

/** A range is cut where so many row numbers are not asked for: reading them costs more than another request. */
const MAX_GAP = 1000;
/** CDF's limit of a page. */
const PAGE_ROWS = 10_000;
/** Requests of one batch at the same time; the limit of the project stands below it. */
const READS_AT_ONCE = 4;

interface Range {
  /** `{externalId}` or `{id}`. */
  readonly sequence: Item;
  readonly rows: Map<number, number[]>;
  readonly start: number;
  end: number;
}

/** Those rows that CDF has, and the others. Rejects with BatchFailedError where the credential may not READ. */
export async function partByRowNumber(
  job: Job,
  body: JsonBody,
  rows: Rows,
): Promise<readonly [known: Rows, unknown: Rows]> {
  const known = new Set<number>();
  await sideBySide(rangesOf(body, rows), READS_AT_ONCE, async (range) => {
    for await (const number of rowNumbers(job, range))
      for (const row of range.rows.get(number) ?? []) known.add(row);
  });
  return partRows(rows, (row) => known.has(row));
}

export function sequenceOf({ externalId, id }: Item): Item {
  return externalId === undefined ? { id } : { externalId };
}

function rangesOf(body: JsonBody, rows: Rows): Range[] {
  const numberOf = (row: number) => Number(body.itemOf(row)['rowNumber']);
  const bySequence = new Map<string, number[]>();
  for (const row of rows) {
    const name = body.identityOf(row) ?? '';
    const list = bySequence.get(name) ?? [];
    list.push(row);
    bySequence.set(name, list);
  }
  return [...bySequence.values()].flatMap((list) => {
    const ranges: Range[] = [];
    for (const row of list.sort((a, b) => numberOf(a) - numberOf(b))) {
      const number = numberOf(row);
      let range = ranges.at(-1);
      if (range === undefined || number - range.end > MAX_GAP) {
        const sequence = sequenceOf(body.itemOf(row));
        range = { sequence, rows: new Map(), start: number, end: number };
        ranges.push(range);
      }
      range.end = number;
      range.rows.set(number, [...(range.rows.get(number) ?? []), row]);
    }
    return ranges;
  });
}

/** Of the rows in the range; of a sequence that CDF does not have none. */
async function* rowNumbers(job: Job, { sequence, start, end }: Range): AsyncGenerator<number> {
  const query = { ...sequence, start, end: end + 1, limit: PAGE_ROWS };
  for (let cursor: string | undefined; ;) {
    const gzip = await compress(
      Buffer.from(JSON.stringify(cursor === undefined ? query : { ...query, cursor })),
    );
    const page = await readPage(job, gzip);
    for (const { rowNumber } of page.rows ?? []) yield rowNumber;
    cursor = page.nextCursor;
    if (cursor === undefined || cursor === '') return;
  }
}

interface Page {
  readonly rows?: readonly { readonly rowNumber: number }[];
  readonly nextCursor?: string;
}

async function readPage(job: Job, gzip: Buffer): Promise<Page> {
  const request = { path: '/sequences/data/list', gzip, contentType: 'application/json' } as const;
  try {
    return (await job.send({ ...request, reads: job.table.acl }, true)) as Page;
  } catch (error) {
    if (error instanceof CdfError && error.missing.length > 0) return {};
    throw error;
  }
}
