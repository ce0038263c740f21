// write-batch beside the CDF stand-in, for tests: stores in memory, time that passes only when someone sleeps.
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ClaimStore } from '../../functions/batch/claim';
import { createCdfClient } from '../../functions/cdf/client';
import { inspectToken } from '../../functions/cdf/inspect';
import { createLimiter } from '../../functions/cdf/limiter';
import type { Clock } from '../../functions/cdf/retry';
import { createTokenCache, fetchToken } from '../../functions/cdf/token';
import type { Delivery, WriteBatchDeps } from '../../functions/write-batch';
import { createWriteBatch } from '../../functions/write-batch';
import type { Cdf, Capability } from '../../local/cdf/server';
import { DEFAULT_CLIENT, startCdf } from '../../local/cdf/server';
import type { SeriesSlice } from '../../server/ingest/datapoint-body';
import { encodeDatapoints } from '../../server/ingest/datapoint-body';
import type { Batch } from '../../shared/batch';
import { batchId } from '../../shared/batch';
import { encodeRowNumbers } from '../../shared/batch-index';
import type { Capabilities } from '../../shared/capability';
import { createLog } from '../../shared/log';
import type { Outcome } from '../../shared/outcome';
import type { Claim, Progress } from '../../shared/progress';

export type Items = readonly Readonly<Record<string, unknown>>[];

export interface Rig {
  readonly cdf: Cdf;
  readonly deps: WriteBatchDeps;
  readonly outcomes: Map<string, Outcome>;
  readonly blobs: Map<string, Buffer>;
  readonly progress: Map<string, Progress>;
  readonly claims: Map<string, Claim>;
  /** By user. */
  readonly capabilities: Map<string, Capabilities>;
  /** What was put back into the queue, and for how long. */
  readonly queued: { readonly batch: Batch; readonly delaySeconds: number }[];
  readonly logLines: string[];
  readonly clock: Clock;
  /** Delivers the batch as the queue does, as the one message `message` unless told; resolves with its outcome. */
  deliver(batch: Batch, dequeueCount?: number, message?: string): Promise<Outcome | undefined>;
  /** As a test client would ask CDF. */
  ask(path: string, body?: unknown): Promise<{ status: number; body: { items: Items } }>;
  control(method: 'POST' | 'DELETE' | 'GET', path: string, body?: unknown): Promise<unknown>;
  /** How often each operation was asked, with which statuses. */
  requests(): Promise<Record<string, { count: number; statuses: Record<string, number> }>>;
  reset(): Promise<void>;
  close(): Promise<void>;
}

