// POST /oauth2/v2.0/token: OAuth 2.0 client credentials (RFC 6749 section 4.4), refusing in Entra's words.
import { randomUUID } from 'node:crypto';
import type { Answer } from '../call';
import type { Client, Clients } from './clients';

export interface TokenRequest {
  readonly body: Buffer;
  readonly authorization: string | undefined;
}

interface Refusal {
  readonly status: 400 | 401;
  readonly error: string;
  readonly code: number;
  readonly text: string;
}

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** Answers a token, or Entra's refusal: invalid_client with 401, everything else with 400. */
export function answerToken(clients: Clients, scope: string, request: TokenRequest, now: number): Answer {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const given = credentialsOf(form, request.authorization);
  const client = clients.find(given.id);
  const refusal = refuseForm(form, scope) ?? refuseClient(clients, client, given);
  if (refusal !== null || client === undefined) return answerRefusal(refusal ?? unknownClient(given.id), now);
  const expiry = { expires_in: client.expiresIn, ext_expires_in: client.expiresIn };
  return {
    status: 200,
    body: { token_type: 'Bearer', ...expiry, access_token: clients.issue(client, new URL(scope).origin) },
    headers: NO_STORE,
  };
}

/** From the form, else from a Basic Authorization header, whose parts are form-encoded (RFC 6749 section 2.3.1). */
function credentialsOf(form: URLSearchParams, authorization: string | undefined) {
  const basic = /^Basic (\S+)$/i.exec(authorization ?? '')?.[1];
  const text = basic === undefined ? '' : Buffer.from(basic, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  const decode = (part: string) => new URLSearchParams(`part=${part}`).get('part') ?? '';
  return {
    id: form.get('client_id') ?? decode(colon < 0 ? '' : text.slice(0, colon)),
    secret: form.get('client_secret') ?? decode(colon < 0 ? '' : text.slice(colon + 1)),
  };
}

function refuseForm(form: URLSearchParams, scope: string): Refusal | null {
  const grant = form.get('grant_type');
  if (grant === null) return lacks('grant_type');
  if (grant !== 'client_credentials')
    return refuse('unsupported_grant_type', 70003, `The app requested an unsupported grant type '${grant}'.`);
  const asked = form.get('scope');
  if (asked === null) return lacks('scope');
  if (!asked.endsWith('/.default'))
    return refuse('invalid_scope', 1002012, `The provided value for scope ${asked} is not valid.`);
  if (asked !== scope)
    return refuse(
      'invalid_resource',
      500011,
      `The resource principal named ${asked} was not found in the tenant.`,
    );
  return null;
}

function refuseClient(
  clients: Clients,
  client: Client | undefined,
  given: { id: string; secret: string },
): Refusal | null {
  if (given.id === '') return lacks('client_id');
  if (client === undefined) return unknownClient(given.id);
  if (given.secret === '')
    return invalidClient(7000218, "The request body must contain the following parameter: 'client_secret'.");
  if (clients.isSecretOf(client, given.secret)) return null;
  return invalidClient(7000215, `Invalid client secret provided for app '${given.id}'.`);
}

function refuse(error: string, code: number, text: string): Refusal {
  return { status: 400, error, code, text };
}

function invalidClient(code: number, text: string): Refusal {
  return { status: 401, error: 'invalid_client', code, text };
}

function lacks(parameter: string): Refusal {
  const text = `The request body must contain the following parameter: '${parameter}'.`;
  return refuse('invalid_request', 900144, text);
}

function unknownClient(id: string): Refusal {
  return refuse(
    'unauthorized_client',
    700016,
    `Application with identifier '${id}' was not found in the directory.`,
  );
}

function answerRefusal({ status, error, code, text }: Refusal, now: number): Answer {
  const ids = { trace_id: randomUUID(), correlation_id: randomUUID() };
  const time = `${new Date(now).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  return {
    status,
    body: {
      error,
      error_description: `AADSTS${code}: ${text} Trace ID: ${ids.trace_id} Timestamp: ${time}`,
      error_codes: [code],
      timestamp: time,
      ...ids,
    },
    headers: NO_STORE,
  };
}
