// How many requests one function instance has under way to a service of a CDF project. CDF answers 429 beyond its own
// limits, and a throttled request still counts against the project.
import { CdfError } from './cdf-error';

/**
 * What Cognite's own extractors default to; CDF's limits per identity are 23 and more. Of instances CDF applies 4 at a
 * time for the whole project. Single RAW rows are read side by side: CDF takes 48 an identity.
 */
const CONCURRENCY: Readonly<Record<string, number>> = {
  datapoints: 5,
  raw: 4,
  'raw-read': 12,
  models: 2,
};
const DEFAULT_CONCURRENCY = 4;
/** Far above what an instance's batches can ask for at once (host.json): a bound, not a tuning. */
export const MAX_WAITING = 1000;

interface Lane {
  running: number;
  readonly waiting: (() => void)[];
}

/** `project` and `service` together name the lane, e.g. service `datapoints`. */
export type Limit = <T>(project: string, service: string, send: () => Promise<T>) => Promise<T>;

export function createLimiter(): Limit {
  const lanes = new Map<string, Lane>();
  return async (project, service, send) => {
    const name = `${project} ${service}`;
    const lane = lanes.get(name) ?? { running: 0, waiting: [] };
    lanes.set(name, lane);
    await enter(lane, CONCURRENCY[service] ?? DEFAULT_CONCURRENCY);
    try {
      return await send();
    } finally {
      leave(lane);
      if (lane.running === 0) lanes.delete(name);
    }
  };
}

async function enter(lane: Lane, concurrency: number): Promise<void> {
  if (lane.running < concurrency) {
    lane.running++;
    return;
  }
  if (lane.waiting.length >= MAX_WAITING)
    throw new CdfError('too many requests to CDF are waiting here', { status: null, retryable: 'always' });
  await new Promise<void>((resolve) => lane.waiting.push(resolve));
}

/** Hands its place to the next in line, so that no newcomer slips in between. */
function leave(lane: Lane): void {
  const next = lane.waiting.shift();
  if (next === undefined) lane.running--;
  else next();
}
