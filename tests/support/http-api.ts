// The HTTP API as the function app serves it, without a host: its triggers over real Azurite and a CDF of the test's
// own. Every answer is held against what GET /openapi.json says of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpRequest, InvocationContext } from '@azure/functions';
import { createAllowList } from '../../functions/allow-list';
import { createProjectCheck } from '../../functions/allowed-projects';
import type { Operation } from '../../functions/api/operations';
import { OPERATIONS } from '../../functions/api/operations';
import { faultOf } from '../../functions/api/schema';
import { createCdfAccess } from '../../functions/cdf-access';
import { createCdfClient } from '../../functions/cdf/client';
import { inspectToken } from '../../functions/cdf/inspect';
import { createTokenCache, fetchToken } from '../../functions/cdf/token';
import { answerErrors } from '../../functions/http';
import type { HttpTrigger } from '../../functions/http-triggers';
import { httpTriggers } from '../../functions/http-triggers';
import type { CredentialStore } from '../../shared/azure/credential-store';
import { createCredentialStore } from '../../shared/azure/credential-store';
import { keyFromFile } from '../../shared/azure/key-file';
import type { OwnTableStore } from '../../shared/azure/own-table-store';
import { createOwnTableStore } from '../../shared/azure/own-table-store';
import { connectStorage, STORAGE_SETTINGS } from '../../shared/azure/storage';
import { CREDENTIAL_TABLE } from '../../shared/credential';
import { createLog } from '../../shared/log';
import { OWN_TABLES_TABLE } from '../../shared/own-table';
import { clientSecretAad, openSecret } from '../../shared/sealed-secret';
import { readSettings } from '../../shared/settings';
import { startAzurite } from './azurite';
import type { Loopback, LoopbackAnswer } from './loopback';
import { startLoopback } from './loopback';

/** What the answers have, one or another; that they have it is checked by their schemas. */
export interface ApiBody extends Record<string, unknown> {
  readonly items: Record<string, unknown>[];
  readonly nextCursor?: string;
  readonly error: {
    readonly code: number;
    readonly message: string;
    readonly missing?: object[];
    readonly duplicated?: object[];
  };
}

interface ApiAnswer {
  readonly status: number;
  readonly body: ApiBody;
}

export interface HttpApi {
  /** `path` as a client sends it; `token` null: no Authorization header; a name without a dot: for the API's CDF. */
  call(method: 'GET' | 'POST', path: string, body?: unknown, token?: string | null): Promise<ApiAnswer>;
  readonly credentials: CredentialStore;
  readonly tables: OwnTableStore;
  readonly cdf: Loopback;
  /** The client credentials of an app that may do all that it must, in v2's form. */
  readonly app: Readonly<Record<'tokenUrl' | 'clientId' | 'clientSecret' | 'scope', string>>;
  /** What CDF answers for views. */
  views: LoopbackAnswer;
  /** A new user of `plant`, as its creation was answered. */
  createUser(): Promise<{ readonly username: string; readonly password: string }>;
  /** What was logged. */
  readonly lines: readonly string[];
  openSecretOf(username: string): Promise<string>;
  close(): Promise<void>;
}

export const CLIENT_SECRET = 'hush-hush~secret';

/** Tokens: `plant` and `other` open the project of their name, `app` is what the token endpoint gives. */
const PROJECTS: Readonly<Record<string, readonly string[]>> = {
  plant: ['plant'],
  other: ['other'],
  app: ['plant', 'other'],
};

