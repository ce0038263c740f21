// POST /timeseries/data/list: points or aggregates of [start, end), page by page.
import { badRequest } from '../api-error';
import type { Answer, Call, JsonObject } from '../call';
import { asObject, flag, itemsOf, jsonBody } from '../call';
import { readIdentifier } from '../identifiers';
import { aggregatePoints, readAggregateNames } from './aggregate-points';
import type { Points } from './points';
import { readStatusView, renderPoint, renderSeries, statusAt } from './render-points';
import { readPoints, seriesOf } from './read-series';
import { lowerBound } from './series-points';
import { parseGranularity, parseTime } from './time-text';

export const MAX_LIST_ITEMS = 100;
const DEFAULT_LIMIT = 100;
/** In all of one answer. */
const MAX_POINTS_LISTED = 100_000;
const MAX_AGGREGATES_LISTED = 10_000;

/** What an item may say, and the whole request for all items. */
const QUERY = ['start', 'end', 'limit', 'aggregates', 'granularity'];
const ITEM_ONLY = ['cursor', 'includeStatus', 'ignoreBadDataPoints', 'treatUncertainAsBad'];
const KNOWN = [...QUERY, ...ITEM_ONLY, 'id', 'externalId', 'instanceId'];

export function listPoints(call: Call): Answer {
  const { state, now } = call;
  const request = jsonBody(call);
  refuseUnknown(request, [...QUERY, 'items', 'ignoreUnknownIds']);
  const defaults = Object.fromEntries(
    QUERY.filter((name) => name in request).map((name) => [name, request[name]]),
  );
  const items = itemsOf(request, 1, MAX_LIST_ITEMS).map((item, i) => {
    const where = `request.items[${i}]`;
    refuseUnknown(asObject(item, where), KNOWN);
    const identifier = readIdentifier(asObject(item, where), where);
    return { identifier, query: { ...defaults, ...asObject(item, where) } };
  });
  let room = 1;
  const listed = seriesOf(call, items, flag(request, 'ignoreUnknownIds')).map(({ series, item }) => {
    const page = listOne(readPoints(state, series), item.query, { now, room });
    room -= page.share;
    return { ...renderSeries(series), ...page.answer };
  });
  return { status: 200, body: { items: listed } };
}

interface ListContext {
  readonly now: number;
  /** What is left of the answer's limit, as a part of 1. */
  readonly room: number;
}

interface Listed {
  readonly answer: { readonly datapoints: readonly object[]; readonly nextCursor?: string };
  readonly share: number;
}

function listOne(points: Points, query: JsonObject, { now, room }: ListContext): Listed {
  const isAggregate = query['aggregates'] !== undefined;
  const max = isAggregate ? MAX_AGGREGATES_LISTED : MAX_POINTS_LISTED;
  const limit = Math.min(readLimit(query['limit'], max), Math.floor(room * max));
  const start = readCursor(query['cursor']) ?? parseTime(query['start'] ?? 0, now, 'request.start');
  const end = parseTime(query['end'] ?? 'now', now, 'request.end');
  if (end <= start && query['cursor'] === undefined) throw badRequest('request.end: must be after start');
  const answer = isAggregate
    ? listAggregates(points, query, { start, end, limit })
    : listRaw(points, query, { start, end, limit });
  return { answer, share: answer.datapoints.length / max };
}

interface Window {
  readonly start: number;
  readonly end: number;
  readonly limit: number;
}

function listRaw(points: Points, query: JsonObject, { start, end, limit }: Window): Listed['answer'] {
  const view = readStatusView(query);
  const datapoints: object[] = [];
  for (let i = lowerBound(points.timestamps, start); i < points.timestamps.length; i++) {
    const timestamp = points.timestamps[i]!;
    if (timestamp >= end) break;
    if (!view.accepts(statusAt(points, i))) continue;
    if (datapoints.length === limit) return { datapoints, nextCursor: formatCursor(timestamp) };
    datapoints.push(renderPoint(points, i, view));
  }
  return { datapoints };
}

function listAggregates(points: Points, query: JsonObject, { start, end, limit }: Window): Listed['answer'] {
  const names = readAggregateNames(query['aggregates'], points.kind, 'request.aggregates');
  const granularity = parseGranularity(query['granularity'], 'request.granularity');
  const all = aggregatePoints(points, { start, end }, granularity, names);
  const next = all[limit] as { timestamp: number } | undefined;
  const datapoints = all.slice(0, limit);
  return next === undefined ? { datapoints } : { datapoints, nextCursor: formatCursor(next.timestamp) };
}

function readLimit(value: unknown, max: number): number {
  const limit = Number(value ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > max)
    throw badRequest(`request.limit: must be between 1 and ${max}`);
  return limit;
}

function formatCursor(timestamp: number): string {
  return Buffer.from(`from:${timestamp}`).toString('base64url');
}

function readCursor(cursor: unknown): number | undefined {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(typeof cursor === 'string' ? cursor : '', 'base64url').toString('latin1');
  const [, timestamp] = /^from:(-?\d{1,15})$/.exec(text) ?? [];
  if (timestamp === undefined) throw badRequest('request.cursor: Invalid cursor');
  return Number(timestamp);
}

/** A wrong answer would be worse than none: units, time zones and outside points are refused. */
function refuseUnknown(object: JsonObject, known: readonly string[]): void {
  const unknown = Object.keys(object).filter((name) => !known.includes(name) && object[name] !== false);
  if (unknown.length > 0) throw badRequest(`request: the stand-in does not know ${unknown.join(', ')}`);
}
