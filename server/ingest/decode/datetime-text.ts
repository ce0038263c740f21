// Any text that PostgreSQL takes as a date and time: months by name, days of the year, zones by name, BC, epoch, today.
import { daysFromDate, daysFromJulian, daysInMonth, dateFromDays, MS_PER_DAY } from './calendar';
import {
  DATE,
  DateTimeParts,
  DAY,
  DAY_OF_YEAR,
  DAYLIGHT,
  ERA,
  HALF_DAY,
  MAX_INT,
  MONTH,
  readDisplacement,
  readNumber,
  readRun,
  readTime,
  TIME,
  WEEKDAY,
  YEAR,
  ZONE,
} from './datetime-fields';
import { cutFields, DateTimeFault, type Field } from './datetime-tokens';
import { isWord, MARKS, monthOf, SPECIAL, UNITS, WEEKDAYS, WORD_LETTERS } from './datetime-words';
import type { SessionValues } from './decoders';
import { findAbbreviation, findZone, fixedZone, type TimeZone, UTC } from './time-zones';

export interface DateTime {
  /** The date alone, in ms since 1970: at 24:00 not the day of `local`. */
  readonly midnight: number;
  /** Local date and time, in ms since 1970 as if it were UTC. */
  readonly local: number;
  /** Microseconds beyond the ms, 0 to 999. */
  readonly micros: number;
  /** The zone that the text names; null: none. */
  readonly zone: TimeZone | null;
}

export type Infinite = 'infinity' | '-infinity';

interface Reading extends DateTimeParts {
  /** What the next number is: after `t` a time, after `j` a Julian day. */
  next: 'time' | 'julian' | null;
  half: 'am' | 'pm' | null;
  beforeChrist: boolean;
  special: string | null;
}

/** Throws DateTimeFault. `now` gives the ms since 1970: what `now`, `today` and their like mean. */
export function parseDateTime(text: string, session: SessionValues, now: () => number): DateTime | Infinite {
  const reading: Reading = Object.assign(new DateTimeParts(session.dateOrder), {
    next: null,
    half: null,
    beforeChrist: false,
    special: null,
  });
  for (const field of cutFields(text, isWord)) readField(reading, field);
  if (reading.next !== null) throw new DateTimeFault('format');
  if (reading.special === 'infinity' || reading.special === '-infinity') return reading.special;
  if (reading.special === 'epoch') return { midnight: 0, local: 0, micros: 0, zone: UTC };
  if (reading.special !== null && reading.special !== 'allballs') setRelative(reading, session, now());
  return complete(reading);
}

function readField(reading: Reading, field: Field): void {
  switch (field.kind) {
    case 'date':
      return readDateField(reading, field.text);
    case 'time':
      if (reading.next === 'julian') throw new DateTimeFault('format');
      reading.next = null;
      return readTime(reading, field.text);
    case 'zone':
      reading.learn(ZONE);
      reading.zone = fixedZone(readDisplacement(field.text));
      return;
    case 'number':
      return readNumberField(reading, field.text);
    case 'word':
    case 'signed-word':
      return readWord(reading, field.text);
  }
}

function readDateField(reading: Reading, text: string): void {
  if (reading.next === 'julian') {
    const minus = text.indexOf('-');
    if (minus < 0) throw new DateTimeFault('format');
    readJulian(reading, text.slice(0, minus));
    reading.learn(ZONE);
    reading.zone = fixedZone(readDisplacement(text.slice(minus)));
  } else if (reading.next === 'time' || (reading.known & (MONTH | DAY)) === (MONTH | DAY))
    readTimeAndZone(reading, text);
  else readDate(reading, text);
}

