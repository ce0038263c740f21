// CDF's GET /api/v1/token/inspect: which projects a token opens, and what it may do there.
// POST /create asks it about the caller's token and about the credentials that will write; write-batch about what it may.
import { readText } from '../http';

const INSPECT_TIMEOUT_MS = 10_000;
/** Groups of a big organisation give a few thousand capabilities of some 200 bytes. */
const MAX_INSPECT_BYTES = 8 * 1024 * 1024;

interface Capability {
  /** e.g. projectsAcl; unknown ones are kept as they come. */
  readonly acl: string;
  readonly actions: readonly string[];
  readonly projects: 'all' | readonly string[];
  /** Kinds of scopes: `all`, or how far it reaches instead, e.g. `datasetScope`. */
  readonly scopes: readonly string[];
}

export interface Inspection {
  /** URL names of the projects. */
  readonly projects: readonly string[];
  readonly capabilities: readonly Capability[];
}

export class InspectError extends Error {
  override readonly name = 'InspectError';

  /** CDF's status; null where there was no answer, or none that makes sense. */
  constructor(
    readonly status: number | null,
    message: string,
  ) {
    super(message);
  }
}

/** Asks CDF at `baseUrl` (no trailing slash); follows no redirect. Rejects with InspectError, never with the token in it. */
export async function inspectToken(baseUrl: string, token: string): Promise<Inspection> {
  // fetch would repeat a malformed token in its error.
  if (!isToken(token)) throw new InspectError(401, 'the token is malformed');
  const { status, text } = await get(`${baseUrl}/api/v1/token/inspect`, token);
  if (status !== 200) throw new InspectError(status, `token/inspect answered ${status}`);
  return parseInspection(text);
}

/** RFC 6750's b64token. */
export function isToken(token: string): boolean {
  return /^[A-Za-z0-9._~+/-]+=*$/.test(token);
}

async function get(url: string, token: string): Promise<{ status: number; text: string | null }> {
  try {
    const response = await fetch(url, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(INSPECT_TIMEOUT_MS),
    });
    return { status: response.status, text: await readText(response.body, MAX_INSPECT_BYTES) };
  } catch {
    throw new InspectError(null, 'token/inspect cannot be reached');
  }
}

function parseInspection(text: string | null): Inspection {
  const answer = parseObject(text);
  if (answer === null || !Array.isArray(answer['projects']))
    throw new InspectError(null, 'token/inspect gave no inspection');
  const projects = objects(answer['projects']).map((project) => project['projectUrlName']);
  return {
    projects: strings(projects),
    capabilities: objects(answer['capabilities']).flatMap(parseCapability),
  };
}

/** One `...Acl` key a capability, and where it holds. Of what CDF may add one day nothing is required. */
function parseCapability(capability: Record<string, unknown>): Capability[] {
  const scope = asObject(capability['projectScope'])?.['projects'];
  const projects = Array.isArray(scope) ? strings(scope) : 'all';
  return Object.keys(capability)
    .filter((acl) => acl.endsWith('Acl'))
    .map((acl) => {
      const grant = asObject(capability[acl]);
      const scopes = Object.keys(asObject(grant?.['scope']) ?? { all: {} });
      return { acl, actions: strings(grant?.['actions']), projects, scopes };
    });
}

/** Whether the token may do `action` of `acl` in `project`, in whatever scope. */
export function isCapable(
  { capabilities }: Inspection,
  project: string,
  { acl, action }: { acl: string; action: string },
): boolean {
  return capabilities.some(
    (capability) =>
      capability.acl === acl &&
      capability.actions.includes(action) &&
      (capability.projects === 'all' || capability.projects.includes(project)),
  );
}

function parseObject(text: string | null): Record<string, unknown> | null {
  try {
    return asObject(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
}

function objects(value: unknown): Record<string, unknown>[] {
  const values: unknown[] = Array.isArray(value) ? value : [];
  return values.map(asObject).filter((object) => object !== null);
}

function strings(value: unknown): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [];
  return values.filter((item) => typeof item === 'string');
}
