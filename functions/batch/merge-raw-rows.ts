// Some columns of RAW rows set, the others kept. Values are moved as JSON texts: a number that CDF has and JavaScript
// cannot hold stays what it is.
import type { Rows } from './body';
import type { Job } from './job';
import type { JsonBody } from './json-body';
import { membersOf, objectOf } from './json-parts';
import { readColumns } from './read-raw-rows';

/**
 * Items for CDF of those rows that it has, as JSON texts. `columns`: those that the statement sets; one of them that the
 * row's item does not have is NULL.
 */
export async function mergeRows(
  job: Job,
  body: JsonBody,
  rows: Rows,
  columns: readonly string[],
): Promise<ReadonlyMap<number, string>> {
  const keys = new Set(job.table.key);
  const named = columns.filter((name) => !keys.has(name));
  const known = await readColumns(job, body, rows);
  const merged = new Map<number, string>();
  for (const [row, has] of known) {
    const item = membersOf(body.textOf(row));
    const given = membersOf(item.get('columns') ?? '{}');
    for (const name of named) has.set(name, given.get(name) ?? 'null');
    merged.set(row, `{"key":${item.get('key') ?? 'null'},"columns":${objectOf(has)}}`);
  }
  return merged;
}
