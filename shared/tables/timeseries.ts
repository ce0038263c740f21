// The gateway table timeseries: what the first gateway called time_series.
import { timeSeries } from './time-series';
import type { Table } from './table';

export const timeseries: Table = {
  ...timeSeries,
  name: 'timeseries',
  description: 'The same as time_series, under the name that it had in the first gateway.',
  columns: [
    ...timeSeries.columns,
    {
      name: 'legacy_name',
      type: 'varchar(255)',
      property: 'legacyName',
      immutable: true,
      description: 'Taken and ignored, as CDF does.',
    },
  ],
};
