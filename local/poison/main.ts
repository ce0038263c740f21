// npm run poison -- list | retry <batch>... | retry --all | drop <batch>...: the operator's answer to the alert on poison
// batches. Reads the storage settings of the server (see docs/operations.md); beside a local stack it finds Azurite itself.
import { readFileSync } from 'node:fs';
import { createBatchStore } from '../../shared/azure/batch-store';
import { createOutcomeStore } from '../../shared/azure/outcome-store';
import { connectStorage, STORAGE_SETTINGS } from '../../shared/azure/storage';
import { BATCH_CONTAINER, BATCH_QUEUE } from '../../shared/batch';
import { describeError } from '../../shared/log';
import { OUTCOME_TABLE } from '../../shared/outcome';
import { readSettings } from '../../shared/settings';
import { storageFile } from '../ready';
import { readLocalSettings } from '../settings';
import {
  dropPoison,
  listPoison,
  type PoisonBatch,
  PoisonError,
  type PoisonPorts,
  retryPoison,
} from './poison-batches';

const USAGE = `Usage:
  npm run poison -- list                 what is kept, and why
  npm run poison -- retry <batch>...     write these again (--all: every one)
  npm run poison -- drop <batch>...      let these and their rows go (--all: every one)`;

type Command = (ports: PoisonPorts, ids: readonly string[]) => Promise<void>;

const COMMANDS: Readonly<Record<string, Command>> = {
  list: async (ports) => {
    let count = 0;
    for await (const poison of listPoison(ports)) {
      count++;
      console.log(lineOf(poison));
    }
    console.log(count === 1 ? '1 poison batch.' : `${count} poison batches.`);
  },
  retry: (ports, ids) =>
    eachOf(ports, ids, async (id) => {
      const { rows, table } = await retryPoison(ports, id);
      console.log(`${id}: ${rows} rows for ${table} are in the queue again.`);
    }),
  drop: (ports, ids) =>
    eachOf(ports, ids, async (id) => {
      await dropPoison(ports, id);
      console.log(`${id}: dropped.`);
    }),
};

function lineOf({ id, keptTime, batch, reason }: PoisonBatch): string {
  const what = batch === null ? 'unreadable' : `${batch.rows} rows for ${batch.table} by ${batch.username}`;
  return `${id}  ${keptTime.toISOString()}  ${what}: ${reason}`;
}

/** What cannot be done for one batch does not keep the others. */
async function eachOf(
  ports: PoisonPorts,
  ids: readonly string[],
  work: (id: string) => Promise<void>,
): Promise<void> {
  for (const id of await idsOf(ports, ids))
    await work(id).catch((error: unknown) => {
      if (!(error instanceof PoisonError)) throw error;
      console.error(error.message);
      process.exitCode = 1;
    });
}

async function idsOf(ports: PoisonPorts, ids: readonly string[]): Promise<readonly string[]> {
  if (ids.length === 0) throw new PoisonError(`No batch is named.\n${USAGE}`);
  if (!ids.includes('--all')) return ids;
  const all: string[] = [];
  for await (const { id } of listPoison(ports)) all.push(id);
  return all;
}

function connect(): PoisonPorts {
  const settings = readSettings<keyof typeof STORAGE_SETTINGS>(STORAGE_SETTINGS, process.env);
  if (settings.storageConnectionString === '' && settings.tableServiceUri === '')
    settings.storageConnectionString = localStorage();
  const storage = connectStorage(settings);
  const container = storage.container(BATCH_CONTAINER);
  return {
    container,
    batches: createBatchStore(container, storage.queue(BATCH_QUEUE)),
    outcomes: createOutcomeStore(storage.table(OUTCOME_TABLE)),
  };
}

/** Of the stack that runs in the data folder; '' where none does, which connectStorage refuses by the settings' names. */
function localStorage(): string {
  try {
    return readFileSync(storageFile(readLocalSettings(process.env).dataDirectory), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

async function main([name = '', ...ids]: readonly string[]): Promise<void> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw new PoisonError(USAGE);
  await command(connect(), ids);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof PoisonError ? error.message : describeError(error));
  process.exitCode = 1;
});
