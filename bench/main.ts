// `npm run bench`: rows a second through the gateway, beside CDF's own SDK writing the same data into the same stand-in,
// and beside COPY/INSERT of it into a plain PostgreSQL. One run, one machine, ratios; a single figure means little here.
import { readFileSync } from 'node:fs';
import { Client, type ClientConfig } from 'pg';
import { startRealPostgres } from '../tests/support/real-postgres';
import { startStack } from '../tests/support/stack';
import * as data from './data';
import { configOf, copyPoints, copyRaw, insertLiterals, insertPipelined } from './gateway';
import { connectSdk, createSeries, insertPoints, insertRaw } from './sdk';

const POINTS = Number(process.env['BENCH_POINTS'] ?? 2_000_000);
const RAW_ROWS = Number(process.env['BENCH_RAW_ROWS'] ?? 200_000);
const STATEMENTS = Number(process.env['BENCH_STATEMENTS'] ?? 50);
const ROWS_PER_STATEMENT = 1000;
const PIPELINED = Number(process.env['BENCH_PIPELINED'] ?? 50_000);
const ROWS_PER_SYNC = 1000;
const WARM_UP_PART = 5;

type Sdk = Awaited<ReturnType<typeof connectSdk>>;

/** One load, made by three writers from the same data; `load` names its series, so that no two writers share them. */
interface Case {
  readonly name: string;
  readonly rows: number;
  readonly hasSeries: boolean;
  readonly throughSql: (load: string, rows: number) => (config: ClientConfig) => Promise<void>;
  readonly throughSdk: (load: string, rows: number) => (sdk: Sdk) => Promise<void>;
}

const CASES: readonly Case[] = [
  copyCase(1),
  copyCase(4),
  {
    name: `INSERT of ${ROWS_PER_STATEMENT} rows, ${STATEMENTS} one after another`,
    rows: STATEMENTS * ROWS_PER_STATEMENT,
    hasSeries: true,
    throughSql: (load, rows) => {
      const statements = data.insertStatements(load, rows / ROWS_PER_STATEMENT, ROWS_PER_STATEMENT);
      return (config) => insertLiterals(config, statements);
    },
    throughSdk: pointsBySdk(ROWS_PER_STATEMENT, 1),
  },
  {
    name: `INSERT of 1 row, prepared, ${ROWS_PER_SYNC} a Sync`,
    rows: PIPELINED,
    hasSeries: true,
    throughSql: (load, rows) => {
      const parameters = data.insertParameters(load, rows);
      return (config) => insertPipelined(config, parameters, ROWS_PER_SYNC);
    },
    throughSdk: pointsBySdk(ROWS_PER_SYNC, 1),
  },
  {
    name: `COPY text into raw_rows, ${RAW_ROWS} rows`,
    rows: RAW_ROWS,
    hasSeries: false,
    throughSql: (load, rows) => {
      const chunks = data.rawText(load, 0, rows);
      return (config) => copyRaw(config, chunks);
    },
    throughSdk: (load, rows) => {
      const requests = data.rawRequests(0, rows);
      return (sdk) => insertRaw(sdk, load, requests);
    },
  },
];

function copyCase(connections: number): Case {
  return {
    name: `COPY text, ${POINTS} points, ${connections} connection${connections > 1 ? 's' : ''}`,
    rows: POINTS,
    hasSeries: true,
    throughSql: (load, rows) => {
      const lists = split(rows, connections).map(([from, to]) => data.copyText(load, from, to));
      return (config) => copyPoints(config, lists);
    },
    throughSdk: pointsBySdk(100_000, connections),
  };
}

function pointsBySdk(perRequest: number, concurrency: number): Case['throughSdk'] {
  return (load, rows) => {
    const requests = data.sdkRequests(load, 0, rows, perRequest);
    return (sdk) => insertPoints(sdk, requests, concurrency);
  };
}

interface Row {
  readonly name: string;
  readonly rows: number;
  /** Seconds. */
  readonly gateway: number;
  readonly sdk: number;
  readonly postgres: number;
}

/** The data is made before; only the load is timed. */
async function seconds<Target>(run: (target: Target) => Promise<void>, target: Target): Promise<number> {
  const start = process.hrtime.bigint();
  await run(target);
  return Number(process.hrtime.bigint() - start) / 1e9;
}

async function main(): Promise<void> {
  const stack = await startStack();
  const plain = await startRealPostgres();
  try {
    const gateway = configOf(stack.ready);
    const sdk = await connectSdk(stack.ready);
    const postgres = await plainTables({ host: plain.host, user: 'postgres', database: 'postgres' });
    const rows: Row[] = [];
    for (const [i, bench] of CASES.entries()) {
      // A first, smaller load that is not counted: every writer is measured with its code compiled.
      const time = async (writer: string, run: (load: string, rows: number) => Promise<number>) => {
        const warmUp = `${writer}${i}w`;
        if (bench.hasSeries) for (const load of [warmUp, `${writer}${i}`]) await createSeries(sdk, load);
        await run(warmUp, Math.max(ROWS_PER_STATEMENT, Math.floor(bench.rows / WARM_UP_PART)));
        return run(`${writer}${i}`, bench.rows);
      };
      rows.push({
        name: bench.name,
        rows: bench.rows,
        gateway: await time('g', (load, count) => seconds(bench.throughSql(load, count), gateway)),
        sdk: await time('s', (load, count) => seconds(bench.throughSdk(load, count), sdk)),
        postgres: await time('p', (load, count) => seconds(bench.throughSql(load, count), postgres)),
      });
    }
    print(rows, stack.ready.processes['server']);
  } finally {
    await plain.close();
    await stack.stop();
  }
}

async function plainTables(config: ClientConfig): Promise<ClientConfig> {
  const client = new Client(config);
  await client.connect();
  await client.query(
    'CREATE TABLE double_datapoints (external_id text, timestamp timestamptz, value float8)',
  );
  await client.query(
    'CREATE TABLE raw_rows (_raw_database text, _raw_table text, _raw_key text, _raw_columns json)',
  );
  await client.end();
  return config;
}

function split(count: number, parts: number): [number, number][] {
  const size = Math.ceil(count / parts);
  return Array.from({ length: parts }, (_, i) => [i * size, Math.min(count, (i + 1) * size)]);
}

function print(rows: readonly Row[], serverPid: number | undefined): void {
  const per = (row: Row, time: number) => Math.round(row.rows / time).toLocaleString('en');
  console.log(
    '| load | gateway rows/s | SDK rows/s | PostgreSQL rows/s | gateway : SDK | gateway : PostgreSQL |',
  );
  console.log('| --- | --: | --: | --: | --: | --: |');
  for (const row of rows) {
    const figures = [per(row, row.gateway), per(row, row.sdk), per(row, row.postgres)].join(' | ');
    const ratios = `${(row.sdk / row.gateway).toFixed(2)} | ${(row.postgres / row.gateway).toFixed(2)}`;
    console.log(`| ${row.name} | ${figures} | ${ratios} |`);
  }
  if (serverPid === undefined) return;
  const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${serverPid}/status`, 'utf8'))?.[1];
  console.log(`\nserver: peak resident memory ${Math.round(Number(peak) / 1024)} MB`);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
