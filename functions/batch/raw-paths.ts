// Where RAW rows and tables lie in CDF's API: their names stand in the URL.
import type { RawTarget } from '../../shared/tables/table';
import { notSupported, payloadDamaged } from './failure';
import type { Job } from './job';

/** The RAW table that the batch writes to. */
export function targetOf({ batch, table }: Pick<Job, 'batch' | 'table'>): RawTarget {
  const own = table.request.kind === 'raw-rows' ? table.request.target : undefined;
  const target = batch.target ?? own;
  if (target === undefined) throw payloadDamaged();
  return target;
}

export function tablesPath(database: string): string {
  return `/raw/dbs/${pathPart(database)}/tables`;
}

export function rowsPath({ database, table }: RawTarget): string {
  return `${tablesPath(database)}/${pathPart(table)}/rows`;
}

export function rowPath(target: RawTarget, key: string): string {
  return `${rowsPath(target)}/${pathPart(key)}`;
}

/** No request for a single row reaches these: in a URL they mean a folder, or none. */
export function hasPath(key: string): boolean {
  return key !== '' && key !== '.' && key !== '..';
}

/** In a URL these two mean a folder, percent-encoded as well: the request would go elsewhere. */
function pathPart(name: string): string {
  if (name === '.' || name === '..') throw notSupported(`CDF has no path to a RAW name "${name}"`);
  return encodeURIComponent(name);
}
