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
import { isRefusedToken, permissionDenied, refusedClient, refusedToken } from './failure';

export interface CdfAccess extends CdfProject {
  readonly credentials: ClientCredentials;
}

export interface SenderPorts {
  readonly tokens: TokenCache;
  readonly send: SendToCdf;
  readonly limit: Limit;
  readonly clock: Clock;
}

/**
 * Resolves with CDF's answer. Rejects with CdfError, or with BatchFailedError where the credential is at fault.
 * `isIdempotent`: may be sent again although CDF may have done it already.
 */
export type Send = (request: CdfRequest, isIdempotent: boolean) => Promise<unknown>;

export function createSender(ports: SenderPorts, access: CdfAccess, table: Table): Send {
  const retry = createRetry(ports.clock);
  const lane = `${access.baseUrl} ${access.project}`;
  const service = serviceOf(table);
  let isRenewed = false;
  const once = async (request: CdfRequest): Promise<unknown> => {
    const token = await tokenOf(ports, access);
    try {
      return await ports.limit(lane, service, () => ports.send(access, token, request));
    } catch (error) {
      const status = error instanceof CdfError ? error.status : null;
      if (status === 403) throw permissionDenied(table, error as CdfError);
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
function serviceOf({ request }: Table): string {
  if (request.kind === 'datapoints') return 'datapoints';
  return request.kind === 'raw-rows' ? 'raw' : (request.create.split('/')[1] ?? '');
}

/** No answer from the token endpoint is like none from CDF: nothing was sent, so anything may be sent again. */
async function tokenOf({ tokens }: SenderPorts, { credentials }: CdfAccess): Promise<string> {
  try {
    return await tokens(credentials);
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    if (isRefusedToken(error)) throw refusedClient(error);
    throw new CdfError(error.message, { status: error.status, retryable: 'always' });
  }
}
