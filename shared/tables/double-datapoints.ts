// The gateway table double_datapoints: Numeric data points.
import type { Table } from './table';

export const doubleDatapoints: Table = {
  name: 'double_datapoints',
  description: 'Numeric data points.',
  key: ['external_id', 'timestamp'],
  acl: 'timeSeriesAcl',
  request: { kind: 'datapoints', value: 'numeric' },
  columns: [
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      description: 'External id of the time series.',
    },
    {
      name: 'id',
      type: 'int8',
      property: 'id',
      description: "CDF's id of the time series, in place of external_id.",
    },
    {
      name: 'timestamp',
      type: 'timestamptz',
      property: 'timestamp',
      access: 'required',
      description: 'Time of the data point, kept to the millisecond.',
    },
    {
      name: 'value',
      type: 'float8',
      property: 'value',
      access: 'required',
      description: 'The value, between -1e100 and 1e100.',
    },
  ],
};
