// Why nothing more of a batch can be written: in PostgreSQL's terms, because a session will say it to its client.
import type { BatchFailure } from '../../shared/outcome';
import type { Table } from '../../shared/tables/table';
import { CdfError } from '../cdf/cdf-error';
import { TokenError } from '../cdf/token';
import type { Refusal } from './tally';
import { cutText } from '../cut-text';

/** Ends a batch; it is recorded as its outcome, and the queue does not deliver it again. */
export class BatchFailedError extends Error {
  override readonly name = 'BatchFailedError';

  constructor(readonly failure: BatchFailure) {
    super(failure.message);
  }
}

const ROTATE =
  "Create a new credential with the client's current secret, and make sure that its group is linked to the CDF project.";

export function unknownUser(username: string): BatchFailedError {
  const message = `the CDF credential of user "${username}" does not exist any more`;
  return new BatchFailedError({ code: '28000', message, hint: 'Create a new credential.' });
}

/**
 * Also of batches that were handed over before: disabling means that nothing more is written in the user's name. What they
 * hold is not kept for later: the load is run again once the user is enabled.
 */
export function disabledUser(username: string): BatchFailedError {
  const message = `user "${username}" is disabled`;
  return new BatchFailedError({
    code: '28000',
    message,
    hint: 'Enable the user and run the same load again.',
  });
}

export function unreadableSecret(username: string): BatchFailedError {
  const message = `the client secret of user "${username}" cannot be decrypted`;
  return new BatchFailedError({ code: '28000', message, hint: 'Create a new credential.' });
}

/** The token endpoint says no to the client; see isRefusedToken. */
export function refusedClient({ code }: TokenError): BatchFailedError {
  return new BatchFailedError({
    code: '28000',
    message: `the token endpoint refused the CDF credential (${code})`,
    hint: ROTATE,
  });
}

/** Whether asking again would be in vain. */
export function isRefusedToken({ status }: TokenError): boolean {
  return status !== null && status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** 401, also with a fresh token. */
export function refusedToken(): BatchFailedError {
  return new BatchFailedError({ code: '28000', message: 'CDF refused the credential', hint: ROTATE });
}

/** The credential may not write. `reason`: CDF's sentence, or what its groups lack. */
export function permissionDenied(table: Table, project: string, reason: string): BatchFailedError {
  return new BatchFailedError({
    code: '42501',
    message: `permission denied for table ${table.name}: ${reason}`,
    hint:
      `Add the capability ${table.acl}:WRITE to a CDF group of project "${project}" that the credential is a member of. ` +
      'Where it is limited to data sets, spaces or RAW tables, every row has to lie in one of them.',
  });
}

/** 403 to a request that only looks: what a write has to know first. */
export function readDenied(table: Table, acl: string, { message }: CdfError): BatchFailedError {
  return new BatchFailedError({
    code: '42501',
    message: `permission denied for table ${table.name}: this statement has to read from CDF: ${message}`,
    hint: `Add the capability ${acl}:READ to the CDF group of the credential.`,
  });
}

export function isPermissionDenied(error: unknown): boolean {
  return error instanceof BatchFailedError && error.failure.code === '42501';
}

/** CDF refuses a request that stands for the whole batch: there is no row to blame, and asking again would be in vain. */
export function refusedByCdf(error: CdfError): BatchFailure {
  return { code: refusalOf(error).code, message: `CDF answered ${error.status ?? 0}: ${error.message}` };
}

export function payloadGone(): BatchFailedError {
  return new BatchFailedError({ code: '58030', message: 'the payload of the batch is gone' });
}

export function payloadDamaged(): BatchFailedError {
  return new BatchFailedError({ code: 'XX001', message: 'the payload of the batch is damaged' });
}

export function predecessorMissing(id: string): BatchFailedError {
  const message = `batch ${id}, which has to be written before, has no outcome after an hour`;
  return new BatchFailedError({ code: '58000', message });
}

export function notSupported(message: string, hint?: string): BatchFailedError {
  return new BatchFailedError({ code: '0A000', message, ...(hint === undefined ? {} : { hint }) });
}

/** The queue will not deliver again, and CDF still does not take the batch. */
export function gaveUp(error: CdfError): BatchFailure {
  const hint = 'Running the same load again is safe: INSERT is an upsert.';
  if (error.status === 429) return { code: '53000', message: `CDF is throttling: ${error.message}`, hint };
  const answered = error.status === null ? error.message : `CDF answered ${error.status}: ${error.message}`;
  return { code: '58030', message: answered, hint };
}

/** For a log: an SDK's or CDF's sentence may repeat row values. */
export function describeWithoutValues(error: unknown): string {
  if (error instanceof CdfError)
    return `CdfError: status ${error.status ?? 'none'}, request ${error.requestId ?? 'unknown'}`;
  if (error instanceof BatchFailedError) return `BatchFailedError: ${error.failure.code}`;
  if (error instanceof TokenError) return `TokenError: ${error.code}`;
  return error instanceof Error ? cutText(`${error.name}: ${error.message}`, 300) : 'unknown';
}

const STATUS_CODES: Readonly<Record<number, string>> = {
  403: '42501',
  409: '23505',
  413: '54000',
};

/** A row that CDF refuses for its own sake. */
export function refusalOf(error: CdfError): Refusal {
  if (error.missing.length > 0) return { code: '23503', message: error.message };
  if (error.missingFields.length > 0) return { code: '23502', message: error.message };
  return { code: STATUS_CODES[error.status ?? 0] ?? '22000', message: error.message };
}
