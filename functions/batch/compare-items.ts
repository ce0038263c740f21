// Items that CDF cannot change (labels): one that CDF has counts as written where it is what the row says, and is refused
// where it is not. To delete and create it anew would take it from everything that is marked with it.
import { isDeepStrictEqual } from 'node:util';
import type { Column } from '../../shared/tables/table';
import type { Rows } from './body';
import { partRows } from './body';
import { readItems } from './column-definitions';
import type { Job } from './job';
import type { Item, JsonBody } from './json-body';
import { planUpdate } from './update-items';

/** Counts and refuses; returns the rows whose items CDF does not have (any more). */
export async function compareItems(job: Job, body: JsonBody, rows: Rows): Promise<Rows> {
  const { batch, table, tally } = job;
  const { set, compare } = planUpdate(table, batch.columns, batch.onConflict);
  const columns = [...set, ...compare];
  const known = await readItems(job, body, rows);
  const itemOf = (row: number) => body.itemOf(row);
  const [there, gone] = partRows(rows, (row) => known.has(itemOf(row)['externalId']));
  const differing = (row: number) => differences(itemOf(row), known.get(itemOf(row)['externalId'])!, columns);
  const [bad, same] = partRows(there, (row) => differing(row).length > 0);
  tally.write(same.length);
  tally.refuse(bad, (row) => ({
    code: '22023',
    message: `a row of "${table.name}" cannot be changed, CDF has no update for it; it differs in ${differing(row).join(', ')}`,
  }));
  return gone;
}

/** The properties in which CDF's item is not what the row says. */
function differences(sent: Item, has: Item, columns: readonly Column[]): string[] {
  const properties = new Set(columns.map(({ property }) => property));
  return [...properties].filter((property) => !isDeepStrictEqual(sent[property], has[property]));
}
