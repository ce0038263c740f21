// Finds the writer for a kind of request and what is done with the rows.
import type { Write } from '../../shared/batch';
import type { CdfRequest } from '../../shared/tables/table';
import { deleteDatapoints } from './delete-datapoints';
import { deleteItems } from './delete-items';
import { notSupported } from './failure';
import type { WriteJob } from './job';
import { truncateRawTable } from './truncate-raw-table';
import { writeDatapoints } from './write-datapoints';
import { deleteInstances, updateInstances, writeInstances } from './write-instances';
import { updateExistingItems, writeItems } from './write-items';
import { deleteRawRows, updateRawRows, writeRawRows } from './write-raw-rows';
import { createRawTables, deleteRawTables } from './write-raw-tables';
import { deleteSequenceRows, updateSequenceRows, writeSequenceRows } from './write-sequence-rows';

type Writers = Readonly<Partial<Record<Write, WriteJob>>>;

const WRITERS: Readonly<Record<CdfRequest['kind'], Writers>> = {
  items: { insert: writeItems, update: updateExistingItems, delete: deleteItems },
  datapoints: { insert: writeDatapoints, delete: deleteDatapoints },
  'sequence-rows': { insert: writeSequenceRows, update: updateSequenceRows, delete: deleteSequenceRows },
  'raw-rows': {
    insert: writeRawRows,
    update: updateRawRows,
    delete: deleteRawRows,
    truncate: truncateRawTable,
  },
  'raw-tables': { insert: createRawTables, delete: deleteRawTables },
  instances: { insert: writeInstances, update: updateInstances, delete: deleteInstances },
  'read-only': {},
};

/** Rejects with BatchFailedError where there is no writer: a server of another version may ask for more than this one knows. */
export const writeJob: WriteJob = async (job) => {
  const { table, batch } = job;
  const write = batch.write ?? 'insert';
  const writers: Readonly<Record<string, Writers | undefined>> = WRITERS;
  const writer = writers[table.request.kind]?.[write];
  if (writer === undefined)
    throw notSupported(
      `this version of Sluice cannot ${String(write)} rows of table "${table.name}" (${String(table.request.kind)})`,
    );
  await writer(job);
};