/** After a date: 030405-08, or the name of a zone. */
function readTimeAndZone(reading: Reading, text: string): void {
  if (!/^\d/.test(text) && reading.next === null) {
    reading.learn(ZONE);
    reading.zone = findZone(text);
    if (reading.zone === null) throw new DateTimeFault('zone', text);
    return;
  }
  reading.next = null;
  const minus = text.indexOf('-');
  if (reading.known & TIME || minus < 0) throw new DateTimeFault('format');
  reading.zone = fixedZone(readDisplacement(text.slice(minus)));
  readRun(reading, text.slice(0, minus), reading.known);
  reading.learn(ZONE);
}

/**
 * A date with separators: the month's name first, if there is one, since it leaves no doubt. Before it only a zone may stand.
 * A month's name glued to digits is refused: PostgreSQL loses a digit there and takes 5-jan2024 for the year 24.
 */
function readDate(reading: Reading, text: string): void {
  if (!/[a-z0-9][^a-z0-9]?$/.test(text) || /[a-z]\d|\d[a-z]/.test(text)) throw new DateTimeFault('format');
  const pieces = text.match(/\d+|[a-z]+/g) ?? [];
  for (const word of pieces.filter((piece) => /^[a-z]/.test(piece))) {
    if (word === 'at' || word === 'on') continue;
    const month = monthOf(word);
    if (month === 0) throw new DateTimeFault('format');
    reading.learn(MONTH);
    reading.monthByName = true;
    reading.month = month;
  }
  for (const digits of pieces.filter((piece) => /^\d/.test(piece))) readNumber(reading, digits);
  if ((reading.known & ~(DAY_OF_YEAR | ZONE)) !== DATE) throw new DateTimeFault('format');
}

function readNumberField(reading: Reading, text: string): void {
  const { next } = reading;
  reading.next = null;
  if (next === 'julian') return readJulian(reading, text);
  if (next === 'time') {
    readRun(reading, text, reading.known | DATE);
    return;
  }
  const point = text.indexOf('.');
  const digits = point < 0 ? text.length : point;
  const complete = (reading.known & DATE) === DATE && (reading.known & TIME) !== 0;
  if (point >= 0 && !(reading.known & DATE)) readDate(reading, text);
  else if (point >= 0 ? digits > 2 : digits >= 6 && !complete) readRun(reading, text, reading.known);
  else readNumber(reading, text);
}

function readJulian(reading: Reading, text: string): void {
  if (!/^\d+(\.\d*)?$/.test(text)) throw new DateTimeFault('format');
  const julian = Math.floor(Number(text));
  if (julian > MAX_INT) throw new DateTimeFault('range');
  const { year, month, day } = dateFromDays(daysFromJulian(julian));
  Object.assign(reading, { year, month, day, julian: true, next: null });
  reading.learn(DATE);
  const point = text.indexOf('.');
  if (point < 0) return;
  reading.learn(TIME);
  const micros = Math.round(Number(`0${text.slice(point)}`) * MS_PER_DAY * 1000);
  reading.second = Math.floor(micros / 1e6);
  reading.micros = micros % 1e6;
}

function readWord(reading: Reading, text: string): void {
  const word = text.slice(0, WORD_LETTERS);
  const abbreviated = findAbbreviation(text);
  if (abbreviated !== null) return setZone(reading, abbreviated);
  if (word === 'at' || word === 'on') return;
  const month = monthOf(word);
  if (month > 0) return setMonth(reading, month);
  if (WEEKDAYS.has(word)) return reading.learn(WEEKDAY);
  if (SPECIAL.has(word)) return setSpecial(reading, word.replace('+', ''));
  if (MARKS.has(word)) return readMark(reading, word);
  const zone = UNITS.has(word) || text.startsWith('-') || text.startsWith('+') ? null : findZone(text);
  if (zone === null) throw new DateTimeFault('format');
  setZone(reading, zone);
}

