// Calls the users' API as any client does: a token by client credentials, then JSON.
import { fetchToken } from '../../functions/cdf/token';
import { TokenError } from '../../functions/cdf/token';
import { CommandError } from './command-line';
import type { Inputs } from './inputs';

const REQUEST_LIMIT_MS = 60_000;

export interface User {
  readonly username: string;
  readonly createdTime: number;
  readonly lastUpdatedTime: number;
  readonly disabled: boolean;
  readonly clientId: string;
  readonly password?: string;
}

export interface WholeUser extends User {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

/** Resolves with the answer's body. Rejects with CommandError, in the API's words. */
export type CallApi = <Body>(method: 'GET' | 'POST', path: string, body?: object) => Promise<Body>;

/** Rejects with CommandError where there is no token to be had. */
export async function connectApi({ api, caller }: Inputs): Promise<CallApi> {
  const token = await tokenOf(caller);
  return async <Body>(method: 'GET' | 'POST', path: string, body?: object) => {
    const response = await send(`${api}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== 200) throw new CommandError(refusalOf(response.status, text));
    return JSON.parse(text) as Body;
  };
}

async function tokenOf(caller: Inputs['caller']): Promise<string> {
  try {
    return (await fetchToken(caller)).value;
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    throw new CommandError(`No token for ${caller.clientId}: ${error.code}: ${error.message}`);
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_LIMIT_MS) });
  } catch (cause) {
    throw new CommandError(`${new URL(url).origin} does not answer.`, { cause });
  }
}

function refusalOf(status: number, text: string): string {
  try {
    const { error } = JSON.parse(text) as { error: { message: string; missing?: object[] } };
    const missing = error.missing === undefined ? '' : ` ${JSON.stringify(error.missing)}`;
    return `${error.message}${missing} (${status})`;
  } catch {
    return `The HTTP API answered ${status}.`;
  }
}
