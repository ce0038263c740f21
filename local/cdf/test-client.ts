// How the tests of this folder talk to the stand-in: over HTTP, as anyone would.
import type { Cdf } from './server';
import { DEFAULT_CLIENT } from './server';

export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** The body as it came. */
  readonly text: string;
  /** The body as JSON; {} where it is none. */
  readonly body: Record<string, unknown> & {
    readonly items?: Record<string, unknown>[];
    readonly error?: unknown;
  };
}

export interface TestClient {
  get(path: string): Promise<TestAnswer>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
  control(method: string, path: string, body?: unknown): Promise<TestAnswer>;
}

/** Asks for a token of the client (default: the stand-in's own) and sends it with every request. */
export async function connect(
  cdf: Cdf,
  client: { id: string; secret: string } = DEFAULT_CLIENT,
): Promise<TestClient> {
  const token = await askToken(cdf, { client_id: client.id, client_secret: client.secret });
  const authorization = `Bearer ${String(token.body['access_token'])}`;
  const base = `${cdf.baseUrl}/api/v1/projects/${cdf.project}`;
  return {
    get: (path) => send(base + path, { headers: { authorization } }),
    post: (path, body, headers = {}) =>
      send(base + path, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: Buffer.isBuffer(body) ? new Uint8Array(body) : JSON.stringify(body),
      }),
    control: (method, path, body) =>
      send(`${cdf.baseUrl}/control${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

export function askToken(cdf: Cdf, form: Record<string, string>, headers = {}): Promise<TestAnswer> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', scope: cdf.scope, ...form });
  return send(cdf.tokenUrl, { method: 'POST', body, headers });
}

export async function send(url: string, init: RequestInit = {}): Promise<TestAnswer> {
  const { status, headers, ...response } = await fetch(url, init).then(async (answer) => ({
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
  }));
  const isJson = headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status,
    headers,
    text: response.text,
    body: (isJson ? JSON.parse(response.text) : {}) as TestAnswer['body'],
  };
}
