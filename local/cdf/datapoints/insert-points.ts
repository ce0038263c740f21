// POST /timeseries/data: checks the whole request first, then keeps its columns as they are.
import { badRequest } from '../api-error';
import type { Answer, Call } from '../call';
import { asObject, itemsOf, jsonBody } from '../call';
import { readIdentifier, resolve } from '../identifiers';
import type { Item } from '../items';
import type { ProjectState } from '../project-state';
import { requireWrite } from '../operations/require-access';
import { timeSeries } from '../resources/time-series';
import { decodeInsertion } from './decode-insertion';
import type { Points } from './points';
import { MAX_POINTS, MAX_SERIES } from './points';
import { readJsonPoints } from './read-json-points';
import { SeriesPoints } from './series-points';

/** An item whose points wait until the kind of its series is known. */
interface PendingItem {
  readonly reference: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly read: (kind: Points['kind']) => Points;
}

export function insertPoints(call: Call): Answer {
  const { state, body, contentType } = call;
  const items = /^application\/(x-)?protobuf\b/.test(contentType) ? protobufItems(body) : jsonItems(body);
  const points = items.reduce((sum, item) => sum + item.count, 0);
  if (points > MAX_POINTS)
    throw badRequest(`Number of data points must be at most ${MAX_POINTS}, but was ${points}`);
  const identifiers = items.map(({ reference }, i) => readIdentifier(reference, `request.items[${i}]`));
  const series = resolve(state.timeseries, identifiers, timeSeries);
  requireWrite(timeSeries, call, series);
  const columns = series.map((one, i) => items[i]!.read(kindOf(one)));
  series.forEach((one, i) => pointsOf(state, one).insert(columns[i]!));
  return { status: 200, body: {} };
}

function protobufItems(body: Buffer): PendingItem[] {
  const items = decodeInsertion(body);
  if (items.length < 1 || items.length > MAX_SERIES)
    throw badRequest(`request.items: size must be between 1 and ${MAX_SERIES}`);
  return items.map(({ reference, points }, i) => {
    if (points === null) throw badRequest(`request.items[${i}].datapoints: must be given`);
    return { reference, count: points.timestamps.length, read: (kind) => ofKind(points, kind) };
  });
}

function ofKind(points: Points, kind: Points['kind']): Points {
  if (points.kind !== kind) throw badRequest(`Expected ${kind} value for datapoint`);
  return points;
}

function jsonItems(body: Buffer): PendingItem[] {
  return itemsOf(jsonBody({ body }), 1, MAX_SERIES).map((value, i) => {
    const { datapoints, ...reference } = asObject(value, `request.items[${i}]`);
    const where = `request.items[${i}].datapoints`;
    if (!Array.isArray(datapoints)) throw badRequest(`${where}: must be an array`);
    return { reference, count: datapoints.length, read: (kind) => readJsonPoints(datapoints, kind, where) };
  });
}

export function kindOf(series: Item): Points['kind'] {
  return series.fields['isString'] === true ? 'string' : 'numeric';
}

export function pointsOf(state: ProjectState, series: Item): SeriesPoints {
  const known = state.points.get(series.id) ?? new SeriesPoints(kindOf(series));
  state.points.set(series.id, known);
  return known;
}
