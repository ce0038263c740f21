// Tells telemetry what write-batch does, from outside: its ports are wrapped where app.ts makes them, so that the code
// that writes knows nothing of it. Where telemetry is off nothing is wrapped.
import { AsyncLocalStorage } from 'node:async_hooks';
import { type Batch, batchId, parseBatch } from '../shared/batch';
import type { Outcome } from '../shared/outcome';
import type { Attributes, OpenSpan, Telemetry } from '../shared/telemetry';
import { CdfError } from './cdf/cdf-error';
import type { SendToCdf } from './cdf/client';
import { type ClientCredentials, type Token, TokenError } from './cdf/token';
import { createWriteBatch, type WriteBatchDeps } from './write-batch';

type WriteBatch = ReturnType<typeof createWriteBatch>;
type FetchToken = (credentials: ClientCredentials) => Promise<Token>;

/** The delivery that a request belongs to. */
interface Current {
  readonly batch: Batch;
  readonly span: OpenSpan;
  /** Why the batch failed, once its outcome says so. */
  failure?: string;
}

const current = new AsyncLocalStorage<Current>();

/** write-batch with its spans and metrics. */
export function observeWriteBatch(
  telemetry: Telemetry,
  deps: WriteBatchDeps,
  now: () => number = Date.now,
): WriteBatch {
  if (!telemetry.isOn) return createWriteBatch(deps);
  const write = createWriteBatch({
    ...deps,
    send: observeCdf(telemetry, deps.send, now),
    accessOf: (username) => {
      // Asked for when the batch's turn has come.
      const { batch } = current.getStore() ?? {};
      if (batch !== undefined)
        telemetry.record('sluice.queue.age', seconds(batch.createdTime, now()), {
          'sluice.table': tableOf(batch),
        });
      return deps.accessOf(username);
    },
    outcomes: {
      ...deps.outcomes,
      record: async (outcome) => {
        const isFirst = await deps.outcomes.record(outcome);
        if (isFirst) countOutcome(telemetry, outcome);
        return isFirst;
      },
    },
  });
  return (message, delivery) => {
    const attempt = Number(delivery.triggerMetadata?.['dequeueCount'] ?? 1);
    return deliver(telemetry, message, attempt, () => write(message, delivery));
  };
}

async function deliver(
  telemetry: Telemetry,
  message: unknown,
  delivery: number,
  write: () => Promise<void>,
): Promise<void> {
  const batch = parseBatch(message);
  const span = telemetry.start('sluice.write_batch', batch.traceparent, {
    'sluice.batch': batchId(batch),
    'sluice.table': batch.table,
    'sluice.write': batch.write ?? 'insert',
    'sluice.rows': batch.rows,
    'sluice.delivery': delivery,
  });
  const store: Current = { batch, span };
  try {
    await current.run(store, write);
    span.end(store.failure);
  } catch (error) {
    span.end('postponed');
    throw error;
  }
}

function countOutcome(telemetry: Telemetry, { written, refused, failure }: Outcome): void {
  const store = current.getStore();
  if (store === undefined) return;
  const table = tableOf(store.batch);
  const rows = (result: string, count: number) => {
    if (count > 0)
      telemetry.add('sluice.written.rows', count, { 'sluice.table': table, 'sluice.result': result });
  };
  rows('written', written);
  rows('refused', refused);
  if (failure !== undefined) store.failure = failure.code;
  const result = failure !== undefined ? 'failed' : refused > 0 ? 'refused' : 'written';
  telemetry.add('sluice.written.batches', 1, { 'sluice.table': table, 'sluice.result': result });
}

/** Names of a user's own tables are without number: to a metric they are one. */
function tableOf({ own, table }: Batch): string {
  return own === undefined ? table : 'own';
}

function observeCdf(telemetry: Telemetry, send: SendToCdf, now: () => number): SendToCdf {
  return async (to, token, request) => {
    const service = serviceOf(request.path);
    const span = telemetry.start('sluice.cdf_request', current.getStore()?.span.traceparent, {
      'sluice.service': service,
      'sluice.bytes': request.gzip?.length ?? 0,
      'server.address': new URL(to.baseUrl).hostname,
      'http.request.method': request.gzip === null ? 'GET' : 'POST',
    });
    const started = now();
    const done = (status: number) => {
      const attributes: Attributes = { 'http.response.status_code': status };
      span.set(attributes);
      span.end(status >= 200 && status < 300 ? undefined : String(status));
      telemetry.record('sluice.cdf.duration', seconds(started, now()), {
        'sluice.service': service,
        ...attributes,
      });
    };
    try {
      const answer = await send(to, token, request);
      done(200);
      return answer;
    } catch (error) {
      done((error instanceof CdfError ? error.status : null) ?? 0);
      throw error;
    }
  };
}

/** CDF's services by their paths: data points are apart from the time series that they lie below. */
function serviceOf(path: string): string {
  const [, first = '', second = ''] = path.split('/');
  if (second === 'data') return first === 'timeseries' ? 'datapoints' : `${first}-data`;
  return first;
}

/** The request to a token endpoint, for the cache of tokens: each is a refresh. */
export function observeTokens(telemetry: Telemetry, fetchToken: FetchToken): FetchToken {
  if (!telemetry.isOn) return fetchToken;
  return async (credentials) => {
    const span = telemetry.start('sluice.token_request', current.getStore()?.span.traceparent, {
      'server.address': new URL(credentials.tokenUrl).hostname,
    });
    const done = (result: 'ok' | 'refused' | 'unreachable') => {
      span.set({ 'sluice.result': result });
      span.end(result === 'ok' ? undefined : result);
      telemetry.add('sluice.token.refreshes', 1, { 'sluice.result': result });
    };
    try {
      const token = await fetchToken(credentials);
      done('ok');
      return token;
    } catch (error) {
      done(error instanceof TokenError && error.status !== null ? 'refused' : 'unreachable');
      throw error;
    }
  };
}

/** poison-batch, counted. */
export function observePoison(
  telemetry: Telemetry,
  poison: (message: unknown) => Promise<void>,
): (message: unknown) => Promise<void> {
  if (!telemetry.isOn) return poison;
  return async (message) => {
    await poison(message);
    telemetry.add('sluice.poison.batches', 1);
  };
}

function seconds(from: number, to: number): number {
  return Math.max(0, to - from) / 1000;
}