function readMark(reading: Reading, word: string): void {
  if (word === 'ad' || word === 'bc') {
    reading.learn(ERA);
    reading.beforeChrist = word === 'bc';
  } else if (word === 'am' || word === 'pm') {
    reading.learn(HALF_DAY);
    reading.half = word;
  } else if (word === 'dst') {
    // `MET DST`: an hour more than the abbreviation before it says.
    reading.learn(DAYLIGHT);
    if (reading.zone !== null) reading.zone = fixedZone(reading.zone.offsetAt(0) + 3_600_000);
  } else {
    if (reading.next !== null || (word === 't' && (reading.known & DATE) !== DATE))
      throw new DateTimeFault('format');
    reading.next = word === 't' ? 'time' : 'julian';
  }
}

function setZone(reading: Reading, zone: TimeZone): void {
  reading.learn(ZONE);
  reading.zone = zone;
}

/** A number that was taken for the month becomes the day, once a month is named. */
function setMonth(reading: Reading, month: number): void {
  const replaces = (reading.known & MONTH) !== 0 && !reading.monthByName && !(reading.known & DAY);
  if (replaces && reading.month >= 1 && reading.month <= 31) {
    reading.day = reading.month;
    reading.learn(DAY);
  } else reading.learn(MONTH);
  reading.monthByName = true;
  reading.month = month;
}

function setSpecial(reading: Reading, word: string): void {
  if (word === 'allballs') {
    reading.learn(TIME | ZONE);
    reading.zone = UTC;
  } else reading.learn(word.endsWith('day') || word === 'tomorrow' ? DATE : DATE | TIME | ZONE);
  reading.special = word;
}

function setRelative(reading: Reading, session: SessionValues, now: number): void {
  const zone = findZone(session.timeZone) ?? UTC;
  const local = now + zone.offsetAt(now);
  const shift = reading.special === 'tomorrow' ? 1 : reading.special === 'yesterday' ? -1 : 0;
  const today = Math.floor(local / MS_PER_DAY);
  Object.assign(reading, dateFromDays(today + shift));
  if (reading.special !== 'now') return;
  const ms = local - today * MS_PER_DAY;
  reading.second = Math.floor(ms / 1000);
  reading.micros = (ms % 1000) * 1000;
  reading.zone = zone;
}

function complete(reading: Reading): DateTime {
  setYear(reading);
  setDayOfYear(reading);
  checkDay(reading);
  if (reading.half !== null && reading.hour > 12) throw new DateTimeFault('range');
  if (reading.half === 'am' && reading.hour === 12) reading.hour = 0;
  if (reading.half === 'pm' && reading.hour !== 12) reading.hour += 12;
  if ((reading.known & DATE) !== DATE) throw new DateTimeFault('format');
  if (reading.known & DAYLIGHT && !(reading.known & ZONE)) throw new DateTimeFault('format');
  const days = daysFromDate(reading.year, reading.month, reading.day);
  const seconds = (reading.hour * 60 + reading.minute) * 60 + reading.second;
  const ms = Math.floor(reading.micros / 1000);
  return {
    midnight: days * MS_PER_DAY,
    local: days * MS_PER_DAY + seconds * 1000 + ms,
    micros: reading.micros - ms * 1000,
    zone: reading.zone,
  };
}

function setYear(reading: Reading): void {
  if (!(reading.known & YEAR) || reading.julian || reading.special !== null) return;
  if (reading.beforeChrist) {
    if (reading.year <= 0) throw new DateTimeFault('range');
    reading.year = 1 - reading.year;
  } else if (reading.shortYear) reading.year += reading.year < 70 ? 2000 : 1900;
  else if (reading.year <= 0) throw new DateTimeFault('range');
}

function setDayOfYear(reading: Reading): void {
  if (!(reading.known & DAY_OF_YEAR)) return;
  Object.assign(reading, dateFromDays(daysFromDate(reading.year, 1, reading.dayOfYear)));
}

function checkDay(reading: Reading): void {
  const { known, year, month, day } = reading;
  if (known & MONTH && (month < 1 || month > 12)) throw new DateTimeFault('month-or-day');
  if (known & DAY && (day < 1 || day > 31)) throw new DateTimeFault('month-or-day');
  if ((known & DATE) === DATE && day > daysInMonth(year, month)) throw new DateTimeFault('range');
}
