// The gateway's (or a plain PostgreSQL's) side of the benchmark: COPY, literal INSERTs, a pipeline of prepared ones.
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client, type ClientConfig } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Ready } from '../tests/support/stack';

const POINTS = 'COPY double_datapoints (external_id, timestamp, value) FROM STDIN';
const RAW = 'COPY raw_rows (_raw_database, _raw_table, _raw_key, _raw_columns) FROM STDIN';

export function configOf({ postgres }: Ready): ClientConfig {
  const { host, port, user, password, database } = postgres;
  return { host, port, user, password, database, ssl: { ca: readFileSync(postgres.tls.ca) } };
}

/** Copies each list of chunks over a connection of its own, all at once. */
export async function copyPoints(config: ClientConfig, lists: readonly Buffer[][]): Promise<void> {
  await Promise.all(lists.map((chunks) => copy(config, POINTS, chunks)));
}

export function copyRaw(config: ClientConfig, chunks: readonly Buffer[]): Promise<void> {
  return copy(config, RAW, chunks);
}

export function insertLiterals(config: ClientConfig, statements: readonly string[]): Promise<void> {
  return withClient(config, async (client) => {
    for (const statement of statements) await client.query(statement);
  });
}

/** What pg keeps of its connection, as far as a pipeline needs it. */
interface Wire {
  parse(query: { name: string; text: string; types: number[] }): void;
  bind(config: { statement: string; values: string[] }): void;
  execute(config: { portal: string; rows: number }): void;
  sync(): void;
  stream: { cork(): void; uncork(): void };
  on(event: 'readyForQuery', listener: () => void): void;
  on(event: 'errorMessage', listener: (error: Error) => void): void;
  removeAllListeners(event: string): void;
}

/** Single-row INSERTs, prepared once, `perSync` of them between two Syncs. */
export function insertPipelined(
  config: ClientConfig,
  rows: readonly string[][],
  perSync: number,
): Promise<void> {
  return withClient(config, async (client) => {
    const wire = (client as unknown as { connection: Wire }).connection;
    for (const event of ['readyForQuery', 'errorMessage', 'parseComplete', 'commandComplete', 'bindComplete'])
      wire.removeAllListeners(event);
    const text = 'INSERT INTO double_datapoints (external_id, timestamp, value) VALUES ($1, $2, $3)';
    wire.parse({ name: 'bench', text, types: [] });
    for (let from = 0; from < rows.length; from += perSync)
      await group(wire, rows.slice(from, from + perSync));
  });
}

function group(wire: Wire, rows: readonly string[][]): Promise<void> {
  return new Promise((resolve, reject) => {
    wire.removeAllListeners('readyForQuery');
    wire.removeAllListeners('errorMessage');
    wire.on('readyForQuery', resolve);
    wire.on('errorMessage', reject);
    wire.stream.cork();
    for (const values of rows) {
      wire.bind({ statement: 'bench', values });
      wire.execute({ portal: '', rows: 0 });
    }
    wire.sync();
    wire.stream.uncork();
  });
}

function copy(config: ClientConfig, statement: string, chunks: readonly Buffer[]): Promise<void> {
  return withClient(config, (client) =>
    pipeline(Readable.from(chunks, { objectMode: false }), client.query(copyFrom(statement))),
  );
}

async function withClient(config: ClientConfig, run: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client(config);
  await client.connect();
  try {
    await run(client);
  } finally {
    await client.end();
  }
}
