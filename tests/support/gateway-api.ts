// The gateway's own HTTP API as a user's application calls it: with a token of the CDF project.
import type { ApiBody } from './http-api';
import type { Ready } from './stack';

export interface GatewayApi {
  call(method: 'GET' | 'POST', path: string, body?: object): Promise<{ status: number; body: ApiBody }>;
  /** As `call`, and fails where the answer is not 200. */
  ask(method: 'GET' | 'POST', path: string, body?: object): Promise<ApiBody>;
  /** Makes tables for the stack's own user by v2's API. */
  createTables(...items: object[]): Promise<ApiBody>;
}

export function connectGateway({ cdf, http, postgres }: Ready): GatewayApi {
  const { clientId, clientSecret, scope, tokenUrl } = cdf;
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
  const token = async () => {
    const answer = await fetch(tokenUrl, { method: 'POST', body: new URLSearchParams(form) });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const call: GatewayApi['call'] = async (method, path, body) => {
    const answer = await fetch(`${http.baseUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${await token()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as ApiBody };
  };
  const ask: GatewayApi['ask'] = async (method, path, body) => {
    const answer = await call(method, path, body);
    if (answer.status !== 200)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const tables = `/api/v1/projects/${cdf.project}/postgresgateway/tables/${postgres.user}`;
  return { call, ask, createTables: (...items) => ask('POST', tables, { items }) };
}
