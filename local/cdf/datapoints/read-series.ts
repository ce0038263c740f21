// The series that a read of data points names, each with the item that named it.
import type { Call } from '../call';
import type { Identifier } from '../identifiers';
import { resolve } from '../identifiers';
import type { Item } from '../items';
import type { ProjectState } from '../project-state';
import { requireRead } from '../operations/require-access';
import { timeSeries } from '../resources/time-series';
import { kindOf } from './insert-points';
import type { Points } from './points';
import { SeriesPoints } from './series-points';

/** A series may be named several times. Throws 400 with all that are missing, unless they are to be ignored; 403. */
export function seriesOf<T extends { readonly identifier: Identifier }>(
  call: Pick<Call, 'state' | 'access'>,
  items: readonly T[],
  ignoreUnknown: boolean,
): { series: Item; item: T }[] {
  const { state } = call;
  const how = { label: timeSeries.label, duplicateStatus: null };
  if (!ignoreUnknown)
    resolve(
      state.timeseries,
      items.map(({ identifier }) => identifier),
      how,
    );
  const found = items.flatMap((item) =>
    resolve(state.timeseries, [item.identifier], { ...how, ignoreUnknown: true }).map((series) => ({
      series,
      item,
    })),
  );
  requireRead(
    timeSeries,
    call,
    found.map(({ series }) => series),
  );
  return found;
}

export function readPoints(state: ProjectState, series: Item): Points {
  return (state.points.get(series.id) ?? new SeriesPoints(kindOf(series))).read();
}
