// Items without a key of their own: events without external id, runs of pipelines. A repeated create would make them
// twice, so what is begun is recorded before each request and what is finished after it. A batch that comes again skips
// the finished; of those begun and not finished nobody knows whether CDF has them, and the session is told so. The
// window: a function that dies after recording and before sending calls rows doubtful that CDF never saw.
import { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { cutRows, partRows } from './body';
import { createEach } from './create-each';
import type { Job, OpenProgress } from './job';
import { requestOf } from './job';
import type { JsonBody } from './json-body';
import { createItems } from './send-items';
import type { Task } from './work-off';

/** Items of one request each: so many are begun together. */
const EACH_AT_ONCE = 40;

const DOUBTFUL = {
  code: '58030',
  message: 'it is not known whether CDF has this row: the connection to CDF broke while it was written',
};

/** Creates rows without a key, those that no earlier delivery began; `blame` as Task.answer. */
export async function keylessTasks(
  job: Job,
  body: JsonBody,
  rows: Rows,
  blame: (again: (rows: Rows) => Task<JsonBody>) => Task<JsonBody>['answer'],
): Promise<Task<JsonBody>[]> {
  if (rows.length === 0) return [];
  const opened = await job.openProgress();
  const [finished, others] = partRows(rows, (row) => opened.progress.finished.has(row));
  const [doubtful, fresh] = partRows(others, (row) => opened.progress.begun.has(row));
  job.tally.write(finished.length);
  job.tally.refuse(doubtful, () => DOUBTFUL);
  const ledger = new Ledger(opened);
  const task = (part: Rows): Task<JsonBody> => ({
    rows: part,
    send: (sent) =>
      requestOf(job, 'items').single === true
        ? createEachOnce(job, body, sent, ledger)
        : createOnce(job, body, sent, ledger),
    answer: blame(task),
  });
  return [task(fresh)];
}

async function createOnce(job: Job, body: JsonBody, rows: Rows, ledger: Ledger): Promise<void> {
  await ledger.begin(rows);
  try {
    await createItems(job, body, rows, false);
  } catch (error) {
    if (!(error instanceof CdfError)) throw error;
    if (error.retryable === 'if-idempotent') return job.tally.refuse(rows, () => DOUBTFUL);
    await ledger.forget(rows, error.retryable === 'always');
    throw error;
  }
  await ledger.finish(rows);
}

/** One request an item: each is finished or refused by itself. */
async function createEachOnce(job: Job, body: JsonBody, rows: Rows, ledger: Ledger): Promise<void> {
  for (const part of cutRows(rows, EACH_AT_ONCE)) {
    await ledger.begin(part);
    const { created, refused, failure } = await createEach(job, body, part, DOUBTFUL);
    await ledger.finish(Uint32Array.from(created));
    if (failure === null) continue;
    const known = new Set([...created, ...refused]);
    const mayComeAgain = failure instanceof CdfError && failure.retryable === 'always';
    if (mayComeAgain)
      await ledger.forget(
        part.filter((row) => !known.has(row)),
        true,
      );
    throw failure instanceof Error ? failure : new Error('thrown without an error');
  }
}

/** The batch's progress in memory, saved at each step that a crash must not lose. */
class Ledger {
  private readonly begun: Set<number>;
  private readonly finished: Set<number>;

  constructor(private readonly opened: OpenProgress) {
    this.begun = new Set(opened.progress.begun);
    this.finished = new Set(opened.progress.finished);
  }

  async begin(rows: Rows): Promise<void> {
    rows.forEach((row) => this.begun.add(row));
    await this.save();
  }

  async finish(rows: Rows): Promise<void> {
    rows.forEach((row) => this.finished.add(row));
    await this.save();
  }

  /** CDF did nothing. Refused rows are sent again at once, in smaller parts, and their next begin saves this too. */
  async forget(rows: Rows, mustSave: boolean): Promise<void> {
    rows.forEach((row) => this.begun.delete(row));
    if (mustSave) await this.save();
  }

  private save(): Promise<void> {
    return this.opened.save({ begun: this.begun, finished: this.finished });
  }
}
