// CDF's own SDK, inserting the same data straight into the same stand-in: what the gateway is measured against.
import * as cognite from '@cognite/sdk';
import type { Ready } from '../tests/support/stack';
import { SERIES, type SeriesPoints, seriesName } from './data';

/** The part of the SDK that is measured; see functions/cdf/cognite-sdk.d.ts for why its own types are not used. */
interface CogniteClient {
  authenticate(): Promise<unknown>;
  readonly timeseries: { create(items: readonly unknown[]): Promise<unknown> };
  readonly datapoints: { insert(items: readonly SeriesPoints[]): Promise<unknown> };
  readonly raw: {
    insertRows(
      database: string,
      table: string,
      rows: readonly unknown[],
      ensureParent: boolean,
    ): Promise<unknown>;
  };
}

/** Logs in once, so that no measured request waits for a token. */
export async function connectSdk({ cdf }: Ready): Promise<CogniteClient> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: cdf.clientId,
    client_secret: cdf.clientSecret,
    scope: cdf.scope,
  });
  const answer = await fetch(cdf.tokenUrl, { method: 'POST', body: form });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const client = new cognite.CogniteClient({
    appId: 'sluice-bench',
    project: cdf.project,
    baseUrl: cdf.baseUrl,
    oidcTokenProvider: () => Promise.resolve(token),
  }) as unknown as CogniteClient;
  await client.authenticate();
  return client;
}

export async function createSeries(client: CogniteClient, load: string): Promise<void> {
  await client.timeseries.create(
    Array.from({ length: SERIES }, (_, i) => ({
      externalId: seriesName(load, i),
      name: seriesName(load, i),
    })),
  );
}

/** Sends the requests, `concurrency` at once. */
export async function insertPoints(
  client: CogniteClient,
  requests: readonly SeriesPoints[][],
  concurrency: number,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++])
      await client.datapoints.insert(request);
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

export async function insertRaw(
  client: CogniteClient,
  load: string,
  requests: readonly { key: string; columns: Record<string, unknown> }[][],
): Promise<void> {
  for (const rows of requests) await client.raw.insertRows('bench', load, rows, true);
}
