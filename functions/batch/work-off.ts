// Finds the bad rows of a batch: a request that CDF refuses is taken apart by what CDF says, or else halved, until what
// it refuses stands alone. In order: a part is finished before the next one begins, so that parents come first.
import { CdfError } from '../cdf/cdf-error';
import type { Body, Rows } from './body';
import { refusalOf } from './failure';
import type { Job } from './job';

/** One request for some rows of the body. */
export interface Task<B extends Body> {
  readonly rows: Rows;
  /** Sends it and counts what is written. Rejects with CdfError. */
  send(rows: Rows): Promise<void>;
  /** What to send instead, where CDF's answer says which rows are to blame; null: halve it. */
  answer(error: CdfError, rows: Rows, body: B): readonly Task<B>[] | null;
}

/** Requests for one batch. Beyond, what CDF refuses is not taken apart any more: all of it counts as refused. */
const MAX_REQUESTS = 256;
/** The same for the time: functionTimeout (10 min) must leave room for what is still to be sent. */
const MAX_SEARCH_MS = 4 * 60_000;

/** Rejects with the CdfError of a request that may be repeated later (429, 5xx, no answer), or with BatchFailedError. */
export async function workOff<B extends Body>(
  tasks: readonly Task<B>[],
  openBody: () => Promise<B>,
  { tally, clock }: Pick<Job, 'tally' | 'clock'>,
): Promise<void> {
  const deadline = clock.now() + MAX_SEARCH_MS;
  const stack = [...tasks].reverse();
  for (let sent = 1; ; sent++) {
    const task = stack.pop();
    if (task === undefined) return;
    if (task.rows.length === 0) continue;
    try {
      await task.send(task.rows);
    } catch (error) {
      if (!(error instanceof CdfError) || error.retryable !== 'never') throw error;
      const body = await openBody();
      const mayGoOn = sent < MAX_REQUESTS && clock.now() < deadline;
      const next = mayGoOn ? (task.answer(error, task.rows, body) ?? halve(task, body)) : null;
      if (next === null) tally.refuse(task.rows, () => refusalOf(error));
      else stack.push(...[...next].reverse());
    }
  }
}

function halve<B extends Body>(task: Task<B>, body: B): Task<B>[] | null {
  if (task.rows.length < 2) return null;
  return body.halve(task.rows).map((rows) => ({ ...task, rows }));
}
