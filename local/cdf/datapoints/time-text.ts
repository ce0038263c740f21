// Times and spans as reads of data points name them: milliseconds, `now`, `2d-ago`, `1h`.
import { badRequest } from '../api-error';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds since 1970. Throws 400. */
export function parseTime(value: unknown, now: number, where: string): number {
  if (Number.isInteger(value)) return value as number;
  if (value === 'now') return now;
  const text = typeof value === 'string' ? value : '';
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  const [, count, unit, direction] = /^(\d{1,9})([smhdw])-(ago|ahead)$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw badRequest(`${where}: is no time`);
  const span = Number(count) * UNIT_MS[unit]!;
  return direction === 'ago' ? now - span : now + span;
}

export interface Granularity {
  readonly unitMs: number;
  readonly count: number;
}

/** `10m`, `h`, `1d`. Throws 400. */
export function parseGranularity(value: unknown, where: string): Granularity {
  const [, count, unit] = /^(\d{0,6})([smhd])$/.exec(typeof value === 'string' ? value : '') ?? [];
  if (unit === undefined || count === '0') throw badRequest(`${where}: must be a granularity as 10m, 1h, 1d`);
  return { unitMs: UNIT_MS[unit]!, count: Number(count === '' ? 1 : count) };
}
