// Reads CDF as anyone would: a token, then its HTTP API. What a test sees here is what landed.
import type { Ready } from './stack';

export interface CdfApi {
  get(path: string): Promise<Record<string, unknown>>;
  post(path: string, body: unknown): Promise<Record<string, unknown>>;
  /** Items of `/<resource>/byids` by external id; unknown ones are left out. */
  byExternalIds(resource: string, externalIds: readonly string[]): Promise<Record<string, unknown>[]>;
  datapoints(externalId: string): Promise<{ timestamp: number; value: number | string }[]>;
  rawRows(database: string, table: string): Promise<{ key: string; columns: Record<string, unknown> }[]>;
  /** Asks the stand-in's switches. */
  control(method: string, path: string, body?: unknown): Promise<unknown>;
}

export function connectCdf({ cdf }: Pick<Ready, 'cdf'>): CdfApi {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: cdf.clientId,
    client_secret: cdf.clientSecret,
    scope: cdf.scope,
  });
  const token = async () => {
    const answer = await fetch(cdf.tokenUrl, { method: 'POST', body: form });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${cdf.baseUrl}/api/v1/projects/${cdf.project}${path}`, {
      method,
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  const post = (path: string, body: unknown) => call('POST', path, body);
  return {
    get: (path) => call('GET', path),
    post,
    async byExternalIds(resource, externalIds) {
      const items = externalIds.map((externalId) => ({ externalId }));
      return (await post(`/${resource}/byids`, { items, ignoreUnknownIds: true }))['items'] as Record<
        string,
        unknown
      >[];
    },
    async datapoints(externalId) {
      const items = [{ externalId, limit: 100_000, start: 0, end: 4_102_444_799_999 }];
      const answer = await post('/timeseries/data/list', { items });
      return (answer['items'] as { datapoints: { timestamp: number; value: number | string }[] }[])[0]!
        .datapoints;
    },
    async rawRows(database, table) {
      const rows: { key: string; columns: Record<string, unknown> }[] = [];
      for (let cursor: unknown = ''; cursor !== undefined;) {
        const from =
          typeof cursor === 'string' && cursor !== '' ? `&cursor=${encodeURIComponent(cursor)}` : '';
        const page = await call('GET', `/raw/dbs/${database}/tables/${table}/rows?limit=10000${from}`);
        rows.push(...(page['items'] as typeof rows));
        cursor = page['nextCursor'];
      }
      return rows;
    },
    async control(method, path, body) {
      const answer = await fetch(`${cdf.baseUrl}/control${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`/control${path}: ${answer.status} ${text}`);
      return text === '' ? undefined : (JSON.parse(text) as unknown);
    },
  };
}
