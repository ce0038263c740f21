// What CDF has of the demo's rows: items by external id, data points and RAW rows page by page.
import { setTimeout as delay } from 'node:timers/promises';
import type { CdfApi, JsonObject } from './cdf-api';
import { addEntry, canonicalText, type Contents } from './contents';
import { PREFIX } from './sample-items';

export interface Found {
  readonly count: number;
  readonly contents: Contents;
}

export interface ItemQuery {
  /** Path of the resource, e.g. `/assets`. */
  readonly path: string;
  readonly externalIds: readonly string[];
  /** The properties that were sent. */
  readonly properties: readonly string[];
}

interface Points {
  readonly externalId: string;
  readonly datapoints: readonly { readonly timestamp: number; readonly value: number | string }[];
  readonly nextCursor?: string;
}

/** CDF's limit of one byids request. */
const ITEMS_PER_REQUEST = 1000;
const SERIES_PER_REQUEST = 10;
const POINTS_PER_PAGE = 1000;
const RAW_ROWS_PER_PAGE = 2000;
/** Before and after all points of the demo. */
const [POINTS_FROM, POINTS_TO] = [0, Date.UTC(2090, 0, 1)];

/** CDF counts from an index that lags behind what it has: how long it may, and how often it is asked. */
const COUNT_LIMIT_MS = 60_000;
const COUNT_EVERY_MS = 1_000;

/** The values come from byids, which does not lag; the count from aggregate, which also sees what nobody sent. */
export async function readItems(cdf: CdfApi, query: ItemQuery): Promise<Found> {
  const contents = new Map<string, string>();
  for (let from = 0; from < query.externalIds.length; from += ITEMS_PER_REQUEST) {
    const items = query.externalIds
      .slice(from, from + ITEMS_PER_REQUEST)
      .map((externalId) => ({ externalId }));
    const answer = await cdf.post(`${query.path}/byids`, { items, ignoreUnknownIds: true });
    for (const item of itemsOf(answer))
      addEntry(contents, String(item['externalId']), itemText(item, query.properties));
  }
  return { count: await countItems(cdf, query.path, query.externalIds.length), contents };
}

/** The sent properties of an item, as sent and as found. */
export function itemText(item: JsonObject, properties: readonly string[]): string {
  return canonicalText(Object.fromEntries(properties.map((name) => [name, item[name]])));
}

async function countItems(cdf: CdfApi, path: string, expected: number): Promise<number> {
  const deadline = Date.now() + COUNT_LIMIT_MS;
  for (;;) {
    const filter = { externalIdPrefix: PREFIX };
    const [answer] = itemsOf(await cdf.post(`${path}/aggregate`, { aggregate: 'count', filter }));
    const count = Number(answer?.['count'] ?? 0);
    if (count >= expected || Date.now() >= deadline) return count;
    await delay(COUNT_EVERY_MS);
  }
}

export async function readPoints(cdf: CdfApi, externalIds: readonly string[]): Promise<Found> {
  const contents = new Map<string, string>();
  let waiting: { externalId: string; cursor?: string }[] = externalIds.map((externalId) => ({ externalId }));
  while (waiting.length > 0) {
    const items = waiting.slice(0, SERIES_PER_REQUEST);
    const request = {
      items,
      start: POINTS_FROM,
      end: POINTS_TO,
      limit: POINTS_PER_PAGE,
      ignoreUnknownIds: true,
    };
    const answer = itemsOf(await cdf.post('/timeseries/data/list', request)) as unknown as Points[];
    for (const { externalId, datapoints } of answer)
      for (const { timestamp, value } of datapoints)
        addEntry(contents, pointKey(externalId, timestamp), canonicalText(value));
    const unfinished = answer.flatMap(({ externalId, nextCursor: cursor }) =>
      cursor === undefined ? [] : [{ externalId, cursor }],
    );
    waiting = [...unfinished, ...waiting.slice(items.length)];
  }
  return { count: contents.size, contents };
}

export function pointKey(externalId: string, timestamp: number): string {
  return `${externalId} at ${timestamp}`;
}

export async function readRawRows(cdf: CdfApi, database: string, table: string): Promise<Found> {
  const contents = new Map<string, string>();
  const path = `/raw/dbs/${encodeURIComponent(database)}/tables/${encodeURIComponent(table)}/rows`;
  for (let cursor: string | undefined = ''; cursor !== undefined;) {
    const from = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: JsonObject = await cdf.get(`${path}?limit=${RAW_ROWS_PER_PAGE}${from}`);
    for (const { key, columns } of itemsOf(page)) addEntry(contents, String(key), canonicalText(columns));
    cursor = page['nextCursor'] as string | undefined;
  }
  return { count: contents.size, contents };
}

function itemsOf(answer: JsonObject): readonly JsonObject[] {
  return answer['items'] as readonly JsonObject[];
}
