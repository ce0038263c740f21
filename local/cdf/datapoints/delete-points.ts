// POST /timeseries/data/delete: deletes [inclusiveBegin, exclusiveEnd) of each series; without an end, the one timestamp.
import { badRequest } from '../api-error';
import type { Answer, Call, JsonObject } from '../call';
import { asObject, itemsOf, jsonBody } from '../call';
import { readIdentifier, resolve } from '../identifiers';
import { requireWrite } from '../operations/require-access';
import { timeSeries } from '../resources/time-series';
import { checkTimestamp } from './check-point';
import { pointsOf } from './insert-points';
import { MAX_SERIES, MAX_TIMESTAMP } from './points';

export function deletePoints(call: Call): Answer {
  const { state } = call;
  const items = itemsOf(jsonBody(call), 1, MAX_SERIES).map((item, i) =>
    asObject(item, `request.items[${i}]`),
  );
  const ranges = items.map((item, i) => readRange(item, `request.items[${i}]`));
  const identifiers = items.map((item, i) => readIdentifier(item, `request.items[${i}]`));
  // One series may stand here with several ranges.
  const series = resolve(state.timeseries, identifiers, { ...timeSeries, duplicateStatus: null });
  requireWrite(timeSeries, call, series);
  series.forEach((one, i) => pointsOf(state, one).delete(ranges[i]!.begin, ranges[i]!.end));
  return { status: 200, body: {} };
}

function readRange(item: JsonObject, where: string): { begin: number; end: number } {
  const begin = readBound(item['inclusiveBegin'], `${where}.inclusiveBegin`);
  const end = item['exclusiveEnd'] === undefined ? begin + 1 : readBound(item['exclusiveEnd'], where);
  if (end <= begin) throw badRequest(`${where}: exclusiveEnd must be after inclusiveBegin`);
  return { begin, end };
}

function readBound(value: unknown, where: string): number {
  if (!Number.isInteger(value)) throw badRequest(`${where}: must be an integer`);
  checkTimestamp(Math.min(value as number, MAX_TIMESTAMP), where);
  return value as number;
}
