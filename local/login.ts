// The credential that a start leaves with the developer: made once through POST /create, as any caller makes one, and
// kept in the data folder as long as it leads to the same CDF.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Client, DatabaseError } from 'pg';
import type { CdfTarget } from './cdf-target';
import { writeWhole } from './write-whole';

export interface Login {
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

interface SavedLogin {
  readonly login: Login;
  /** Of the target all that the credential was made from; a change makes it useless. */
  readonly cdf: CdfTarget;
}

const FILE = 'credential.json';
const REQUEST_LIMIT_MS = 30_000;

/** Null where there is none, or the file is not one. */
export function readSavedLogin(dataDirectory: string): SavedLogin | null {
  try {
    return JSON.parse(readFileSync(join(dataDirectory, FILE), 'utf8')) as SavedLogin;
  } catch {
    return null;
  }
}

export interface LoginPorts {
  readonly dataDirectory: string;
  readonly httpBaseUrl: string;
  readonly cdf: CdfTarget;
  /** Where the server listens now. */
  readonly host: string;
  readonly port: number;
  /** PEM text. */
  readonly ca: string;
}

/** A login that works: the saved one, or a new one. Rejects with a sentence where neither can be had. */
export async function prepareLogin(ports: LoginPorts): Promise<Login> {
  const { dataDirectory, cdf, host, port } = ports;
  const saved = readSavedLogin(dataDirectory);
  if (saved !== null && isDeepStrictEqual(saved.cdf, cdf)) {
    const login = { ...saved.login, host, port };
    if (await canLogIn(login, ports.ca)) return login;
  }
  const login = await createCredential(ports.httpBaseUrl, cdf);
  if (!(await canLogIn(login, ports.ca))) throw new Error('the server refuses the credential just created');
  writeWhole(join(dataDirectory, FILE), JSON.stringify({ login, cdf }), 0o600);
  return login;
}

async function createCredential(httpBaseUrl: string, cdf: CdfTarget): Promise<Login> {
  const token = await fetchToken(cdf);
  const { tokenUrl, clientId, clientSecret, scope, project } = cdf;
  const auth = { token_url: tokenUrl, client_id: clientId, client_secret: clientSecret, scope };
  const response = await fetch(`${httpBaseUrl}/create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ auth, project }),
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
  });
  if (response.status !== 200)
    throw new Error(`POST /create answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Login;
}

/** By client credentials, as a caller of POST /create gets it. */
async function fetchToken({ tokenUrl, clientId, clientSecret, scope }: CdfTarget): Promise<string> {
  const response = await fetch(tokenUrl, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: clientSecret,
      scope,
    }),
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
  });
  const { access_token: token, error } = (await response.json()) as {
    access_token?: string;
    error?: string;
  };
  if (token === undefined)
    throw new Error(`the token endpoint answered ${response.status}: ${String(error)}`);
  return token;
}

/** PostgreSQL's class 28: the server knows no such user, or not this password. */
const REFUSED_LOGIN = /^28/;

async function canLogIn({ username, ...login }: Login, ca: string): Promise<boolean> {
  const client = new Client({
    ...login,
    user: username,
    ssl: { ca },
    connectionTimeoutMillis: REQUEST_LIMIT_MS,
  });
  // What breaks an open connection fails the query as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && REFUSED_LOGIN.test(error.code ?? '')) return false;
    throw error;
  } finally {
    await client.end().catch(() => undefined);
  }
}
