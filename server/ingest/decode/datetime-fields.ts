// What a date and time is made of while its fields are read, and how digits alone become parts of it.
// PostgreSQL's rules (B.1 of its documentation): which part a number is, follows from what is known already.
import { DateTimeFault } from './datetime-tokens';
import type { SessionValues } from './decoders';
import { roundHalfEven } from './rounding';
import type { TimeZone } from './time-zones';

export const YEAR = 1;
export const MONTH = 2;
export const DAY = 4;
export const DATE = YEAR | MONTH | DAY;
export const TIME = 8;
export const ZONE = 16;
export const DAY_OF_YEAR = 32;
export const WEEKDAY = 64;
export const HALF_DAY = 128;
export const ERA = 256;
export const DAYLIGHT = 512;

/** Whole numbers beyond this are out of range, wherever they stand. */
export const MAX_INT = 2_147_483_647;
const MAX_ZONE_HOURS = 15;

export class DateTimeParts {
  year = 0;
  month = 0;
  day = 0;
  dayOfYear = 0;
  hour = 0;
  minute = 0;
  second = 0;
  micros = 0;
  /** Which parts are known: the constants above. */
  known = 0;
  /** The year was written with one or two digits. */
  shortYear = false;
  monthByName = false;
  julian = false;
  zone: TimeZone | null = null;

  constructor(readonly dateOrder: SessionValues['dateOrder']) {}

  /** Notes that `parts` are known now. Twice the same part is a fault. */
  learn(parts: number): void {
    if (this.known & parts) throw new DateTimeFault('format');
    this.known |= parts;
  }
}

/** A number that stands alone, or a part of a date. */
export function readNumber(parts: DateTimeParts, text: string): void {
  const point = text.indexOf('.');
  if (point > 2) return readRun(parts, text, parts.known | DATE);
  if (point >= 0) parts.micros = readFraction(text.slice(point));
  const value = toInteger(point < 0 ? text : text.slice(0, point));
  if (text.length === 3 && (parts.known & DATE) === YEAR && value >= 1 && value <= 366) {
    parts.learn(MONTH | DAY | DAY_OF_YEAR);
    parts.dayOfYear = value;
    return;
  }
  const part = partOf(parts, text.length);
  if (part === null) return readRun(parts, text, parts.known);
  if (part === YEAR) parts.shortYear = text.length <= 2;
  // A day that came first turns out to have been one when a longer number follows: 02-jan-2024 in YMD order.
  if (part === DAY && parts.monthByName && parts.known & YEAR && text.length >= 3 && parts.shortYear) {
    parts.learn(DAY);
    parts.day = parts.year;
    parts.year = value;
    parts.shortYear = false;
    return;
  }
  parts.learn(part);
  if (part === YEAR) parts.year = value;
  else if (part === MONTH) parts.month = value;
  else parts.day = value;
}

/** Digits run together: YYYYMMDD, YYMMDD, hhmmss, hhmm. `known` may claim a date that is not there, to force a time. */
export function readRun(parts: DateTimeParts, text: string, known: number): void {
  const point = text.indexOf('.');
  if (point >= 0) parts.micros = readFraction(text.slice(point));
  const digits = point < 0 ? text : text.slice(0, point);
  if ((known & DATE) !== DATE && digits.length >= 6 && (point < 0 || digits.length > 6 || !(known & TIME))) {
    parts.learn(DATE);
    parts.day = toInteger(digits.slice(-2));
    parts.month = toInteger(digits.slice(-4, -2));
    parts.year = toInteger(digits.slice(0, -4));
    parts.shortYear = digits.length === 6;
    return;
  }
  if (known & TIME || (digits.length !== 6 && digits.length !== 4)) throw new DateTimeFault('format');
  parts.learn(TIME);
  parts.hour = toInteger(digits.slice(0, 2));
  parts.minute = toInteger(digits.slice(2, 4));
  parts.second = digits.length === 6 ? toInteger(digits.slice(4)) : 0;
}

/** 03:04, 03:04:05, 03:04:05.678; 04:05.678 is minutes and seconds. */
export function readTime(parts: DateTimeParts, text: string): void {
  const match = /^(\d+):(\d*)(?::(\d*))?(\.\d*)?$/.exec(text);
  if (match === null) throw new DateTimeFault('format');
  const [, first = '', second = '', third, fraction] = match;
  const micros = fraction === undefined ? 0 : readFraction(fraction);
  const minutesFirst = third === undefined && fraction !== undefined;
  parts.learn(TIME);
  parts.hour = minutesFirst ? 0 : toInteger(first);
  parts.minute = toInteger(minutesFirst ? first : second);
  parts.second = toInteger(minutesFirst ? second : (third ?? '0'));
  parts.micros = micros;
  const { hour, minute } = parts;
  const total = (hour * 60 + minute) * 60 + parts.second + micros / 1e6;
  if (hour > 24 || minute > 59 || parts.second > 60 || total > 86_400) throw new DateTimeFault('range');
}

/** +hh, +hhmm, +hh:mm, +hh:mm:ss: ms east of UTC. */
export function readDisplacement(text: string): number {
  const match = /^([-+])(\d+)(?::(\d*))?(?::(\d*))?(.*)$/.exec(text);
  if (match === null) throw new DateTimeFault('format');
  const [, sign, digits = '', minuteText, secondText = '0', rest] = match;
  const together = minuteText === undefined && digits.length > 2;
  const number = toInteger(digits, 'displacement');
  const hours = together ? Math.floor(number / 100) : number;
  const minutes = together ? number % 100 : toInteger(minuteText ?? '0');
  const seconds = toInteger(secondText);
  if (hours > MAX_ZONE_HOURS || minutes > 59 || seconds > 59) throw new DateTimeFault('displacement');
  if (rest !== '') throw new DateTimeFault('format');
  const size = ((hours * 60 + minutes) * 60 + seconds) * 1000;
  return sign === '-' ? -size : size;
}

/** Which part of the date a number of so many digits is; null: the date is complete, so it is of the time. */
function partOf(parts: DateTimeParts, digits: number): number | null {
  const long = digits >= 3 || parts.dateOrder === 'YMD';
  switch (parts.known & DATE) {
    case 0:
      return long ? YEAR : parts.dateOrder === 'DMY' ? DAY : MONTH;
    case YEAR:
    case DAY:
      return MONTH;
    case MONTH:
      return parts.monthByName && long ? YEAR : DAY;
    case YEAR | MONTH:
      return DAY;
    case MONTH | DAY:
      return YEAR;
    case DATE:
      return null;
    default:
      throw new DateTimeFault('format');
  }
}

/** Microseconds of `.678`, half to even as C's rint has it; 1000000 carries over to the next second. */
function readFraction(text: string): number {
  if (!/^\.\d*$/.test(text)) throw new DateTimeFault('format');
  return roundHalfEven(Number(`0${text}`) * 1e6);
}

function toInteger(text: string, over: 'range' | 'displacement' = 'range'): number {
  const value = Number(text);
  if (value > MAX_INT) throw new DateTimeFault(over);
  return value;
}
