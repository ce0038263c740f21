// How many points lie in the ranges that a DELETE names, read from CDF page by page before they are deleted. Where the
// credential may not READ time series nobody can know: then every range counts 0 points, and the DELETE is done all the
// same. Beyond MAX_PAGES what is left is not counted either.
import { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { cutRows, identitiesOf, identityOf } from './body';
import { isPermissionDenied } from './failure';
import type { Job } from './job';
import type { Item, JsonBody } from './json-body';
import { compress } from './payload';
import { itemsOf } from './reference-cache';
import { sideBySide } from './side-by-side';

/** CDF's limits of one request for points. */
const MAX_ITEMS = 100;
const MAX_POINTS = 100_000;
/** Some 4 MB and 0.1 s each: 20 million points a batch. */
const MAX_PAGES = 200;
const PAGES_AT_ONCE = 4;
/** 2100-01-01: CDF has no points from then on. */
const END_OF_TIME = 4_102_444_800_000;

interface Range {
  readonly row: number;
  readonly item: Item;
  start: number;
  readonly end: number;
}

/** Points by row. Ranges of one series that overlap are counted in the order of their rows, each point once. */
export async function countPoints(job: Job, body: JsonBody, rows: Rows): Promise<Map<number, number>> {
  const counts = new Map<number, number>();
  try {
    await count(job, rangesOf(body, rows), (row, points) => counts.set(row, (counts.get(row) ?? 0) + points));
    return counts;
  } catch (error) {
    if (isPermissionDenied(error)) return new Map();
    throw error;
  }
}

/** Without those parts that an earlier row of the same series names already. */
function rangesOf(body: JsonBody, rows: Rows): Range[] {
  const earlier = new Map<string, Range[]>();
  return Array.from(rows).flatMap((row) => {
    const item = body.itemOf(row);
    const start = Number(item['inclusiveBegin']);
    const end = Number(item['exclusiveEnd'] ?? END_OF_TIME);
    const series = body.identityOf(row) ?? '';
    const before = earlier.get(series) ?? [];
    const parts = before.reduce(without, [{ row, item, start, end }]);
    earlier.set(series, [...before, { row, item, start, end }]);
    return parts.filter((part) => part.start < part.end);
  });
}

function without(parts: Range[], { start, end }: Range): Range[] {
  return parts.flatMap((part) => {
    if (end <= part.start || start >= part.end) return [part];
    return [
      { ...part, end: start },
      { ...part, start: end },
    ].filter((rest) => rest.start < rest.end);
  });
}

type Add = (row: number, points: number) => void;

async function count(job: Job, ranges: readonly Range[], add: Add): Promise<void> {
  let pages = 0;
  const groups = cutRows(Uint32Array.from(ranges.keys()), MAX_ITEMS);
  await sideBySide(groups, PAGES_AT_ONCE, async (group) => {
    let waiting = Array.from(group, (i) => ranges[i]!);
    while (waiting.length > 0 && pages++ < MAX_PAGES) waiting = await countPage(job, waiting, add);
  });
}

/** The ranges that are not read to their end, with what is left of them. */
async function countPage(job: Job, ranges: readonly Range[], add: Add): Promise<Range[]> {
  const limit = Math.floor(MAX_POINTS / ranges.length);
  let answers: readonly Item[];
  try {
    answers = await list(job, ranges, limit);
  } catch (error) {
    const missing = error instanceof CdfError ? identitiesOf(error.missing) : new Set<string>();
    const known = ranges.filter(({ item }) => !missing.has(identityOf(item) ?? ''));
    if (known.length === ranges.length) throw error;
    return known;
  }
  // Answers come in the order of the request; the same series may stand in it more than once.
  return ranges.filter((range, i) => {
    const points = (answers[i]?.['datapoints'] ?? []) as readonly { readonly timestamp: number }[];
    add(range.row, points.length);
    const last = points.at(-1);
    if (last === undefined || points.length < limit) return false;
    range.start = last.timestamp + 1;
    return range.start < range.end;
  });
}

/** One page of points of each range. Bad and uncertain points count as well: they are deleted too. */
async function list(job: Job, ranges: readonly Range[], limit: number): Promise<readonly Item[]> {
  const every = { limit, ignoreBadDataPoints: false, treatUncertainAsBad: false };
  const items = ranges.map(({ item, start, end }) => {
    const { externalId, id } = item;
    return { ...(externalId === undefined ? { id } : { externalId }), start, end, ...every };
  });
  const gzip = await compress(Buffer.from(JSON.stringify({ items })));
  const request = { path: '/timeseries/data/list', gzip, contentType: 'application/json' } as const;
  return itemsOf(await job.send({ ...request, reads: job.table.acl }, true));
}
