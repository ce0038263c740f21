// Which kind of rows a table's request needs: one line a kind.
import type { CdfRequest } from '../../shared/tables/table';
import { DatapointRows } from './datapoint-rows';
import { InstanceRows } from './instance-rows';
import { ItemRows } from './item-rows';
import { OwnRawRows } from './own-raw-rows';
import { RawRows } from './raw-rows';
import { RawTablesRows } from './raw-tables-rows';
import { readOnlyTable } from './read-only';
import type { Rows, RowsOptions } from './rows';
import { SequenceRows } from './sequence-rows';

type MakeRows = (options: RowsOptions) => Rows;

/** A kind that is not here has its rows made elsewhere, or not yet. */
const KINDS: Readonly<Partial<Record<CdfRequest['kind'], MakeRows>>> = {
  items: (options) => new ItemRows(options),
  datapoints: (options) => new DatapointRows(options),
  'sequence-rows': (options) => new SequenceRows(options),
  'raw-rows': (options) => rawRows(options),
  instances: (options) => instanceRows(options),
  'raw-tables': (options) => new RawTablesRows(options),
  'read-only': ({ table }) => {
    throw readOnlyTable(table);
  },
};

/** Throws 0A000 where the table is read-only, 23502 where the statement lacks a column that every row needs. */
export function createRows(options: RowsOptions): Rows {
  const { table } = options;
  const make = KINDS[table.request.kind];
  if (make === undefined) throw new TypeError(`rows of ${table.name} cannot be made`);
  return make(options);
}

/** A RAW table of the user's own is the target of all its rows; in raw_rows each row names it. */
function rawRows(options: RowsOptions): Rows {
  const { request } = options.table;
  const target = request.kind === 'raw-rows' ? request.target : undefined;
  return target === undefined ? new RawRows(options) : new OwnRawRows(options, target);
}

function instanceRows(options: RowsOptions): Rows {
  const { request } = options.table;
  if (request.kind !== 'instances') throw new TypeError(`${options.table.name} is no table of instances`);
  return new InstanceRows(options, request);
}
