// The two requests of items: create, and update of those that CDF has.
import { compress } from './payload';
import type { Rows } from './body';
import { partRows } from './body';
import type { Job } from './job';
import { gzipOf } from './job';
import type { Item, JsonBody } from './json-body';
import { joinItems } from './json-body';
import type { UpdatePlan } from './update-items';
import { unchanged, updateItem } from './update-items';

const contentType = 'application/json';

/** One create request; `isIdempotent`: all rows have a key, so that a repeated create is answered with 409. */
export async function createItems(
  job: Job,
  body: JsonBody,
  rows: Rows,
  isIdempotent: boolean,
): Promise<void> {
  const { request } = job.table;
  if (request.kind !== 'items') throw new TypeError(`${job.table.name} is no table of items`);
  const gzip = await gzipOf(job, rows, () => Promise.resolve(body));
  await job.send({ path: request.create, gzip, contentType }, isIdempotent);
  job.tally.write(rows.length);
}

/** One update request. Rows that CDF took but could not change as asked are refused. */
export async function updateItems(job: Job, body: JsonBody, rows: Rows, plan: UpdatePlan): Promise<void> {
  const { request } = job.table;
  if (request.kind !== 'items' || request.update === null)
    throw new TypeError(`${job.table.name} has no update`);
  const updates = Array.from(rows, (row) => updateItem(body.itemOf(row), plan)).filter(
    (item) => item !== null,
  );
  if (updates.length === 0) return job.tally.write(rows.length);
  const items = updates.map((item) => Buffer.from(JSON.stringify(item)));
  const gzip = await compress(joinItems(items));
  const answer = await job.send({ path: request.update, gzip, contentType }, true);
  countUpdated(job, body, { rows, after: itemsByKey(answer), plan });
}

interface Updated {
  readonly rows: Rows;
  /** CDF's answer by externalId. */
  readonly after: ReadonlyMap<unknown, Item>;
  readonly plan: UpdatePlan;
}

function countUpdated({ tally }: Job, body: JsonBody, { rows, after, plan }: Updated): void {
  if (plan.compare.length === 0) return tally.write(rows.length);
  const why = (row: number) => {
    const item = body.itemOf(row);
    return unchanged(item, after.get(item['externalId']) ?? {}, plan);
  };
  const [bad, good] = partRows(rows, (row) => why(row) !== null);
  tally.write(good.length);
  tally.refuse(bad, (row) => ({ code: '22023', message: why(row) ?? '' }));
}

function itemsByKey(answer: unknown): Map<unknown, Item> {
  const items = (answer as { items?: unknown } | null)?.items;
  const list = Array.isArray(items) ? (items as Item[]) : [];
  return new Map(list.map((item) => [item['externalId'], item]));
}
