// Finds the bad rows of a batch: a request that CDF refuses is taken apart by what CDF says, or else halved, until what
// it refuses stands alone. In order: a part is finished before the next one begins, so that parents come first.
import type { Clock } from '../cdf/retry';
import { CdfError } from '../cdf/cdf-error';
import type { Body, Rows } from './body';
import { namedBy, partRows } from './body';
import { refusalOf } from './failure';
import type { Refusal } from './tally';

/** One request for some rows of the body. */
export interface Task<B extends Body> {
  readonly rows: Rows;
  /** Sends it and counts what is written. Resolves with what is to be done next, if anything. Rejects with CdfError. */
  send(rows: Rows): Promise<readonly Task<B>[] | void>;
  /** What to send instead, where CDF's answer says which rows are to blame; null: halve it. */
  answer(error: CdfError, rows: Rows, body: B): Next<B> | Promise<Next<B>>;
}

type Next<B extends Body> = readonly Task<B>[] | null;

export interface WorkOffPorts {
  readonly clock: Clock;
  readonly refuse: (rows: Rows, refusalOf: (row: number) => Refusal) => void;
}

/** Requests for one batch. Beyond, what CDF refuses is not taken apart any more: all of it counts as refused. */
const MAX_REQUESTS = 256;
/** The same for the time: functionTimeout (10 min) must leave room for what is still to be sent. */
const MAX_SEARCH_MS = 4 * 60_000;
/** The same for requests that are forbidden (403): where a whole load lies outside the scope, each part of it is. */
const MAX_FORBIDDEN = 40;
/** More scopes than this in one request are found by halving it. */
const MAX_SCOPES = 16;

/** Rejects with the CdfError of a request that may be repeated later (429, 5xx, no answer), or with BatchFailedError. */
export async function workOff<B extends Body>(
  tasks: readonly Task<B>[],
  openBody: () => Promise<B>,
  { refuse, clock }: WorkOffPorts,
): Promise<void> {
  const deadline = clock.now() + MAX_SEARCH_MS;
  const search = new Search<B>(refuse);
  const stack = [...tasks].reverse();
  for (let sent = 1; ; sent++) {
    const task = stack.pop();
    if (task === undefined) return;
    if (task.rows.length === 0) continue;
    try {
      stack.push(...[...((await task.send(task.rows)) ?? [])].reverse());
    } catch (error) {
      if (!(error instanceof CdfError) || error.retryable !== 'never') throw error;
      const next = await search.next(
        task,
        error,
        await openBody(),
        sent < MAX_REQUESTS && clock.now() < deadline,
      );
      if (next === null) refuse(task.rows, () => refusalOf(error));
      else stack.push(...[...next].reverse());
    }
  }
}

/** Decides what to send in a refused request's stead. */
class Search<B extends Body> {
  private forbidden = 0;

  constructor(private readonly refuse: WorkOffPorts['refuse']) {}

  /** null: all rows of the task are refused. */
  async next(task: Task<B>, error: CdfError, body: B, mayGoOn: boolean): Promise<Next<B>> {
    if (!mayGoOn) return null;
    if (error.status === 403 && ++this.forbidden > MAX_FORBIDDEN) return null;
    return (
      (await task.answer(error, task.rows, body)) ??
      (error.status === 403 ? this.allowed(task, error, body) : null) ??
      halve(task, body)
    );
  }

  /** 403: rows that CDF names are refused; or else those of one data set, space or series are tried apart from the others. */
  private allowed(task: Task<B>, error: CdfError, body: B): Next<B> {
    const [bad, rest] = partRows(task.rows, namedBy(error.forbidden, body));
    if (bad.length > 0) {
      this.refuse(bad, () => refusalOf(error));
      return [{ ...task, rows: rest }];
    }
    const scopes = new Set(Array.from(task.rows, (row) => body.scopeOf(row)));
    if (scopes.size < 2 || scopes.size > MAX_SCOPES) return null;
    return [...scopes].map((scope) => ({
      ...task,
      rows: task.rows.filter((row) => body.scopeOf(row) === scope),
    }));
  }
}

function halve<B extends Body>(task: Task<B>, body: B): Task<B>[] | null {
  if (task.rows.length < 2) return null;
  return body.halve(task.rows).map((rows) => ({ ...task, rows }));
}
