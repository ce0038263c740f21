// Which rows a stream of a commit unit has: INSERT and UPDATE write items, DELETE names keys.
import { createRows } from './create-rows';
import { DatapointRanges } from './datapoint-ranges';
import { DeleteRows } from './delete-rows';
import type { Rows, RowsOptions } from './rows';
import { UpdateRows } from './update-rows';

export function rowsOf(stream: RowsOptions): Rows {
  switch (stream.write) {
    case 'update':
      return new UpdateRows(stream, createRows(stream));
    case 'delete':
      return stream.table.request.kind === 'datapoints'
        ? new DatapointRanges(stream)
        : new DeleteRows(stream);
    default:
      return createRows(stream);
  }
}
