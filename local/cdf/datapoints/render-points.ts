// Data points as CDF answers them, bad and uncertain ones left out unless asked for.
import type { JsonObject } from '../call';
import { flag } from '../call';
import type { Item } from '../items';
import { externalIdOf } from '../items';
import { kindOf } from './insert-points';
import type { Points } from './points';
import { GOOD, isBad, isGood, statusSymbol } from './status-code';

export interface StatusView {
  readonly includeStatus: boolean;
  readonly accepts: (status: number) => boolean;
}

/** includeStatus, ignoreBadDataPoints, treatUncertainAsBad of an item. Throws 400. */
export function readStatusView(item: JsonObject): StatusView {
  const ignoreBad = flag(item, 'ignoreBadDataPoints', true);
  const uncertainIsBad = flag(item, 'treatUncertainAsBad', true);
  const isTakenForBad = (status: number) => isBad(status) || (uncertainIsBad && !isGood(status));
  return {
    includeStatus: flag(item, 'includeStatus'),
    accepts: (status) => !ignoreBad || !isTakenForBad(status),
  };
}

export function statusAt(points: Points, index: number): number {
  return points.statuses?.[index] ?? GOOD;
}

export function renderPoint(points: Points, index: number, { includeStatus }: StatusView): object {
  const timestamp = points.timestamps[index]!;
  const code = statusAt(points, index);
  const point = points.absent?.[index] === 1 ? { timestamp } : { timestamp, value: valueAt(points, index) };
  if (!includeStatus || code === GOOD) return point;
  return { ...point, status: { code, symbol: statusSymbol(code) } };
}

/** JSON has no number for what only bad points hold. */
function valueAt(points: Points, index: number): string | number {
  const value = points.values[index]!;
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** What stands beside the `datapoints` of a series. */
export function renderSeries(series: Item): object {
  const { isStep, unit, unitExternalId } = series.fields;
  const kind = kindOf(series);
  const about = {
    id: series.id,
    externalId: externalIdOf(series),
    isString: kind === 'string',
    type: kind,
    isStep: kind === 'string' ? undefined : isStep,
    unit,
    unitExternalId,
  };
  return Object.fromEntries(Object.entries(about).filter(([, value]) => value !== undefined));
}
