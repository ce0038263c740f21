// One HTTP request from its head to its answer: faults first, then authorization, then the operation.
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Access } from './access/access';
import { inspectToken } from './access/inspect-token';
import { answerToken } from './access/token-endpoint';
import { ApiError, forbidden, notFound, unauthorized } from './api-error';
import type { Answer } from './call';
import type { Controlled } from './control/control';
import { answerControl } from './control/control';
import type { Fault } from './control/faults';
import { formatJson } from './exact-json';
import { readBody } from './read-body';
import type { RouteMatch } from './router';
import { findRoute } from './router';

export interface World extends Controlled {
  readonly scope: string;
  readonly tokenPath: string;
  readonly now: () => number;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

/** What is known of a request from its head. */
interface Target {
  readonly method: string;
  readonly url: URL;
  readonly project: string | undefined;
  /** Below the project; the whole path where there is none. */
  readonly path: string;
  readonly match: RouteMatch | undefined;
}

const INSPECT_PATH = '/api/v1/token/inspect';
const PROJECT_PATH = /^\/api\/v1\/projects\/([^/]+)(\/.*)$/;

/** Never rejects. */
export async function answerRequest(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const answer = await answerOrRefuse(world, request);
    if (answer === 'drop') request.socket.destroy();
    else send(response, answer);
  } catch {
    // The client went away, or the server closes.
    request.socket.destroy();
  }
}

async function answerOrRefuse(world: World, request: IncomingMessage): Promise<Answer | 'drop'> {
  try {
    const target = targetOf(request);
    if (target.path.startsWith('/control/')) return await control(world, request, target);
    return await visit(world, request, target);
  } catch (error) {
    if (world.closing.aborted) throw error;
    return refusal(error, request);
  }
}

function refusal(error: unknown, request: IncomingMessage): Answer {
  if (error instanceof ApiError) return { status: error.status, body: error.body };
  if (request.destroyed && !request.complete) throw error;
  console.error('The CDF stand-in failed:', error);
  return { status: 500, body: { error: { code: 500, message: 'Internal server error' } } };
}

function targetOf(request: IncomingMessage): Target {
  const method = request.method ?? 'GET';
  const url = new URL(request.url ?? '/', 'http://cdf');
  const [, project, below] = PROJECT_PATH.exec(url.pathname) ?? [];
  const path = below ?? url.pathname;
  const match = project === undefined ? undefined : findRoute(method, path);
  return { method, url, project: project && decodeURIComponent(project), path, match };
}

async function control(world: World, request: IncomingMessage, { method, path }: Target): Promise<Answer> {
  const isLoopback = /^(::ffff:)?127\.|^::1$/.test(request.socket.remoteAddress ?? '');
  if (!isLoopback) throw forbidden();
  return answerControl(world, `${method} ${path}`, await readBody(request));
}

async function visit(world: World, request: IncomingMessage, target: Target): Promise<Answer | 'drop'> {
  const { method, url, path, match } = target;
  const service = match?.route.service ?? (path === world.tokenPath ? 'token' : 'other');
  const end = world.traffic.begin({ method, path: match?.route.path ?? path, service });
  let status = 0;
  try {
    const fault = world.faults.take(method, [url.pathname, path]);
    const answer = await answerWithFault(world, request, target, fault);
    if (answer !== 'drop') status = answer.status;
    return answer;
  } catch (error) {
    status = error instanceof ApiError ? error.status : 0;
    throw error;
  } finally {
    end(status);
  }
}

async function answerWithFault(
  world: World,
  request: IncomingMessage,
  target: Target,
  fault: Fault | undefined,
): Promise<Answer | 'drop'> {
  if (fault?.drop === 'before') return 'drop';
  const body = await readBody(request);
  if (fault?.latencyMs !== undefined) await delay(fault.latencyMs, undefined, { signal: world.closing });
  if (fault?.status !== undefined) return faultAnswer(fault, fault.status);
  const answer = route(world, request, target, body);
  return fault?.drop === 'after' ? 'drop' : answer;
}

function faultAnswer({ body, headers = {} }: Fault, status: number): Answer {
  const otherwise = { error: { code: status, message: 'A fault that was asked for' } };
  return { status, body: body ?? otherwise, headers };
}

function route(world: World, request: IncomingMessage, target: Target, body: Buffer): Answer {
  const { authorization, 'content-type': contentType = '' } = request.headers;
  const { method, url, project, path, match } = target;
  if (`${method} ${path}` === `POST ${world.tokenPath}`)
    return answerToken(world.clients, world.scope, { body, authorization }, world.now());
  const client = world.clients.authenticate(authorization);
  if (`${method} ${path}` === `GET ${INSPECT_PATH}`) return inspectToken(client);
  if (project !== undefined && !client.projects.includes(project)) throw unauthorized();
  if (match === undefined || project === undefined) throw notFound(`No operation ${method} ${path}`);
  const access = new Access(client.capabilities, project);
  if (!match.route.needs.every((need) => access.may(need))) throw forbidden();
  return match.route.run({
    ...{ state: world.projects.get(project), access, parameters: match.parameters },
    ...{ query: url.searchParams, body, contentType, now: world.now() },
  });
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  const isText = typeof body === 'string';
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(isText ? body : formatJson(body));
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    'content-length': bytes.length,
    'x-request-id': randomUUID(),
    ...headers,
  });
  response.end(bytes);
}
