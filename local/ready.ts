// What a running stack says about itself: to programs by ready.json, to a person by a short table.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CdfTarget } from './cdf-target';
import type { Login } from './login';
import { writeWhole } from './write-whole';

export interface RunningStack {
  readonly dataDirectory: string;
  readonly login: Login;
  /** File of the CA, absolute. */
  readonly ca: string;
  readonly httpBaseUrl: string;
  readonly cdf: CdfTarget;
  /** Connection string of Azurite. */
  readonly storage: string;
  readonly processes: Readonly<Record<string, number>>;
}

function readyFile(dataDirectory: string): string {
  return join(dataDirectory, 'ready.json');
}

/** Beside ready.json: where an operator's commands (npm run poison) find the storage of the stack that runs. */
export function storageFile(dataDirectory: string): string {
  return join(dataDirectory, 'storage-connection');
}

/** For its owner only: it holds a password and a client secret. */
export function writeReadyFile({
  dataDirectory,
  login,
  ca,
  httpBaseUrl,
  cdf,
  storage,
  processes,
}: RunningStack): void {
  const { host, port, username, password, database } = login;
  const ready = {
    postgres: { host, port, user: username, password, database, tls: { ca } },
    http: { baseUrl: httpBaseUrl },
    cdf,
    processes,
  };
  writeWhole(storageFile(dataDirectory), storage, 0o600);
  writeWhole(readyFile(dataDirectory), `${JSON.stringify(ready, null, 2)}\n`, 0o600);
}

export function removeReadyFile(dataDirectory: string): void {
  for (const file of [readyFile(dataDirectory), storageFile(dataDirectory)]) rmSync(file, { force: true });
}

export function describeStack({
  dataDirectory,
  login,
  ca,
  httpBaseUrl,
  cdf,
  processes,
}: RunningStack): string {
  const standIn = 'cdf' in processes ? 'the stand-in' : 'not started by this stack';
  return [
    '',
    'Sluice is running.',
    '',
    `  PostgreSQL  ${login.host}:${login.port}, TLS; user and database ${login.username}`,
    `  Functions   ${httpBaseUrl}  (POST /create, GET /healthz)`,
    `  CDF         ${cdf.baseUrl}  (${standIn}; project ${cdf.project})`,
    `  Data        ${dataDirectory}  (ready.json has all of this for programs)`,
    `  Processes   ${Object.entries(processes)
      .map(([name, pid]) => `${name} ${pid}`)
      .join(', ')}`,
    '',
    `  psql '${connectionUri(login, ca)}'`,
    '',
    'Ctrl-C stops all of it.',
    '',
  ].join('\n');
}

/** No character in it needs more than single quotes around it in a shell. */
export function connectionUri({ username, password, host, port, database }: Login, ca: string): string {
  const user = `${encode(username)}:${encode(password)}`;
  const tls = `sslmode=verify-full&sslrootcert=${encode(ca)}`;
  return `postgresql://${user}@${host}:${port}/${encode(database)}?${tls}`;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/'/g, '%27').replace(/%2F/g, '/');
}
