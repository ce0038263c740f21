// Finds the writer for a kind of request.
import type { CdfRequest } from '../../shared/tables/table';
import type { WriteJob } from './job';
import { writeDatapoints } from './write-datapoints';
import { writeItems } from './write-items';
import { writeRawRows } from './write-raw-rows';

const WRITERS: Readonly<Record<CdfRequest['kind'], WriteJob>> = {
  items: writeItems,
  datapoints: writeDatapoints,
  'raw-rows': writeRawRows,
};

export const writeJob: WriteJob = (job) => WRITERS[job.table.request.kind](job);
