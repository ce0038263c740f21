// Access tokens for CDF by OAuth 2.0 client credentials (RFC 6749 section 4.4): POST /create checks a credential with
// one, write-batch sends every batch with one.
import { createHash } from 'node:crypto';
import { cutText } from '../cut-text';
import { readText } from '../http';

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export interface Token {
  readonly value: string;
  /** Milliseconds since 1970. */
  readonly expiresTime: number;
}

/** No token. `code` is the endpoint's own (invalid_client ...), or `unreachable`, or `invalid_response`. */
export class TokenError extends Error {
  override readonly name = 'TokenError';

  constructor(
    /** The endpoint's status; null where there was no answer. */
    readonly status: number | null,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

const TOKEN_TIMEOUT_MS = 15_000;
const MAX_TOKEN_BYTES = 256 * 1024;
const MAX_MESSAGE_CHARACTERS = 500;
/** A token is not used in its last minute: a request that it starts may take that long. */
const REFRESH_BEFORE_EXPIRY_MS = 60_000;
/** Where the endpoint does not say (RFC 6749 5.1 only recommends it). */
const DEFAULT_LIFETIME_S = 300;
export const MAX_CACHED_TOKENS = 1000;

/** Asks the token endpoint; follows no redirect. Rejects with TokenError, never with the secret in it. */
export async function fetchToken(credentials: ClientCredentials): Promise<Token> {
  const asked = Date.now();
  const { status, text } = await post(credentials);
  const answer = parseObject(text);
  if (status !== 200) throw refusal(status, answer, credentials.clientSecret);
  const value = answer?.['access_token'];
  if (typeof value !== 'string' || value === '')
    throw new TokenError(status, 'invalid_response', 'the token endpoint answered without a token');
  const lifetime = Number(answer?.['expires_in'] ?? DEFAULT_LIFETIME_S);
  const seconds = Number.isFinite(lifetime) && lifetime > 0 ? lifetime : DEFAULT_LIFETIME_S;
  return { value, expiresTime: asked + seconds * 1000 };
}

async function post(credentials: ClientCredentials): Promise<{ status: number; text: string | null }> {
  try {
    const response = await fetch(credentials.tokenUrl, {
      method: 'POST',
      headers: { accept: 'application/json' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: credentials.clientId,
        client_secret: credentials.clientSecret,
        scope: credentials.scope,
      }),
      redirect: 'error',
      signal: AbortSignal.timeout(TOKEN_TIMEOUT_MS),
    });
    return { status: response.status, text: await readText(response.body, MAX_TOKEN_BYTES) };
  } catch {
    throw new TokenError(null, 'unreachable', 'the token endpoint cannot be reached');
  }
}

function refusal(status: number, answer: Record<string, unknown> | null, secret: string): TokenError {
  const text = (name: string) => (typeof answer?.[name] === 'string' ? answer[name] : '');
  const code = /^[\w.-]{1,64}$/.exec(text('error'))?.[0] ?? `http_${status}`;
  const told = text('error_description');
  const described = told !== '' && (secret === '' || !told.includes(secret));
  const message = described ? told : `the token endpoint answered ${status}`;
  return new TokenError(status, code, cutText(message, MAX_MESSAGE_CHARACTERS));
}

function parseObject(text: string | null): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export interface TokenCache {
  /** A token that is good for another minute. Rejects with what `fetch` rejects with; failures are not kept. */
  (credentials: ClientCredentials): Promise<string>;
  /** CDF refused this token (401): the next call fetches anew, unless someone did so already. */
  drop(credentials: ClientCredentials, value: string): void;
}

interface Entry {
  readonly token: Promise<Token>;
  /** Set when the token is there. */
  value: string | null;
  expiresTime: number;
}

/** Tokens by client, scope and secret; calls at one time share one request; the least recently used goes first. */
export function createTokenCache(
  fetch: (credentials: ClientCredentials) => Promise<Token>,
  now: () => number = Date.now,
): TokenCache {
  const entries = new Map<string, Entry>();
  const start = (credentials: ClientCredentials, name: string): Entry => {
    const entry: Entry = { token: fetch(credentials), value: null, expiresTime: Infinity };
    entry.token.then(
      (token) => Object.assign(entry, token),
      () => entries.get(name) === entry && entries.delete(name),
    );
    return entry;
  };
  const get = async (credentials: ClientCredentials): Promise<string> => {
    const name = nameOf(credentials);
    const known = entries.get(name);
    entries.delete(name);
    const fresh = known !== undefined && now() < known.expiresTime - REFRESH_BEFORE_EXPIRY_MS;
    const entry = fresh ? known : start(credentials, name);
    entries.set(name, entry);
    if (entries.size > MAX_CACHED_TOKENS) entries.delete(entries.keys().next().value ?? name);
    return (await entry.token).value;
  };
  const drop = (credentials: ClientCredentials, value: string): void => {
    const name = nameOf(credentials);
    if (entries.get(name)?.value === value) entries.delete(name);
  };
  return Object.assign(get, { drop });
}

/** The secret is part of it, as a digest: after a rotation the old token is not found again. */
function nameOf({ tokenUrl, clientId, clientSecret, scope }: ClientCredentials): string {
  const secret = createHash('sha256').update(clientSecret).digest('base64');
  return JSON.stringify([tokenUrl, clientId, scope, secret]);
}
