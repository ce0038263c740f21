// Time zones: what a local time means in UTC. Names by Intl (IANA), abbreviations as PostgreSQL's default set has them.
import { daysFromDate, MS_PER_DAY } from './calendar';
import { ABBREVIATIONS } from './zone-abbreviations';

export interface TimeZone {
  /** Local time minus UTC, in ms, at an instant in ms since 1970. */
  offsetAt(utc: number): number;
  /** The instant of a local time (ms since 1970 as if it were UTC). In a gap the offset before it counts, in an overlap the one after. */
  toUtc(local: number): number;
}

const QUARTER_HOUR = 900_000;
/** Since then every zone has changed on quarters of an hour, so that an offset may be kept for one. */
const REGULAR_SINCE = 63_072_000_000;
/** Offsets that a zone keeps: some MB. Beyond, it starts again. */
const MAX_KEPT_OFFSETS = 65_536;
/** Intl knows no time beyond this (year 275760). The calendar repeats every 400 years, and a zone's last rules go on for ever. */
const MAX_INTL_MS = 8_640_000_000_000_000 - 2 * MS_PER_DAY;
const CALENDAR_CYCLE_MS = 146_097 * MS_PER_DAY;
/** Zones that are kept: there are some 600 names, but POSIX forms are without end. */
const MAX_KEPT_ZONES = 1024;
/** A POSIX zone without daylight saving: `<+02>-02`, `FOO+3:30`. Its sign is the other way round. */
const POSIX = /^(?:[a-z]{3,}|<[a-z0-9+:-]+>)([+-]?)(\d{1,3})(?::(\d{1,2}))?(?::(\d{1,2}))?$/i;

const zones = new Map<string, TimeZone>();

export function fixedZone(offset: number): TimeZone {
  return { offsetAt: () => offset, toUtc: (local) => local - offset };
}

export const UTC = fixedZone(0);

/** The zone of an IANA or POSIX name, in any case; null where there is none. */
export function findZone(name: string): TimeZone | null {
  const key = name.toLowerCase();
  const kept = zones.get(key);
  if (kept !== undefined) return kept;
  const zone = makeZone(key);
  if (zone === null) return null;
  if (zones.size >= MAX_KEPT_ZONES) zones.clear();
  zones.set(key, zone);
  return zone;
}

/** The zone of an abbreviation such as `cet`, in lower case. */
export function findAbbreviation(name: string): TimeZone | null {
  const minutes = ABBREVIATIONS.get(name);
  return minutes === undefined ? null : fixedZone(minutes * 60_000);
}

function makeZone(name: string): TimeZone | null {
  if (name === 'utc' || name === 'gmt') return UTC;
  if (!/^[a-z<]/.test(name)) return null;
  const posix = POSIX.exec(name);
  try {
    return new NamedZone(name);
  } catch {
    if (posix === null) return null;
  }
  const [, sign, hours, minutes = '0', seconds = '0'] = posix;
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return fixedZone(sign === '-' ? size : -size);
}

class NamedZone implements TimeZone {
  private readonly format: Intl.DateTimeFormat;
  private readonly quarters = new Map<number, number>();
  /** For each local day whose offset stays the same from the day before to the day after: that offset. Else NaN. */
  private readonly days = new Map<number, number>();
  private lastDay = NaN;
  private lastOffset = NaN;

  constructor(name: string) {
    this.format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      calendar: 'gregory',
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  offsetAt(utc: number): number {
    if (utc < REGULAR_SINCE) return this.computeOffset(utc);
    const quarter = Math.floor(utc / QUARTER_HOUR);
    let offset = this.quarters.get(quarter);
    if (offset === undefined) {
      offset = this.computeOffset(utc);
      if (this.quarters.size >= MAX_KEPT_OFFSETS) this.quarters.clear();
      this.quarters.set(quarter, offset);
    }
    return offset;
  }

  toUtc(local: number): number {
    const day = Math.floor(local / MS_PER_DAY);
    const offset = day === this.lastDay ? this.lastOffset : this.offsetOfDay(day);
    return local - (offset === offset ? offset : this.offsetOfLocal(local));
  }

  private offsetOfDay(day: number): number {
    let offset = this.days.get(day);
    if (offset === undefined) {
      const before = this.computeOffset((day - 1) * MS_PER_DAY);
      offset = before === this.computeOffset((day + 2) * MS_PER_DAY) ? before : NaN;
      if (this.days.size >= MAX_KEPT_OFFSETS) this.days.clear();
      this.days.set(day, offset);
    }
    this.lastDay = day;
    this.lastOffset = offset;
    return offset;
  }

  private offsetOfLocal(local: number): number {
    const before = this.offsetAt(local - MS_PER_DAY);
    const after = this.offsetAt(local + MS_PER_DAY);
    if (this.offsetAt(local - after) === after) return after;
    return before;
  }

  private computeOffset(utc: number): number {
    const beyond = Math.ceil(Math.max(0, utc - MAX_INTL_MS) / CALENDAR_CYCLE_MS) * CALENDAR_CYCLE_MS;
    const whole = Math.floor((utc - beyond) / 1000) * 1000;
    const part: Record<string, string> = {};
    for (const { type, value } of this.format.formatToParts(whole)) part[type] = value;
    const year = part['era'] === 'BC' ? 1 - Number(part['year']) : Number(part['year']);
    const days = daysFromDate(year, Number(part['month']), Number(part['day']));
    const seconds = Number(part['hour']) * 3600 + Number(part['minute']) * 60 + Number(part['second']);
    return days * MS_PER_DAY + seconds * 1000 - whole;
  }
}
