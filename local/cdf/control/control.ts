// /control: what tests turn and read. No authorization: the stand-in listens on loopback only.
import { badRequest, notFound } from '../api-error';
import type { Clients, ClientOptions } from '../access/clients';
import type { Answer, JsonObject } from '../call';
import { asObject, jsonBody } from '../call';
import type { Projects } from '../project-state';
import type { Faults } from './faults';
import type { Traffic } from './traffic';

export interface Controlled {
  readonly faults: Faults;
  readonly traffic: Traffic;
  readonly clients: Clients;
  readonly projects: Projects;
}

type Switch = (controlled: Controlled, body: Buffer) => object | void;

const SWITCHES: Readonly<Record<string, Switch>> = {
  'POST /control/faults': ({ faults }, body) => {
    const request = jsonBody({ body });
    for (const fault of Array.isArray(request['items']) ? (request['items'] as unknown[]) : [request])
      faults.add(fault);
  },
  'GET /control/faults': ({ faults }) => ({ items: faults.list() }),
  'DELETE /control/faults': ({ faults }) => faults.clear(),
  'POST /control/clients': ({ clients }, body) => clients.put(readClient(jsonBody({ body }))),
  'POST /control/expire-tokens': ({ clients }) => clients.expireTokens(),
  'GET /control/requests': ({ traffic }) => traffic.report(),
  'DELETE /control/requests': ({ traffic }) => traffic.reset(),
  'DELETE /control/state': ({ projects }) => projects.clear(),
};

/** Throws 404 for a switch that there is not. */
export function answerControl(controlled: Controlled, name: string, body: Buffer): Answer {
  const flip = SWITCHES[name];
  if (flip === undefined) throw notFound(`No control ${name}`);
  return { status: 200, body: flip(controlled, body) ?? {} };
}

function readClient(value: JsonObject): ClientOptions {
  const client = value as unknown as ClientOptions;
  const { id, secret, capabilities = [], projects = [], groups = [], expiresIn = 1 } = client;
  const isWhole =
    typeof id === 'string' &&
    typeof secret === 'string' &&
    [capabilities, projects, groups].every((list) => Array.isArray(list)) &&
    typeof expiresIn === 'number';
  if (!isWhole) throw badRequest('client: see local/cdf/README.md');
  capabilities.forEach((capability) => checkCapability(asObject(capability, 'client.capabilities')));
  return client;
}

function checkCapability(capability: JsonObject): void {
  const [acl] = Object.keys(capability).filter((key) => key.endsWith('Acl'));
  const actions = acl === undefined ? undefined : asObject(capability[acl], acl)['actions'];
  if (!Array.isArray(actions)) throw badRequest('client.capabilities: see local/cdf/README.md');
}
