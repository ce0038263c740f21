// The body of POST /create, checked before anything is done with it: form, sizes, and which hosts it names.
import type { HttpRequest } from '@azure/functions';
import type { AllowList } from './allow-list';
import { isToken } from './cdf/inspect';
import type { ClientCredentials } from './cdf/token';
import { HttpError, readText } from './http';

/** Four short strings and a name: whatever is longer is no such body. */
export const MAX_CREATE_BYTES = 16 * 1024;

const MAX_CHARACTERS = { token_url: 2048, client_id: 256, client_secret: 2048, scope: 512 } as const;

export interface CreateRequest {
  readonly credentials: ClientCredentials;
  readonly project: string;
  /** CDF's base URL, taken from the scope: `https://{cluster}.cognitedata.com`. */
  readonly baseUrl: string;
}

/** The caller's token. Throws HttpError 401. */
export function bearerToken(request: HttpRequest): string {
  const [, token = ''] = /^Bearer +(.+?) *$/i.exec(request.headers.get('authorization') ?? '') ?? [];
  if (!isToken(token))
    throw new HttpError(
      401,
      'The Authorization header must be "Bearer " and a token from Microsoft Entra ID.',
    );
  return token;
}

/** Rejects with HttpError 400 or 413; the message names the field, never its value. */
export async function readCreateRequest(request: HttpRequest, allowList: AllowList): Promise<CreateRequest> {
  const text = await readText(request.body, MAX_CREATE_BYTES);
  if (text === null) throw new HttpError(413, `The body must not be longer than ${MAX_CREATE_BYTES} bytes.`);
  const body = objectOf(parseJson(text), 'The body');
  const auth = objectOf(body['auth'], 'auth');
  const field = (name: keyof typeof MAX_CHARACTERS) =>
    textOf(auth[name], `auth.${name}`, MAX_CHARACTERS[name]);
  const credentials = {
    tokenUrl: field('token_url'),
    clientId: field('client_id'),
    clientSecret: field('client_secret'),
    scope: field('scope'),
  };
  return {
    credentials,
    project: projectOf(body['project']),
    baseUrl: checkAddresses(credentials, allowList, { tokenUrl: 'auth.token_url', scope: 'auth.scope' }),
  };
}

/** CDF's base URL. Throws HttpError 400 where a host may not be called; `names` are those of the body's fields. */
export function checkAddresses(
  { tokenUrl, scope }: Pick<ClientCredentials, 'tokenUrl' | 'scope'>,
  allowList: AllowList,
  names: { readonly tokenUrl: string; readonly scope: string },
): string {
  checkTokenUrl(tokenUrl, allowList, names.tokenUrl);
  return baseUrlOf(scope, allowList, names.scope);
}

function checkTokenUrl(tokenUrl: string, allowList: AllowList, name: string): void {
  const url = parseUrl(tokenUrl);
  if (url === null || url.hash !== '' || !allowList.tokenUrl(url))
    throw new HttpError(
      400,
      `${name} must look like https://login.microsoftonline.com/<tenant id>/oauth2/v2.0/token; ` +
        'other hosts must be allowed by the setting SLUICE_ALLOWED_HOSTS.',
    );
}

function baseUrlOf(scope: string, allowList: AllowList, name: string): string {
  const url = parseUrl(scope);
  if (url === null || scope !== `${url.origin}/.default` || !allowList.cdf(url))
    throw new HttpError(
      400,
      `${name} must look like https://<cluster>.cognitedata.com/.default; ` +
        'other hosts must be allowed by the setting SLUICE_ALLOWED_HOSTS.',
    );
  return url.origin;
}

/** It becomes a part of CDF's paths. */
function projectOf(value: unknown): string {
  const project = textOf(value, 'project', 64);
  if (!/^[A-Za-z0-9_-]+$/.test(project))
    throw new HttpError(400, "project must be the URL name of a CDF project: letters, digits, '-' and '_'.");
  return project;
}

function textOf(value: unknown, name: string, maxCharacters: number): string {
  if (typeof value !== 'string' || value === '')
    throw new HttpError(400, `${name} must be a text, and not empty.`);
  if (value.length > maxCharacters)
    throw new HttpError(400, `${name} must not be longer than ${maxCharacters} characters.`);
  if (/\p{Cc}/u.test(value)) throw new HttpError(400, `${name} must not contain control characters.`);
  return value;
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HttpError(400, `${name} must be a JSON object.`);
  return value as Record<string, unknown>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // The parser's message would repeat a part of the body.
  }
}

function parseUrl(text: string): URL | null {
  return URL.canParse(text) ? new URL(text) : null;
}
