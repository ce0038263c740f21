// The table that a batch is for: one of the user's own travels along with the batch, the others are in the catalogue.
import type { Batch } from '../../shared/batch';
import { tableNamed } from '../../shared/tables/catalogue';
import type { Table } from '../../shared/tables/table';
import { notSupported } from './failure';

/** Throws BatchFailedError where there is none: the batch comes from a server of another version. */
export function tableOf({ table: name, own }: Batch): Table {
  if (own !== undefined) return { name, description: '', columns: [], ...own };
  const found = tableNamed(name);
  if (found === undefined) throw notSupported(`this version of Sluice has no table "${name}"`);
  return found;
}

/** Whether rows without a key may have left their progress behind. */
export function mayHaveProgress({ table, own, write = 'insert' }: Batch): boolean {
  return own === undefined && write === 'insert' && tableNamed(table)?.request.kind === 'items';
}
