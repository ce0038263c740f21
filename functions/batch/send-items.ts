// The two requests of items: create, and update of those that CDF has.
import { compress } from './payload';
import type { Rows } from './body';
import { partRows } from './body';
import type { DefinitionChanges } from './column-definitions';
import { planDefinitions } from './column-definitions';
import type { Job } from './job';
import { gzipOf, requestOf } from './job';
import type { Item, JsonBody } from './json-body';
import { joinItems } from './json-body';
import { itemsOf } from './reference-cache';
import type { UpdatePlan } from './update-items';
import { definitionColumn, unchanged, updateItem } from './update-items';

const contentType = 'application/json';

/** One create request; `isIdempotent`: all rows have a key, so that a repeated create is answered with 409. */
export async function createItems(
  job: Job,
  body: JsonBody,
  rows: Rows,
  isIdempotent: boolean,
): Promise<void> {
  const gzip = await gzipOfItems(job, body, rows);
  await job.send({ path: requestOf(job, 'items').create, gzip, contentType }, isIdempotent);
  job.tally.write(rows.length);
}

function gzipOfItems(job: Job, body: JsonBody, rows: Rows): Promise<Buffer> {
  return body.isOriginal ? gzipOf(job, rows, () => Promise.resolve(body)) : compress(body.encode(rows));
}

/** One update request. Rows that CDF took but could not change as asked are refused. */
export async function updateItems(job: Job, body: JsonBody, rows: Rows, plan: UpdatePlan): Promise<void> {
  const { update: path } = requestOf(job, 'items');
  if (path === null) throw new TypeError(`${job.table.name} has no update`);
  const column = definitionColumn(plan);
  const { good, changeOf, bad, whyOf } =
    column === undefined ? whole(rows) : await planDefinitions(job, body, rows, column.property);
  const updates = Array.from(good, (row) => updateItem(body.itemOf(row), plan, changeOf(row))).filter(
    (item) => item !== null,
  );
  if (updates.length > 0) {
    const gzip = await compress(joinItems(updates.map((item) => Buffer.from(JSON.stringify(item)))));
    const answer = await job.send({ path, gzip, contentType }, true);
    countUpdated(job, body, { rows: good, after: itemsByKey(answer), plan });
  } else job.tally.write(good.length);
  // Not before: where CDF refuses the request its rows are looked at again.
  job.tally.refuse(bad, (row) => ({ code: '22023', message: whyOf(row) }));
}

function whole(rows: Rows): DefinitionChanges {
  return { good: rows, changeOf: () => null, bad: new Uint32Array(), whyOf: () => '' };
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
  return new Map(itemsOf(answer).map((item) => [item['externalId'], item]));
}
