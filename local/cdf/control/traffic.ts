// What arrived since the start or the last reset: requests by operation and status, and how many were in hand at once.

export interface Visit {
  readonly method: string;
  /** The route's path, e.g. /raw/dbs/{dbName}/tables. */
  readonly path: string;
  readonly service: string;
}

interface Count {
  count: number;
  /** By status; 0: the connection was dropped. */
  readonly statuses: Record<number, number>;
}

interface Load {
  now: number;
  max: number;
}

export class Traffic {
  private counts = new Map<string, Count>();
  private readonly loads = new Map<string, Load>();

  /** Notes a request; what is returned notes its end, once. */
  begin({ method, path, service }: Visit): (status: number) => void {
    const name = `${method} ${path}`;
    const count = this.counts.get(name) ?? { count: 0, statuses: {} };
    this.counts.set(name, count);
    count.count++;
    const load = this.loads.get(service) ?? { now: 0, max: 0 };
    this.loads.set(service, load);
    load.now++;
    load.max = Math.max(load.max, load.now);
    return (status) => {
      load.now--;
      count.statuses[status] = (count.statuses[status] ?? 0) + 1;
    };
  }

  /** `{"requests": {"POST /assets": {"count", "statuses"}}, "maxConcurrency": {"assets": 4}}` */
  report(): object {
    return {
      requests: Object.fromEntries(this.counts),
      maxConcurrency: Object.fromEntries([...this.loads].map(([service, { max }]) => [service, max])),
    };
  }

  reset(): void {
    this.counts = new Map();
    for (const load of this.loads.values()) load.max = load.now;
  }
}
