// Faults that a test asks for: the next matching requests are answered late, with a status, or not at all.
import { badRequest } from '../api-error';
import type { JsonObject } from '../call';
import { asObject } from '../call';

export interface Fault {
  readonly method?: string;
  readonly path: string;
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly latencyMs?: number;
  /** `before`: the socket is destroyed before anything is applied; `after`: applied, never answered. */
  readonly drop?: 'before' | 'after';
  /** How many requests; default: all until DELETE /control/faults. */
  readonly times?: number;
}

const MAX_LATENCY_MS = 600_000;

export class Faults {
  private faults: { readonly fault: Fault; readonly matches: (path: string) => boolean; left: number }[] = [];

  /** Throws 400 for a fault that makes no sense. */
  add(value: unknown): void {
    const fault = readFault(asObject(value, 'fault'));
    this.faults.push({ fault, matches: pathMatcher(fault.path), left: fault.times ?? Infinity });
  }

  clear(): void {
    this.faults = [];
  }

  list(): object[] {
    return this.faults.map(({ fault, left }) => (left === Infinity ? fault : { ...fault, times: left }));
  }

  /** The first fault for the request, counted down. `paths`: the whole path, and the one below the project. */
  take(method: string, paths: readonly string[]): Fault | undefined {
    const found = this.faults.find(
      ({ fault, matches }) => (fault.method ?? method) === method && paths.some(matches),
    );
    if (found === undefined) return undefined;
    found.left--;
    if (found.left <= 0) this.faults = this.faults.filter((one) => one !== found);
    return found.fault;
  }
}

/** A prefix, or a regular expression where it begins with ^. */
function pathMatcher(path: string): (path: string) => boolean {
  if (!path.startsWith('^')) return (actual) => actual.startsWith(path);
  try {
    const pattern = new RegExp(path);
    return (actual) => pattern.test(actual);
  } catch {
    throw badRequest('fault.path: is no regular expression');
  }
}

function readFault(value: JsonObject): Fault {
  const fault = { path: '/', ...value } as unknown as Fault;
  const wrong = Object.entries(RIGHT).filter(([name, isRight]) => !isRight(fault[name as keyof Fault]));
  const unknown = Object.keys(fault).filter((name) => !(name in RIGHT));
  const faulty = [...wrong.map(([name]) => name), ...unknown];
  if (faulty.length > 0) throw badRequest(`fault: see local/cdf/README.md about ${faulty.join(', ')}`);
  return fault;
}

const isBetween = (value: unknown, min: number, max: number) =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

const RIGHT: Readonly<Record<keyof Fault, (value: unknown) => boolean>> = {
  method: (value) => value === undefined || typeof value === 'string',
  path: (value) => typeof value === 'string',
  status: (value) => value === undefined || isBetween(value, 200, 599),
  body: () => true,
  headers: (value) => value === undefined || (typeof value === 'object' && value !== null),
  latencyMs: (value) => value === undefined || isBetween(value, 0, MAX_LATENCY_MS),
  drop: (value) => value === undefined || value === 'before' || value === 'after',
  times: (value) => value === undefined || isBetween(value, 1, Number.MAX_SAFE_INTEGER),
};
