// What infra/ makes in the data account, made in Azurite: tables, queues, container.
import { TableServiceClient } from '@azure/data-tables';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { BATCH_CONTAINER, BATCH_QUEUE } from '../shared/batch';
import { CAPABILITY_TABLE } from '../shared/capability';
import { CREDENTIAL_TABLE } from '../shared/credential';
import { LOAD_TABLE } from '../shared/load';
import { OUTCOME_TABLE } from '../shared/outcome';
import { OWN_TABLES_TABLE } from '../shared/own-table';
import { PROGRESS_TABLE } from '../shared/progress';

const TABLES = [
  CREDENTIAL_TABLE,
  CAPABILITY_TABLE,
  OUTCOME_TABLE,
  PROGRESS_TABLE,
  OWN_TABLES_TABLE,
  LOAD_TABLE,
];
const QUEUES = [BATCH_QUEUE, `${BATCH_QUEUE}-poison`];

/** A connection kept open would keep Azurite from ending when it is told to. */
const UNKEPT = { keepAliveOptions: { enable: false } };

/** What an earlier start has made is kept, with all that is in it. */
export async function provisionStorage(connectionString: string): Promise<void> {
  const tables = TableServiceClient.fromConnectionString(connectionString, { allowInsecureConnection: true });
  tables.pipeline.addPolicy({
    name: 'unkept',
    sendRequest: (request, next) => next(Object.assign(request, { disableKeepAlive: true })),
  });
  const queues = QueueServiceClient.fromConnectionString(connectionString, UNKEPT);
  const blobs = BlobServiceClient.fromConnectionString(connectionString, UNKEPT);
  await Promise.all([
    ...TABLES.map((name) => tables.createTable(name)),
    ...QUEUES.map((name) => queues.getQueueClient(name).createIfNotExists()),
    blobs.getContainerClient(BATCH_CONTAINER).createIfNotExists(),
  ]);
}
