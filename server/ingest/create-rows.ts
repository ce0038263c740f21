// Which kind of rows a table's request needs: one line a kind.
import type { CdfRequest } from '../../shared/tables/table';
import { DatapointRows } from './datapoint-rows';
import { ItemRows } from './item-rows';
import { RawRows } from './raw-rows';
import type { Rows, RowsOptions } from './rows';

const kinds: Record<CdfRequest['kind'], new (options: RowsOptions) => Rows> = {
  items: ItemRows,
  datapoints: DatapointRows,
  'raw-rows': RawRows,
};

export function createRows(options: RowsOptions): Rows {
  return new kinds[options.table.request.kind](options);
}
