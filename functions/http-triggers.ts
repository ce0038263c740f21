// Every HTTP trigger: what is served where, by which handler. functions/app.ts registers them; functions/api/operations.ts
// describes them.
import { openApiHandler } from './api/openapi';
import type { CreateCredentialPorts } from './create-credential';
import { createCredentialHandler } from './create-credential';
import type { Probe } from './healthz';
import { createHealthz } from './healthz';
import type { Answer } from './http';
import {
  createV1TablesHandler,
  deleteV1TablesHandler,
  listV1TablesHandler,
  updateV1TablesHandler,
} from './tables/v1-tables';
import type { TablesPorts } from './tables/v2-tables';
import {
  createTablesHandler,
  deleteTablesHandler,
  listTablesHandler,
  tablesByIdsHandler,
} from './tables/v2-tables';
import type { ChangeUsersPorts } from './users/change-users';
import { deleteUsersHandler, updateUsersHandler } from './users/change-users';
import { createUsersHandler } from './users/create-users';
import type { ReadUsersPorts } from './users/read-users';
import { filterUsersHandler, listUsersHandler, showUserHandler, usersByIdsHandler } from './users/read-users';

export type ApiPorts = CreateCredentialPorts &
  ReadUsersPorts &
  ChangeUsersPorts &
  TablesPorts & {
    /** Resolves where the storage answers. */
    readonly probe: Probe;
  };

export interface HttpTrigger {
  /** Of the function. */
  readonly name: string;
  readonly method: 'GET' | 'POST';
  /** Without a leading slash, as the Functions host wants it. */
  readonly route: string;
  readonly answer: Answer;
}

const GATEWAY = 'api/v1/projects/{project}/postgresgateway';
const TABLES = `${GATEWAY}/tables/{username}`;
const V1_TABLES = 'user/{username}/tables';

/** All are anonymous for the host: handlers ask CDF about the caller's own bearer token. */
export function httpTriggers(ports: ApiPorts): HttpTrigger[] {
  const get = (name: string, route: string, answer: Answer): HttpTrigger => ({
    ...{ name, method: 'GET', route, answer },
  });
  const post = (name: string, route: string, answer: Answer): HttpTrigger => ({
    ...{ name, method: 'POST', route, answer },
  });
  return [
    post('create', 'create', createCredentialHandler(ports)),
    post('users-create', GATEWAY, createUsersHandler(ports)),
    get('users-list', GATEWAY, listUsersHandler(ports)),
    post('users-filter', `${GATEWAY}/list`, filterUsersHandler(ports)),
    post('users-by-ids', `${GATEWAY}/byids`, usersByIdsHandler(ports)),
    post('users-update', `${GATEWAY}/update`, updateUsersHandler(ports)),
    post('users-delete', `${GATEWAY}/delete`, deleteUsersHandler(ports)),
    get('user-show', 'user/{username}', showUserHandler(ports)),
    get('tables-list', TABLES, listTablesHandler(ports)),
    post('tables-create', TABLES, createTablesHandler(ports)),
    post('tables-by-ids', `${TABLES}/byids`, tablesByIdsHandler(ports)),
    post('tables-delete', `${TABLES}/delete`, deleteTablesHandler(ports)),
    get('v1-tables-list', V1_TABLES, listV1TablesHandler(ports)),
    post('v1-tables-create', V1_TABLES, createV1TablesHandler(ports)),
    post('v1-tables-update', `${V1_TABLES}/update`, updateV1TablesHandler(ports)),
    post('v1-tables-delete', `${V1_TABLES}/delete`, deleteV1TablesHandler(ports)),
    get('healthz', 'healthz', createHealthz(ports.probe, ports.log)),
    get('openapi', 'openapi.json', openApiHandler()),
  ];
}
