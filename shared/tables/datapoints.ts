// The gateway table datapoints: what the first gateway called double_datapoints.
import { doubleDatapoints } from './double-datapoints';
import type { Table } from './table';

export const datapoints: Table = {
  ...doubleDatapoints,
  name: 'datapoints',
  description: 'The same as double_datapoints, under the name that it had in the first gateway.',
};
