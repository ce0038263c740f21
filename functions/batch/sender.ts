// Sends the requests of one batch: with its credential's token, within the limits of its project, tried again where that
// is worthwhile. A 401 is answered once with a new token: a token may end earlier than it said.
import type { Table } from '../../shared/tables/table';
import { CdfError } from '../cdf/cdf-error';
import type { CdfProject, CdfRequest, SendToCdf } from '../cdf/client';
import type { Limit } from '../cdf/limiter';
import type { Clock } from '../cdf/retry';
import { createRetry } from '../cdf/retry';
import type { ClientCredentials, TokenCache } from '../cdf/token';
import { TokenError } from '../cdf/token';
import { isRefusedToken, permissionDenied, readDenied, refusedClient, refusedToken } from './failure';

export interface CdfAccess extends CdfProject {
  readonly credentials: ClientCredentials;
}

export interface SenderPorts {
  readonly tokens: TokenCache;
  readonly send: SendToCdf;
  readonly limit: Limit;
  readonly clock: Clock;
}

interface BatchRequest extends CdfRequest {
  /** The ACL whose READ it takes; left out: it writes. */
  readonly reads?: string;
  /** A 409 says that CDF is busy with the same instances and did nothing: it passes. */
  readonly isConflictPassing?: true;
}

/**
 * Resolves with CDF's answer. Rejects with CdfError, or with BatchFailedError where the credential is at fault.
 * `isIdempotent`: may be sent again although CDF may have done it already.
 */
export type Send = (request: BatchRequest, isIdempotent: boolean) => Promise<unknown>;

export interface Sender {
  readonly access: CdfAccess;
  readonly table: Table;
  /**
   * How far the user's WRITE reaches, asked afresh after a 403; null: CDF does not say. Rejects with BatchFailedError where
   * the user has none.
   */
  readonly scopes: () => Promise<readonly string[] | null>;
  /** Right before each request that writes, each try; what it rejects with ends the batch's delivery. */
  readonly beforeWrite: () => Promise<void>;
}

export function createSender(ports: SenderPorts, sender: Sender): Send {
  const { access } = sender;
  const retry = createRetry(ports.clock);
  const lane = `${access.baseUrl} ${access.project}`;
  let isRenewed = false;
  const once = async (request: BatchRequest): Promise<unknown> => {
    const token = await tokenOf(ports, access);
    try {
      return await ports.limit(lane, serviceOf(request), async () => {
        if (request.reads === undefined) await sender.beforeWrite();
        return ports.send(access, token, request);
      });
    } catch (error) {
      const status = error instanceof CdfError ? error.status : null;
      if (status === 403) throw await forbidden(sender, request, error as CdfError);
      if (status === 409 && request.isConflictPassing === true) throw passing(error as CdfError);
      if (status !== 401) throw error;
      ports.tokens.drop(access.credentials, token);
      if (isRenewed) throw refusedToken();
      isRenewed = true;
      return once(request);
    }
  };
  return (request, isIdempotent) => retry(isIdempotent, () => once(request));
}

/** CDF limits concurrency by service: the first part of the path, but data points apart from their time series. */
function serviceOf({ path, gzip }: BatchRequest): string {
  if (path.startsWith('/timeseries/data')) return 'datapoints';
  const [, service = ''] = path.split('/');
  return service === 'raw' && gzip === null ? 'raw-read' : service;
}

/** What a 403 means: the whole batch where it may not write at all; else the rows of this request, which lie out of reach. */
async function forbidden(
  { table, access, scopes }: Sender,
  { reads }: BatchRequest,
  error: CdfError,
): Promise<Error> {
  if (reads !== undefined) return readDenied(table, reads, error);
  const reach = await scopes();
  if (reach === null) return permissionDenied(table, access.project, error.message);
  if (reach.includes('all')) return error;
  return new CdfError(`${error.message} (${table.acl}:WRITE is limited to ${reach.join(', ')})`, error);
}

function passing(error: CdfError): CdfError {
  return new CdfError(error.message, { ...error, status: 409, retryable: 'always' });
}

/** No answer from the token endpoint is like none from CDF: nothing was sent, so anything may be sent again. */
export async function tokenOf(
  { tokens }: Pick<SenderPorts, 'tokens'>,
  { credentials }: CdfAccess,
): Promise<string> {
  try {
    return await tokens(credentials);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    if (isRefusedToken(error)) throw refusedClient(error);
    throw new CdfError(error.message, { status: error.status, retryable: 'always' });
  }
}
