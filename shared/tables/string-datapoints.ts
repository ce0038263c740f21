// The gateway table string_datapoints: String data points.
import type { Table } from './table';

export const stringDatapoints: Table = {
  name: 'string_datapoints',
  description: 'String data points.',
  key: ['external_id', 'timestamp'],
  acl: 'timeSeriesAcl',
  request: { kind: 'datapoints', value: 'string' },
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
      type: 'varchar(1023)',
      property: 'value',
      access: 'required',
      description: 'The value, up to 1023 bytes of UTF-8.',
    },
  ],
};
