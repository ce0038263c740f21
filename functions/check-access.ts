// Whether a credential may be made: the caller must be at home in the project, and the app that will write must be able
// to get a token, be linked to the project, and see its own groups. Each refusal says what to fix.
import type { Inspection } from './cdf/inspect';
import { InspectError, isCapable } from './cdf/inspect';
import type { ClientCredentials } from './cdf/token';
import { TokenError } from './cdf/token';
import type { CreateRequest } from './create-request';
import { HttpError } from './http';
import { cutText } from './cut-text';

export interface AccessPorts {
  /** Rejects with InspectError. */
  readonly inspect: (baseUrl: string, token: string) => Promise<Inspection>;
  /** Rejects with TokenError. */
  readonly fetchToken: (credentials: ClientCredentials) => Promise<{ readonly value: string }>;
}

const REQUIRED = [
  { name: 'projects:list', acl: 'projectsAcl', action: 'LIST' },
  { name: 'groups:list', acl: 'groupsAcl', action: 'LIST' },
] as const;

/** Why an endpoint refused, in so many characters at most. */
const MAX_REASON_CHARACTERS = 200;

/** Rejects with HttpError 401 or 403 where CDF does not know the caller, or not in this project. */
export async function checkCaller(
  ports: Pick<AccessPorts, 'inspect'>,
  { baseUrl, project }: Pick<CreateRequest, 'baseUrl' | 'project'>,
  token: string,
): Promise<void> {
  const { projects } = await inspectCaller(ports, baseUrl, token);
  if (!projects.includes(project)) throw noAccess({ baseUrl, project });
}

export function noAccess({ baseUrl, project }: Pick<CreateRequest, 'baseUrl' | 'project'>): HttpError {
  return new HttpError(403, `The bearer token gives no access to project "${project}" at ${baseUrl}.`);
}

/** What the caller's token opens. Rejects with HttpError 401 or 403 where CDF does not know the caller; 502. */
export async function inspectCaller(
  ports: Pick<AccessPorts, 'inspect'>,
  baseUrl: string,
  token: string,
): Promise<Inspection> {
  return inspect(
    ports,
    { baseUrl, token },
    {
      401: new HttpError(
        401,
        `CDF refused the bearer token. It may have expired, or be meant for another cluster than ${baseUrl}.`,
      ),
      403: new HttpError(403, `The bearer token may not list projects and groups at ${baseUrl}.`),
    },
  );
}

/** Rejects with HttpError 400 or 403 where the client credentials do not lead into the project. */
export async function checkCredentials(ports: AccessPorts, request: CreateRequest): Promise<void> {
  const { baseUrl, project, credentials } = request;
  const token = await fetchToken(ports, credentials);
  const refused: Refusals = { 401: notLinked(project), 403: lacking(project, REQUIRED) };
  const inspection = await inspect(ports, { baseUrl, token }, refused);
  if (!inspection.projects.includes(project)) throw notLinked(project);
  const missing = REQUIRED.filter((required) => !isCapable(inspection, project, required));
  if (missing.length > 0) throw lacking(project, missing);
}

type Refusals = Readonly<Record<401 | 403, HttpError>>;

async function inspect(
  ports: Pick<AccessPorts, 'inspect'>,
  { baseUrl, token }: { baseUrl: string; token: string },
  refused: Refusals,
): Promise<Inspection> {
  try {
    return await ports.inspect(baseUrl, token);
  } catch (error) {
    if (!(error instanceof InspectError)) throw error;
    if (error.status === 401 || error.status === 403) throw refused[error.status];
    throw new HttpError(502, `CDF at ${baseUrl} gave no usable answer. Try again later.`);
  }
}

async function fetchToken(ports: AccessPorts, credentials: ClientCredentials): Promise<string> {
  try {
    return (await ports.fetchToken(credentials)).value;
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    const refused =
      error.status !== null && error.status >= 400 && error.status < 500 && error.status !== 429;
    if (!refused) throw new HttpError(502, 'The token endpoint gave no usable answer. Try again later.');
    const reason = shortReason(error, credentials);
    throw new HttpError(
      400,
      `The token endpoint refused the client credentials (${error.code}${reason}). ` +
        'Check token URL, client id, client secret and scope.',
    );
  }
}

/** Entra ID's sentence (AADSTS...) without the trace ids that follow it, and without what the caller handed in. */
function shortReason({ message }: TokenError, { clientSecret }: ClientCredentials): string {
  const [sentence = ''] = message.split(/\s*(?:[\r\n]|Trace ID:)/);
  if (sentence === '' || message.includes(clientSecret)) return '';
  return `: ${cutText(sentence, MAX_REASON_CHARACTERS)}`;
}

function notLinked(project: string): HttpError {
  return new HttpError(
    403,
    `The app with this client id has no access to project "${project}": its group is not linked. Add the app to a ` +
      "group in Microsoft Entra ID, and give that group's object id to a CDF group of the project as source id.",
  );
}

function lacking(
  project: string,
  missing: readonly { name: string; acl: string; action: string }[],
): HttpError {
  const names = missing.map(({ name, acl, action }) => `${name} (${acl}: ${action})`).join(' and ');
  return new HttpError(
    403,
    `The CDF group of the app lacks a capability in project "${project}": add ${names} to it.`,
  );
}
