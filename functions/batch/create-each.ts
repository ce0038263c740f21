// Creates items one a request (files: CDF takes one bare object). Each request stands for itself, so nothing is halved:
// what is created stays, what CDF has already is told, what it refuses is counted.
import { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { refusalOf } from './failure';
import type { Job } from './job';
import { requestOf } from './job';
import type { JsonBody } from './json-body';
import { compress } from './payload';
import { sideBySide } from './side-by-side';
import type { Refusal } from './tally';

/** Requests of one batch at the same time; the limit of the project stands below it. */
const CREATES_AT_ONCE = 4;

export interface Created {
  readonly created: readonly number[];
  /** CDF has these already. */
  readonly existing: readonly number[];
  readonly refused: readonly number[];
  /** What ended it before all were sent; null: nothing did. */
  readonly failure: unknown;
}

/** `doubt`: what to say of rows without a key, of which nobody knows whether CDF has them; null: they have one. */
export async function createEach(
  job: Job,
  body: JsonBody,
  rows: Rows,
  doubt: Refusal | null,
): Promise<Created> {
  const created: number[] = [];
  const existing: number[] = [];
  const refused: number[] = [];
  const refuse = (row: number, refusal: Refusal): void => {
    refused.push(row);
    job.tally.refuse(Uint32Array.of(row), () => refusal);
  };
  const createOne = async (row: number): Promise<void> => {
    try {
      await createItem(job, body, row, doubt === null);
      created.push(row);
      job.tally.write(1);
    } catch (error) {
      if (!(error instanceof CdfError)) throw error;
      if (error.retryable === 'if-idempotent' && doubt !== null) refuse(row, doubt);
      else if (error.retryable !== 'never') throw error;
      else if (error.status === 409 && doubt === null) existing.push(row);
      else refuse(row, refusalOf(error));
    }
  };
  try {
    await sideBySide(rows, CREATES_AT_ONCE, createOne);
    return { created, existing, refused, failure: null };
  } catch (failure) {
    return { created, existing, refused, failure };
  }
}

async function createItem(job: Job, body: JsonBody, row: number, isIdempotent: boolean): Promise<void> {
  const { create: path } = requestOf(job, 'items');
  const gzip = await compress(Buffer.from(JSON.stringify(body.itemOf(row))));
  await job.send({ path, gzip, contentType: 'application/json' }, isIdempotent);
}