export async function startRig(
  change: (deps: WriteBatchDeps) => WriteBatchDeps = (deps) => deps,
): Promise<Rig> {
  const cdf = await startCdf();
  const memory = {
    outcomes: new Map<string, Outcome>(),
    blobs: new Map<string, Buffer>(),
    progress: new Map<string, Progress>(),
    claims: new Map<string, Claim>(),
    capabilities: new Map<string, Capabilities>(),
    queued: [] as { batch: Batch; delaySeconds: number }[],
    logLines: [] as string[],
  };
  let time = 1_790_000_000_000;
  const clock: Clock = {
    now: () => time,
    random: () => 0.5,
    sleep: (ms) => {
      time += ms;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };
  const credentials = {
    tokenUrl: cdf.tokenUrl,
    clientId: DEFAULT_CLIENT.id,
    clientSecret: DEFAULT_CLIENT.secret,
    scope: cdf.scope,
  };
  const deps = change({
    ...memoryStores(memory),
    tokens: createTokenCache(fetchToken),
    send: createCdfClient(),
    inspect: inspectToken,
    saveCapabilities: (username, capabilities) =>
      Promise.resolve(void memory.capabilities.set(username, capabilities)),
    limit: createLimiter(),
    clock,
    accessOf: () => Promise.resolve({ baseUrl: cdf.baseUrl, project: cdf.project, credentials }),
    log: createLog('test', (line) => memory.logLines.push(line)),
  });
  const writeBatch = createWriteBatch(deps);
  const call = async (method: string, url: string, body?: unknown, headers: Record<string, string> = {}) => {
    const init = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    const response = await fetch(url, init);
    return { status: response.status, body: (await response.json()) as { items: Items } };
  };
  const control = async (method: string, path: string, body?: unknown) =>
    (await call(method, `${cdf.baseUrl}/control/${path}`, body)).body as unknown;
  return {
    ...{ cdf, deps, clock, ...memory },
    deliver: async (batch, dequeueCount = 1, message = batchId(batch)) => {
      const delivery: Delivery = { triggerMetadata: { id: message, dequeueCount } };
      await writeBatch(JSON.parse(JSON.stringify(batch)), delivery);
      return memory.outcomes.get(batchId(batch));
    },
    ask: async (path, body) => {
      const { value } = await fetchToken(credentials);
      const headers = { authorization: `Bearer ${value}`, 'content-type': 'application/json' };
      const url = `${cdf.baseUrl}/api/v1/projects/${cdf.project}${path}`;
      return call(body === undefined ? 'GET' : 'POST', url, body, headers);
    },
    control,
    requests: async () =>
      ((await control('GET', 'requests')) as { requests: Awaited<ReturnType<Rig['requests']>> }).requests,
    reset: async () => {
      // What was asked before counts as known, not as just asked.
      time += 60_000;
      memory.blobs.clear();
      await control('DELETE', 'faults');
      await control('DELETE', 'state');
      await control('DELETE', 'requests');
      await control('POST', 'clients', DEFAULT_CLIENT);
    },
    close: () => cdf.close(),
  };
}

function memoryStores(memory: Pick<Rig, 'outcomes' | 'blobs' | 'progress' | 'claims' | 'queued'>) {
  const { outcomes, blobs, progress, queued } = memory;
  return {
    outcomes: {
      find: (unit: string, number: number) =>
        Promise.resolve(outcomes.get(batchId({ unit, number })) ?? null),
      record: (outcome: Outcome) => {
        if (outcomes.has(batchId(outcome))) return Promise.resolve(false);
        outcomes.set(batchId(outcome), outcome);
        return Promise.resolve(true);
      },
    },
    batches: {
      load: (name: string) => Promise.resolve(blobs.get(name) ?? null),
      stage: (name: string, bytes: Uint8Array) => Promise.resolve(void blobs.set(name, Buffer.from(bytes))),
      remove: (name: string) => Promise.resolve(void blobs.delete(name)),
      enqueue: (batch: Batch, delaySeconds: number) =>
        Promise.resolve(void queued.push({ batch, delaySeconds })),
    },
    progress: {
      open: (batch: Batch) =>
        Promise.resolve({
          progress: progress.get(batchId(batch)) ?? { begun: new Set<number>(), finished: new Set<number>() },
          save: ({ begun, finished }: Progress) =>
            Promise.resolve(
              void progress.set(batchId(batch), { begun: new Set(begun), finished: new Set(finished) }),
            ),
        }),
      remove: (batch: Batch) => Promise.resolve(void progress.delete(batchId(batch))),
      ...memoryClaims(memory.claims),
    },
  };
}

function memoryClaims(claims: Map<string, Claim>): ClaimStore {
  return {
    findClaim: (batch) => {
      const claim = claims.get(batchId(batch));
      return Promise.resolve(claim === undefined ? null : { claim, etag: claim.id });
    },
    saveClaim: (batch, claim, found) => {
      const isSame = claims.get(batchId(batch))?.id === found?.etag;
      if (isSame) claims.set(batchId(batch), claim);
      return Promise.resolve(isSame);
    },
    removeClaim: (batch, id) => {
      const isMeant = id === undefined || claims.get(batchId(batch))?.id === id;
      if (isMeant) claims.delete(batchId(batch));
      return Promise.resolve();
    },
  };
}

/** A batch that travels in its message; row numbers count from 1. */
function aBatch(part: Partial<Batch> & Pick<Batch, 'table' | 'columns'>, body: Buffer, rows: number): Batch {
  const gzip = gzipSync(body, { level: 1 });
  const numbers = Int32Array.from({ length: rows }, (_, row) => row + 1);
  const payload = Buffer.concat([gzip, gzipSync(encodeRowNumbers(numbers, rows))]);
  return {
    version: 1,
    unit: randomUUID(),
    number: 1,
    after: [],
    username: 'sluice_a',
    onConflict: { action: 'update' },
    rows,
    contentType: 'application/json',
    bodyBytes: gzip.length,
    payload: { place: 'message', base64: payload.toString('base64') },
    createdTime: 1_790_000_000_000,
    ...part,
  };
}

export function anItemBatch(part: Partial<Batch> & Pick<Batch, 'table' | 'columns'>, items: Items): Batch {
  return aBatch(part, Buffer.from(JSON.stringify({ items })), items.length);
}

/** `points`: series by external id, each with [timestamp, value]. */
export function aDatapointBatch(
  points: Readonly<Record<string, readonly (readonly [number, number | string])[]>>,
  part: Partial<Batch> = {},
): Batch {
  const all = Object.values(points).flat();
  const isText = typeof all[0]?.[1] === 'string';
  const texts = all.map(([, value]) => Buffer.from(String(value)));
  let end = 0;
  const ends = Int32Array.from(texts, (text) => (end += text.length));
  let from = 0;
  const order = Int32Array.from(all.keys());
  const series = Object.entries(points).map(([key, list]): SeriesSlice => {
    const slice = { key: Buffer.from(key), isId: false, order, from, to: from + list.length };
    from = slice.to;
    return slice;
  });
  const body = encodeDatapoints(series, {
    timestamps: Float64Array.from(all.map(([timestamp]) => timestamp)),
    values: isText ? null : Float64Array.from(all.map(([, value]) => Number(value))),
    text: Buffer.concat(texts),
    textStarts: ends.map((end, i) => end - (texts[i]?.length ?? 0)),
    textEnds: ends,
  });
  const table = isText ? 'string_datapoints' : 'double_datapoints';
  const columns = ['external_id', 'timestamp', 'value'];
  return aBatch({ table, columns, contentType: 'application/protobuf', ...part }, body, all.length);
}

/** Puts the payload into a blob, as the server does with larger ones. */
export function inBlob(batch: Batch, blobs: Map<string, Buffer>): Batch {
  if (batch.payload.place === 'blob') return batch;
  blobs.set(batchId(batch), Buffer.from(batch.payload.base64, 'base64'));
  return { ...batch, payload: { place: 'blob', name: batchId(batch) } };
}

/** The stand-in's own client without a capability. */
export function clientWithout(acl: string, all: readonly Capability[]): object {
  return { ...DEFAULT_CLIENT, capabilities: all.filter((capability) => !(acl in capability)) };
}
