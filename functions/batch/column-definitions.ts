// The columns of sequences, which CDF's update does not set as a whole: those that a sequence lacks are added, those that
// it has are changed in what the row says of them, none is removed. Of what type a column is CDF cannot change.
import { isDeepStrictEqual } from 'node:util';
import { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { partRows } from './body';
import type { Job } from './job';
import { requestOf } from './job';
import type { Item, JsonBody } from './json-body';
import { compress } from './payload';
import { itemsOf } from './reference-cache';
import type { Change } from './update-items';

/** What a definition may say that an update can change. */
const CHANGEABLE = ['name', 'description', 'metadata'];

export interface DefinitionChanges {
  /** Rows that can be changed as they ask. */
  readonly good: Rows;
  readonly changeOf: (row: number) => Change | null;
  /** Rows that would change a type. */
  readonly bad: Rows;
  readonly whyOf: (row: number) => string;
}

/** Rejects with CdfError (`missing`) where CDF does not have some of the items. */
export async function planDefinitions(
  job: Job,
  body: JsonBody,
  rows: Rows,
  property: string,
): Promise<DefinitionChanges> {
  const known = await readItems(job, body, rows);
  const missing = Array.from(rows, (row) => body.itemOf(row)['externalId']).filter((key) => !known.has(key));
  if (missing.length > 0)
    throw new CdfError('missing', { status: 400, missing: missing.map((externalId) => ({ externalId })) });
  const plans = new Map(
    Array.from(rows, (row) => {
      const item = body.itemOf(row);
      const has = known.get(item['externalId'])?.[property];
      return [row, changeOf(definitions(item[property]), definitions(has))];
    }),
  );
  const whyOf = (row: number) => textIn(plans.get(row));
  const [bad, good] = partRows(rows, (row) => whyOf(row) !== '');
  return {
    good,
    bad,
    whyOf,
    changeOf: (row) => {
      const change = plans.get(row);
      return typeof change === 'object' ? change : null;
    },
  };
}

/** CDF's items of these rows, by external id. */
export async function readItems(job: Job, body: JsonBody, rows: Rows): Promise<Map<unknown, Item>> {
  const { create } = requestOf(job, 'items');
  const items = Array.from(rows, (row) => ({ externalId: body.itemOf(row)['externalId'] }));
  const gzip = await compress(Buffer.from(JSON.stringify({ items, ignoreUnknownIds: true })));
  const request = { path: `${create}/byids`, gzip, contentType: 'application/json' } as const;
  const answer = await job.send({ ...request, reads: job.table.acl }, true);
  return new Map(itemsOf(answer).map((item) => [item['externalId'], item]));
}

function definitions(value: unknown): Item[] {
  const values: unknown[] = Array.isArray(value) ? value : [];
  return values.filter((one) => typeof one === 'object' && one !== null) as Item[];
}

/** The change; null: there is none to make; or why it cannot be made. */
function changeOf(wanted: readonly Item[], has: readonly Item[]): Change | null | string {
  const known = new Map(has.map((one) => [one['externalId'], one]));
  const add: Item[] = [];
  const modify: Item[] = [];
  for (const definition of wanted) {
    const { externalId, valueType } = definition;
    const old = known.get(externalId);
    if (old === undefined) add.push(definition);
    else if (valueType !== undefined && valueType !== old['valueType'])
      return `column "${textIn(externalId)}" of the sequence cannot become ${textIn(valueType)}: it is ${textIn(old['valueType'])} in CDF`;
    else {
      const named = CHANGEABLE.filter((name) => definition[name] !== undefined);
      const differing = named.filter((name) => !isDeepStrictEqual(definition[name], old[name]));
      const update = Object.fromEntries(differing.map((name) => [name, changed(definition[name])]));
      if (differing.length > 0) modify.push({ externalId, update });
    }
  }
  if (add.length === 0 && modify.length === 0) return null;
  return { ...(add.length > 0 ? { add } : {}), ...(modify.length > 0 ? { modify } : {}) };
}

/** '' for what is no text. */
function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function changed(value: unknown): Change {
  return value === null ? { setNull: true } : { set: value };
}
