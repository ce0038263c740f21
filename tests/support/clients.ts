// Real clients of the gateway: node-postgres, postgres.js and psql, each with a verified certificate.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import postgres from 'postgres';
import type { Ready } from './stack';

export async function connectPg(
  { postgres: at }: Ready,
  settings: { options?: string } = {},
): Promise<Client> {
  const { host, port, user, password, database } = at;
  const client = new Client({
    host,
    port,
    user,
    password,
    database,
    ssl: { ca: readFileSync(at.tls.ca) },
    ...settings,
  });
  client.on('error', () => undefined); // a test that kills the server expects it
  await client.connect();
  return client;
}

export function connectPostgresJs({ postgres: at }: Ready): postgres.Sql {
  const { host, port, user, password, database } = at;
  return postgres({
    host,
    port,
    user,
    password,
    database,
    ssl: { ca: readFileSync(at.tls.ca, 'utf8') },
    max: 1,
  });
}

/** COPY of the chunks with node-postgres. */
export async function copy(
  client: Client,
  statement: string,
  chunks: Iterable<string | Buffer>,
): Promise<void> {
  await pipeline(Readable.from(chunks, { objectMode: false }), client.query(copyFrom(statement)));
}

export interface PsqlResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs psql with verify-full; `input` is its script. */
export function psql(
  { postgres: at }: Ready,
  input: string,
  args: readonly string[] = [],
): Promise<PsqlResult> {
  const child = spawn('psql', ['-X', '-A', '-t', ...args], {
    env: {
      ...process.env,
      PGHOST: at.host,
      PGPORT: String(at.port),
      PGUSER: at.user,
      PGDATABASE: at.database,
      PGPASSWORD: at.password,
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: at.tls.ca,
    },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => undefined).end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The error of a promise that has to fail. */
export async function failureOf(
  work: PromiseLike<unknown>,
): Promise<Error & { code?: string; detail?: string; hint?: string }> {
  try {
    await work;
  } catch (error) {
    return error as Error & { code?: string };
  }
  throw new Error('it was expected to fail');
}
