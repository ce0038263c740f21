// POST /timeseries/data/latest: the last point of each series before a time, or none.
import type { Answer, Call, JsonObject } from '../call';
import { asObject, flag, itemsOf, jsonBody } from '../call';
import { readIdentifier } from '../identifiers';
import { MAX_LIST_ITEMS } from './list-points';
import type { Points } from './points';
import { readPoints, seriesOf } from './read-series';
import { readStatusView, renderPoint, renderSeries, statusAt } from './render-points';
import { lowerBound } from './series-points';
import { parseTime } from './time-text';

export function latestPoints(call: Call): Answer {
  const { state, now } = call;
  const request = jsonBody(call);
  const items = itemsOf(request, 1, MAX_LIST_ITEMS).map((value, i) => {
    const query = asObject(value, `request.items[${i}]`);
    return { identifier: readIdentifier(query, `request.items[${i}]`), query };
  });
  const found = seriesOf(call, items, flag(request, 'ignoreUnknownIds'));
  const listed = found.map(({ series, item }) => ({
    ...renderSeries(series),
    datapoints: latestOf(readPoints(state, series), item.query, now),
  }));
  return { status: 200, body: { items: listed } };
}

function latestOf(points: Points, query: JsonObject, now: number): object[] {
  const view = readStatusView(query);
  const before = parseTime(query['before'] ?? 'now', now, 'request.before');
  let index = lowerBound(points.timestamps, before) - 1;
  while (index >= 0 && !view.accepts(statusAt(points, index))) index--;
  return index < 0 ? [] : [renderPoint(points, index, view)];
}