export async function startHttpApi(): Promise<HttpApi> {
  const azurite = await startAzurite();
  const folder = mkdtempSync(join(tmpdir(), 'sluice-api-'));
  const storage = connectStorage(readSettings(STORAGE_SETTINGS, { SluiceStorage: azurite.connectionString }));
  await storage.table(CREDENTIAL_TABLE).createTable();
  await storage.table(OWN_TABLES_TABLE).createTable();
  const state = { views: { status: 200, body: { items: [] } } as LoopbackAnswer };
  const cdf = await startLoopback((request) => answerAsCdf(state.views, request.url ?? '', tokenOf(request)));
  const credentials = createCredentialStore(storage.table(CREDENTIAL_TABLE));
  const tables = createOwnTableStore(storage.table(OWN_TABLES_TABLE));
  const { wrapKey, unwrapKey } = keyFromFile(join(folder, 'key'));
  const open = ({ sealedSecret, username }: { sealedSecret: string; username: string }) =>
    openSecret(sealedSecret, clientSecretAad(username), unwrapKey);
  const lines: string[] = [];
  const log = createLog('test', (line) => lines.push(line));
  const triggers = httpTriggers({
    allowList: createAllowList(cdf.url),
    checkProject: createProjectCheck(''),
    inspect: inspectToken,
    fetchToken,
    wrapKey,
    accessOf: createCdfAccess((username) => credentials.find(username), open),
    tokens: createTokenCache(fetchToken),
    send: createCdfClient(),
    find: (username) => credentials.find(username),
    ofProject: (project, limit, cursor) => credentials.ofProject(project, limit, cursor),
    store: (credential) => credentials.create(credential),
    replace: (credential, etag) => credentials.replace(credential, etag),
    remove: (username, etag) => credentials.remove(username, etag),
    tables,
    clearTables: (username) => tables.clear(username),
    endpoint: { host: 'sluice.acme.example', port: 5432 },
    probe: (abortSignal) => credentials.probe(abortSignal),
    now: () => 1_790_000_000_000,
    log,
  });
  const app = {
    tokenUrl: `${cdf.url}/token`,
    clientId: 'client',
    clientSecret: CLIENT_SECRET,
    scope: `${cdf.url}/.default`,
  };
  const api: Pick<HttpApi, 'call'> = {
    call: async (method, path, body, token = 'plant') => {
      const { trigger, params } = findTrigger(triggers, method, path);
      const request = new HttpRequest({
        method,
        url: `http://sluice.test${path}`,
        params,
        headers: token === null ? {} : { authorization: `Bearer ${jwtOf(token, cdf.url)}` },
        ...(body === undefined
          ? {}
          : { body: { string: typeof body === 'string' ? body : JSON.stringify(body) } }),
      });
      const handler = answerErrors(log, trigger.answer);
      const response = await handler(request, new InvocationContext({ functionName: trigger.name }));
      const { status = 200, jsonBody } = response as { status?: number; jsonBody: unknown };
      const answer = { status, body: JSON.parse(JSON.stringify(jsonBody)) as ApiBody };
      checkAnswer(
        OPERATIONS.find(({ operationId }) => operationId === trigger.name)!,
        answer,
      );
      return answer;
    },
  };
  return {
    ...api,
    createUser: async () => {
      const { body } = await api.call('POST', '/api/v1/projects/plant/postgresgateway', {
        items: [{ credentials: app }],
      });
      return body.items[0] as { username: string; password: string };
    },
    credentials,
    tables,
    cdf,
    app,
    get views() {
      return state.views;
    },
    set views(answer) {
      state.views = answer;
    },
    lines,
    openSecretOf: async (username) => open((await credentials.find(username))!),
    close: async () => {
      await cdf.close();
      await azurite.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** As Entra's, it names the cluster that it is for; what else it says is between the token endpoint and CDF. */
function jwtOf(token: string, aud: string): string {
  if (token.includes('.')) return token;
  return `e30.${Buffer.from(JSON.stringify({ aud })).toString('base64url')}.${token}`;
}

function tokenOf({ headers }: { headers: { authorization?: string | undefined } }): string {
  return (headers.authorization ?? '').slice('Bearer '.length).split('.').at(-1)!;
}

function answerAsCdf(views: LoopbackAnswer, url: string, token: string): LoopbackAnswer {
  if (url === '/token') return { status: 200, body: { access_token: 'app', expires_in: 3600 } };
  if (url.includes('/models/views/byids'))
    return { headers: { 'content-type': 'application/json' }, ...views };
  const projects = PROJECTS[token];
  if (projects === undefined) return { status: 401, body: {} };
  const capability = (acl: string) => ({ [acl]: { actions: ['LIST'], scope: { all: {} } } });
  return {
    status: 200,
    body: {
      projects: projects.map((projectUrlName) => ({ projectUrlName, groups: [1] })),
      capabilities: ['projectsAcl', 'groupsAcl'].map((acl) => ({
        ...capability(acl),
        projectScope: { projects },
      })),
    },
  };
}

function findTrigger(triggers: readonly HttpTrigger[], method: string, path: string) {
  for (const trigger of triggers) {
    const names = [...trigger.route.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!);
    const pattern = new RegExp(`^/${trigger.route.replace(/\{\w+\}/g, '([^/]+)')}$`);
    const match = trigger.method === method ? pattern.exec(path.split('?', 1)[0]!) : null;
    if (match === null) continue;
    const params = Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(match[i + 1]!)]));
    return { trigger, params };
  }
  throw new Error(`nothing is served at ${method} ${path}`);
}

/** Throws where the answer is not as described. */
function checkAnswer({ operationId, answer, refusals = [] }: Operation, { status, body }: ApiAnswer): void {
  const fault =
    status === 200
      ? faultOf(answer, body)
      : [400, 401, 403, 404, 500, 502, ...refusals].includes(status)
        ? null
        : `status ${status}`;
  if (fault !== null) throw new Error(`${operationId} does not answer as described: ${fault}`);
}
