// Reads CDF as anyone would: a token of the same client, then its HTTP API.

export interface CdfTarget {
  readonly baseUrl: string;
  readonly project: string;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
}

export type JsonObject = Readonly<Record<string, unknown>>;

export interface CdfApi {
  /** `path` is relative to the project. Rejects where CDF does not answer 2xx. */
  get(path: string): Promise<JsonObject>;
  post(path: string, body: unknown): Promise<JsonObject>;
}

const REQUEST_LIMIT_MS = 60_000;
const MAX_SHOWN_CHARACTERS = 300;

/** One token for all of it: the demo ends long before the token does. */
export async function connectCdf(cdf: CdfTarget): Promise<CdfApi> {
  const token = await fetchToken(cdf);
  const call = async (method: string, path: string, body?: unknown): Promise<JsonObject> => {
    const response = await fetch(`${cdf.baseUrl}/api/v1/projects/${encodeURIComponent(cdf.project)}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok)
      throw new Error(
        `${method} ${path} answered ${response.status}: ${text.slice(0, MAX_SHOWN_CHARACTERS)}`,
      );
    return JSON.parse(text) as JsonObject;
  };
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}

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
  if (!response.ok) throw new Error(`the token endpoint answered ${response.status}`);
  return ((await response.json()) as { access_token: string }).access_token;
}
