// Times as text: in PostgreSQL's ISO style where a text column takes them, and in the ISO form that CDF's properties take.
import { dateFromDays, MS_PER_DAY } from './calendar';
import type { MomentType } from './timestamps';

/** `ms` is local time as if it were UTC; `offset` is its zone's, in ms, and is written for timestamptz only. */
export function pgMoment(type: MomentType, ms: number, micros: number, offset = 0): string {
  const days = Math.floor(ms / MS_PER_DAY);
  const { year, month, day } = dateFromDays(days);
  const date = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  const era = year > 0 ? '' : ' BC';
  if (type === 'date') return date + era;
  const rest = ms - days * MS_PER_DAY;
  const fraction = (((rest % 1000) * 1000 + micros) / 1e6)
    .toFixed(6)
    .slice(1)
    .replace(/\.?0+$/, '');
  const zone = type === 'timestamptz' ? displacement(offset) : '';
  return `${date} ${clock(rest)}${fraction}${zone}${era}`;
}

/**
 * 2024-01-02 or 2024-01-02T03:04:05.678, the forms of CDF's date and timestamp properties; with `micros` beyond the ms six
 * digits. Years outside 0 to 9999 have a sign and six digits at least (ISO 8601's expanded form, year 0 is 1 BC).
 */
export function isoMoment(type: 'timestamp' | 'date', ms: number, micros = 0): string {
  const days = Math.floor(ms / MS_PER_DAY);
  const { year, month, day } = dateFromDays(days);
  const date = `${isoYear(year)}-${two(month)}-${two(day)}`;
  if (type === 'date') return date;
  const rest = ms - days * MS_PER_DAY;
  const fraction = String(rest % 1000).padStart(3, '0');
  return `${date}T${clock(rest)}.${fraction}${micros === 0 ? '' : String(micros).padStart(3, '0')}`;
}

function isoYear(year: number): string {
  if (year >= 0 && year <= 9999) return String(year).padStart(4, '0');
  return (year < 0 ? '-' : '+') + String(Math.abs(year)).padStart(6, '0');
}

function clock(ms: number): string {
  return `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${two(Math.floor(ms / 1000) % 60)}`;
}

function displacement(offset: number): string {
  const seconds = Math.abs(offset) / 1000;
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  while (parts.length > 1 && parts.at(-1) === 0) parts.pop();
  return (offset < 0 ? '-' : '+') + parts.map(two).join(':');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
