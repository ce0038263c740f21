// Reads the view of a new table from CDF, as the gateway user whose table it will be: what that user may not see, it
// could not write either.
import type { OwnColumn, OwnView } from '../../shared/own-table';
import { BatchFailedError } from '../batch/failure';
import type { CdfAccess } from '../batch/sender';
import { CdfError } from '../cdf/cdf-error';
import type { SendToCdf } from '../cdf/client';
import type { TokenCache } from '../cdf/token';
import { TokenError } from '../cdf/token';
import type { ViewDefinition, ViewName } from '../cdf/view';
import { fetchView } from '../cdf/view';
import { HttpError } from '../http';
import { viewColumns } from './view-columns';

export interface ImportViewPorts {
  /** Rejects with BatchFailedError. */
  readonly accessOf: (username: string) => Promise<CdfAccess>;
  readonly tokens: TokenCache;
  readonly send: SendToCdf;
}

/** Options of CDF's POST /models/instances, with its defaults; `instanceType` where the view is used for both. */
export interface ViewOptions extends ViewName {
  readonly instanceType?: OwnView['of'] | undefined;
  readonly autoCreateDirectRelations?: boolean | undefined;
  readonly autoCreateStartNodes?: boolean | undefined;
  readonly autoCreateEndNodes?: boolean | undefined;
}

export interface ImportedView {
  readonly view: OwnView;
  readonly columns: readonly OwnColumn[];
}

/** Rejects with HttpError 400 where there is no such view, the user may not see it, or it is for nothing that a table has. */
export async function importView(
  ports: ImportViewPorts,
  username: string,
  options: ViewOptions,
): Promise<ImportedView> {
  const definition = await find(ports, username, options);
  const { space, externalId, version } = options;
  if (definition === null)
    throw new HttpError(400, `View ${nameOf(options)} not found`, {
      missing: [{ space, externalId, ...(version === undefined ? {} : { version }) }],
    });
  const of = instanceTypeOf(definition, options);
  const view: OwnView = {
    ...{ space: definition.space, externalId: definition.externalId, version: definition.version, of },
    autoCreateDirectRelations: options.autoCreateDirectRelations ?? true,
    autoCreateStartNodes: options.autoCreateStartNodes ?? false,
    autoCreateEndNodes: options.autoCreateEndNodes ?? false,
  };
  return { view, columns: viewColumns(definition, of) };
}

function instanceTypeOf({ usedFor }: ViewDefinition, options: ViewOptions): OwnView['of'] {
  const asked = options.instanceType;
  if (usedFor === 'all') {
    if (asked !== undefined) return asked;
    throw new HttpError(
      400,
      `View ${nameOf(options)} is used for nodes and edges: set options.instanceType to "node" or "edge".`,
    );
  }
  if (usedFor === 'record')
    throw new HttpError(400, `View ${nameOf(options)} is used for records, which have no table.`);
  if (asked !== undefined && asked !== usedFor)
    throw new HttpError(400, `View ${nameOf(options)} is used for ${usedFor}s only.`);
  return usedFor;
}

async function find(
  { accessOf, tokens, send }: ImportViewPorts,
  username: string,
  name: ViewName,
): Promise<ViewDefinition | null> {
  try {
    const access = await accessOf(username);
    return await fetchView(send, access, await tokens(access.credentials), name);
  } catch (error) {
    throw toHttpError(error, name);
  }
}

function toHttpError(error: unknown, name: ViewName): unknown {
  if (error instanceof BatchFailedError)
    return new HttpError(400, `The view cannot be read: ${error.message}.`);
  if (error instanceof TokenError)
    return new HttpError(400, `The view cannot be read: no token for the user's client (${error.code}).`);
  if (!(error instanceof CdfError)) return error;
  if (error.status === 403)
    return new HttpError(
      400,
      `The gateway user may not read view ${nameOf(name)}: add dataModelsAcl: READ to its CDF group.`,
    );
  if (error.status !== null && error.status >= 400 && error.status < 500 && error.status !== 429)
    return new HttpError(400, `CDF refused view ${nameOf(name)}: ${error.message}`);
  return new HttpError(502, `CDF did not answer for view ${nameOf(name)}. Try again later.`);
}

function nameOf({ space, externalId, version }: ViewName): string {
  return `${space}:${externalId}${version === undefined ? '' : `/${version}`}`;
}
