// Aggregates of good data points by granularity. Empty intervals are left out, as CDF does.
import { badRequest } from '../api-error';
import type { Points } from './points';
import { lowerBound } from './series-points';
import { isGood } from './status-code';
import type { Granularity } from './time-text';

interface Interval {
  readonly timestamp: number;
  count: number;
  sum: number;
  min: number;
  max: number;
}

const AGGREGATES: Readonly<Record<string, (interval: Interval) => number>> = {
  count: ({ count }) => count,
  sum: ({ sum }) => sum,
  average: ({ sum, count }) => sum / count,
  min: ({ min }) => min,
  max: ({ max }) => max,
};

/** Throws 400 for none, and for one that the stand-in does not know: a wrong answer would be worse. */
export function readAggregateNames(value: unknown, kind: Points['kind'], where: string): readonly string[] {
  const known = kind === 'string' ? ['count'] : Object.keys(AGGREGATES);
  if (!Array.isArray(value) || value.length === 0 || !value.every((name) => known.includes(name as string)))
    throw badRequest(`${where}: must be of ${known.join(', ')}`);
  return value as string[];
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** One object an interval that holds a good point; intervals begin at whole units. */
export function aggregatePoints(
  points: Points,
  { start, end }: Range,
  { unitMs, count }: Granularity,
  names: readonly string[],
): object[] {
  const origin = Math.floor(start / unitMs) * unitMs;
  const intervals: Interval[] = [];
  for (let i = lowerBound(points.timestamps, origin); i < points.timestamps.length; i++) {
    const at = points.timestamps[i]!;
    if (at >= end) break;
    if (points.statuses !== null && !isGood(points.statuses[i]!)) continue;
    const timestamp = origin + Math.floor((at - origin) / (unitMs * count)) * unitMs * count;
    add(intervals, timestamp, points.kind === 'numeric' ? points.values[i]! : 0);
  }
  return intervals.map((interval) => ({
    timestamp: interval.timestamp,
    ...Object.fromEntries(names.map((name) => [name, AGGREGATES[name]?.(interval)])),
  }));
}

function add(intervals: Interval[], timestamp: number, value: number): void {
  const last = intervals.at(-1);
  if (last?.timestamp !== timestamp) {
    intervals.push({ timestamp, count: 1, sum: value, min: value, max: value });
    return;
  }
  last.count++;
  last.sum += value;
  last.min = Math.min(last.min, value);
  last.max = Math.max(last.max, value);
}
