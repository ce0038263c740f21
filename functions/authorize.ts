// Who may manage a gateway user: whoever has a token of the user's CDF project, as CDF says. Another project's user is
// as unknown as one that does not exist. CDF is asked before the storage is: who has no valid token learns nothing of it.
import type { HttpRequest } from '@azure/functions';
import type { StoredCredential } from '../shared/azure/credential-store';
import type { AllowList } from './allow-list';
import type { Inspection } from './cdf/inspect';
import type { AccessPorts } from './check-access';
import { inspectCaller } from './check-access';
import { bearerToken } from './create-request';
import { HttpError } from './http';
import { cutText } from './cut-text';

export interface CallerPorts extends Pick<AccessPorts, 'inspect'> {
  readonly allowList: AllowList;
  /** Where a token is asked about that names no cluster; absent, or null: nowhere. */
  readonly onlyCluster?: () => Promise<string | null>;
}

export interface AuthorizePorts extends CallerPorts {
  readonly find: (username: string) => Promise<StoredCredential | null>;
}

/** Whoever calls, as CDF knows them. */
export interface Caller {
  /** Of the cluster that the token is for. */
  readonly baseUrl: string;
  /** URL names of the projects that the token opens there. */
  readonly projects: readonly string[];
}

/** Of CDF's paths. */
const PROJECT = /^[A-Za-z0-9_-]{1,64}$/;

/** {project} of the path. Throws HttpError 404. */
export function projectOfPath(request: HttpRequest): string {
  const project = request.params['project'] ?? '';
  if (!PROJECT.test(project)) throw new HttpError(404, 'There is no such CDF project.');
  return project;
}

/** Rejects with HttpError 401 or 403 where the token names no cluster, or CDF there does not know it; 502. */
export async function callerOf(ports: CallerPorts, request: HttpRequest): Promise<Caller> {
  const token = bearerToken(request);
  const baseUrl = audienceOf(token, ports.allowList) ?? (await ports.onlyCluster?.()) ?? null;
  if (baseUrl === null)
    throw new HttpError(
      401,
      'The bearer token must be for a CDF cluster: one from Microsoft Entra ID with scope ' +
        'https://<cluster>.cognitedata.com/.default.',
    );
  const { projects }: Inspection = await inspectCaller(ports, baseUrl, token);
  return { baseUrl, projects };
}

/** Entra's tokens for CDF name the cluster as audience. A claim, not yet checked: CDF there is asked about the token. */
function audienceOf(token: string, allowList: AllowList): string | null {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      aud?: unknown;
    };
    const url = new URL(String(claims.aud));
    return allowList.cdf(url) ? url.origin : null;
  } catch {
    return null;
  }
}

/** The user whom `username` names and the caller may manage; null where there is none, or it is not of `project` (where given). */
export async function findManaged(
  { find }: Pick<AuthorizePorts, 'find'>,
  { baseUrl, projects }: Caller,
  { username, project }: { username: string; project?: string },
): Promise<StoredCredential | null> {
  if (project !== undefined && !projects.includes(project)) return null;
  const credential = await find(username);
  if (credential === null || credential.baseUrl !== baseUrl) return null;
  const isOfProject = project === undefined || credential.project === project;
  return isOfProject && projects.includes(credential.project) ? credential : null;
}

/** The user of the path's {username}, within its {project} where it has one. Rejects with HttpError 401, 403, 404, 502. */
export async function userOfPath(ports: AuthorizePorts, request: HttpRequest): Promise<StoredCredential> {
  const caller = await callerOf(ports, request);
  const { username = '' } = request.params;
  const project = 'project' in request.params ? { project: projectOfPath(request) } : {};
  const credential = await findManaged(ports, caller, { username, ...project });
  if (credential === null) throw new HttpError(404, `There is no gateway user "${cutText(username, 63)}".`);
  return credential;
}
