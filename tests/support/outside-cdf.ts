// A CDF that outlives the stack: the stand-in runs in the test's process, stacks come and go beside it. What a crash leaves
// behind can so be read from CDF, and a restart finds it as it was.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Cdf, DEFAULT_CLIENT, startCdf } from '../../local/cdf/server';
import { type CdfApi, connectCdf } from './cdf-api';
import { type Stack, startStack } from './stack';

export interface OutsideCdf {
  readonly api: CdfApi;
  /** Starts a stack on `dataDirectory`. One at a time. */
  start(): Promise<Stack>;
  fault(fault: Readonly<Record<string, unknown>>): Promise<void>;
  /** Ends all faults; the client has its secret and all capabilities again. */
  heal(): Promise<void>;
  /** How often an operation was asked since the last heal, e.g. `POST /events`; also what is still waiting for its answer. */
  requests(operation: string): Promise<number>;
  /** The same by status; 0: dropped. */
  statuses(operation: string): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

/** What a killed functions host had in hand comes back after so long. */
const LEASE_MS = 2_000;
const UNTIL_LIMIT_MS = 30_000;
const UNTIL_POLL_MS = 20;

export async function startOutsideCdf(): Promise<OutsideCdf> {
  const cdf = await startCdf();
  const dataDirectory = await mkdtemp(join(tmpdir(), 'sluice-faults-'));
  const { id, secret } = DEFAULT_CLIENT;
  const { baseUrl, tokenUrl, scope, project } = cdf;
  const api = connectCdf({
    cdf: { baseUrl, tokenUrl, scope, project, clientId: id, clientSecret: secret },
  });
  const stacks: Stack[] = [];
  return {
    api,
    start: async () => {
      const stack = await startStack(environment(cdf), dataDirectory);
      stacks.push(stack);
      return stack;
    },
    fault: async (fault) => void (await api.control('POST', '/faults', fault)),
    heal: async () => {
      await api.control('DELETE', '/faults');
      await api.control('DELETE', '/requests');
      await api.control('POST', '/clients', DEFAULT_CLIENT);
    },
    requests: async (operation) => (await traffic(api))[operation]?.count ?? 0,
    statuses: async (operation) => (await traffic(api))[operation]?.statuses ?? {},
    close: async () => {
      for (const stack of stacks) await stack.stop();
      await cdf.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

interface Visits {
  readonly count: number;
  readonly statuses: Readonly<Record<string, number>>;
}

async function traffic(api: CdfApi): Promise<Readonly<Record<string, Visits | undefined>>> {
  const report = (await api.control('GET', '/requests')) as { requests: Record<string, Visits | undefined> };
  return report.requests;
}

function environment({ baseUrl, tokenUrl, scope, project }: Cdf): Record<string, string> {
  return {
    SLUICE_CDF_URL: baseUrl,
    SLUICE_TOKEN_URL: tokenUrl,
    SLUICE_SCOPE: scope,
    SLUICE_CDF_PROJECT: project,
    SLUICE_CLIENT_ID: DEFAULT_CLIENT.id,
    SLUICE_CLIENT_SECRET: DEFAULT_CLIENT.secret,
    SLUICE_QUEUE_LEASE_MS: String(LEASE_MS),
  };
}

/** Resolves when the condition holds; asks again and again, and rejects after a bound. */
export async function until(what: string, condition: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + UNTIL_LIMIT_MS;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`in vain waited until ${what}`);
    await delay(UNTIL_POLL_MS);
  }
}
