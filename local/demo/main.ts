// `npm run demo`: loads sample data through PostgreSQL, reads it back from CDF's API, compares. Exit code 1 where they
// differ.
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { readLocalSettings } from '../settings';
import { type CdfApi, connectCdf } from './cdf-api';
import { compareContents } from './contents';
import { type Kind, sampleKinds } from './kinds';
import { startProgress } from './progress';
import { describeResults, isWhole, type Result } from './report';
import { type DemoStack, findStack, type Ready, startOwnStack } from './running-stack';

const EXIT_DIFFERENT = 1;
const EXIT_STOPPED = 130;

async function openStack(): Promise<DemoStack> {
  const { dataDirectory } = readLocalSettings(process.env);
  const running = await findStack(dataDirectory);
  if (running !== null) {
    console.log(`Loading into the Sluice that runs in ${dataDirectory}.`);
    return running;
  }
  console.log(`No Sluice runs in ${dataDirectory}: starting one for this demo.`);
  return startOwnStack();
}

async function connectPostgres({ postgres }: Ready): Promise<Client> {
  const { host, port, user, password, database } = postgres;
  const client = new Client({
    host,
    port,
    user,
    password,
    database,
    ssl: { ca: readFileSync(postgres.tls.ca) },
  });
  // What breaks the connection also rejects the query that waits for it.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function load(kind: Kind, client: Client): Promise<number> {
  const progress = startProgress(kind.name, kind.sent.size, process.stdout);
  const started = performance.now();
  await kind.load(client, (rows) => progress.advance(rows));
  const seconds = (performance.now() - started) / 1000;
  progress.finish(seconds);
  return seconds;
}

async function check(kind: Kind, cdf: CdfApi, seconds: number): Promise<Result> {
  const { count, contents } = await kind.read(cdf);
  const comparison = compareContents(kind.sent, contents);
  return { name: kind.name, way: kind.way, sent: kind.sent.size, found: count, seconds, comparison };
}

/** Returns the exit code. */
async function run(ready: Ready): Promise<number> {
  const kinds = sampleKinds();
  const client = await connectPostgres(ready);
  const seconds: number[] = [];
  try {
    for (const kind of kinds) seconds.push(await load(kind, client));
  } finally {
    await client.end();
  }
  console.log('Reading it back from the API of CDF.');
  const cdf = await connectCdf(ready.cdf);
  const results: Result[] = [];
  for (const [i, kind] of kinds.entries()) results.push(await check(kind, cdf, seconds[i]!));
  console.log(describeResults(results));
  return results.every(isWhole) ? 0 : EXIT_DIFFERENT;
}

function stopSignal(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => resolve(EXIT_STOPPED));
  });
}

async function main(): Promise<number> {
  const stopped = stopSignal();
  const stack = await openStack();
  try {
    return await Promise.race([stack.ready.then(run), stack.ended, stopped]);
  } finally {
    await stack.stop();
  }
}

/** The server's error in PostgreSQL's parts, as psql shows it. */
function describeFailure(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { detail, hint, where } = error as { detail?: string; hint?: string; where?: string };
  const cause = error.cause instanceof Error ? error.cause.message : undefined;
  const parts = Object.entries({ CAUSE: cause, DETAIL: detail, HINT: hint, CONTEXT: where });
  const given = parts
    .filter(([, text]) => text !== undefined)
    .map(([name, text]) => `${name}: ${text ?? ''}`);
  return [`the demo has failed: ${error.message}`, ...given].join('\n');
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(`\n${describeFailure(error)}`);
    process.exit(1);
  },
);
