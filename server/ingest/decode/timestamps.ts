// timestamptz, timestamp and date: from PostgreSQL's text or binary form to ms since 1970.
// ISO forms are read at fixed places of the bytes; every other form goes through datetime-text.ts.
import { PostgresError } from '../../postgres-error';
import { daysFromDate, daysInMonth, MS_PER_DAY, POSTGRES_EPOCH } from './calendar';
import { parseDateTime } from './datetime-text';
import { DateTimeFault } from './datetime-tokens';
import type { SessionValues } from './decoders';
import { roundHalfEven } from './rounding';
import { BINARY_FORMAT, type Format } from './row-fields';
import { findZone, type TimeZone } from './time-zones';
import { fieldText, invalidBinary, invalidSyntax, quotable } from './utf8';

export type MomentType = 'timestamptz' | 'timestamp' | 'date';

const NAMES: Record<MomentType, string> = {
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp',
  date: 'date',
};

/** 4714-11-24 BC to 294276-12-31, PostgreSQL's range of timestamps, in ms since 1970. */
const FIRST_MS = -210_866_803_200_000;
const END_MS = 9_224_318_016_000_000;
/** The range of dates ends with the year 5874897. */
const END_DATE_MS = daysFromDate(5_874_898, 1, 1) * MS_PER_DAY;
/** 2^32 us are 4294967 ms and 296 us. */
const MS_PER_HIGH = 4_294_967;
const MICROS_PER_HIGH = 296;
const MAX_INT32 = 0x7fff_ffff;
const MIN_INT32 = -0x8000_0000;

const DATE_LENGTH = 10;
const SECONDS_LENGTH = 19;
const MAX_FIXED_LENGTH = 41;
const MAX_FRACTION_DIGITS = 15;
const POWERS = Float64Array.from({ length: MAX_FRACTION_DIGITS + 1 }, (_, power) => 10 ** power);

const ZERO = 0x30;
const HYPHEN = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const PLUS = 0x2b;
const SPACE = 0x20;
const LOWER_T = 0x74;
const LOWER_Z = 0x7a;
/** So far from any part of a time that no check lets it pass. */
const NO_DIGITS = -1000;
const NO_ZONE = Number.MAX_SAFE_INTEGER;

export class MomentReader {
  /** Of the last value: the microseconds beyond its ms. */
  micros = 0;
  private readonly zone: TimeZone | null;
  private lastDate = -1;
  private lastDays = 0;

  constructor(
    private readonly type: MomentType,
    private readonly session: SessionValues,
  ) {
    this.zone = findZone(session.timeZone);
  }

  /** ms since 1970; a timestamp or a date as if it were in UTC. Throws 22007, 22008, 22009, 22023; infinity is refused (22008). */
  readText(buffer: Buffer, start: number, end: number): number {
    const fast = this.readFixed(buffer, start, end);
    return fast === fast ? fast : this.parse(buffer, start, end);
  }

  /** Microseconds (a date: days) since 2000-01-01. Throws 22P03, 22008. */
  readBinary(buffer: Buffer, start: number, end: number): number {
    if (this.type === 'date') return this.readDays(buffer, start, end);
    if (end - start !== 8) throw invalidBinary();
    const high = int32(buffer, start);
    const low = int32(buffer, start + 4) >>> 0;
    if ((high === MAX_INT32 && low === 0xffff_ffff) || (high === MIN_INT32 && low === 0)) throw infinite();
    const rest = high * MICROS_PER_HIGH + low;
    const restMs = Math.floor(rest / 1000);
    this.micros = rest - restMs * 1000;
    const ms = high * MS_PER_HIGH + restMs + POSTGRES_EPOCH;
    if (ms < FIRST_MS || ms >= END_MS) throw overflow('timestamp out of range');
    return ms;
  }

  /** The session's zone, for casts between local time and instants. */
  sessionZone(): TimeZone {
    if (this.zone !== null) return this.zone;
    throw unknownZone(this.session.timeZone);
  }

  private readDays(buffer: Buffer, start: number, end: number): number {
    if (end - start !== 4) throw invalidBinary();
    const days = int32(buffer, start);
    if (days === MAX_INT32 || days === MIN_INT32) throw infinite();
    this.micros = 0;
    const ms = days * MS_PER_DAY + POSTGRES_EPOCH;
    if (ms < FIRST_MS || ms >= END_DATE_MS) throw overflow('date out of range');
    return ms;
  }

  /** 2024-01-02, 2024-01-02 03:04:05, .678 behind it, Z or +hh or +hhmm or +hh:mm. NaN: another form, or a fault. */
  private readFixed(buffer: Buffer, start: number, end: number): number {
    const length = end - start;
    if (length < DATE_LENGTH || length > MAX_FIXED_LENGTH) return NaN;
    const midnight = this.readDate(buffer, start);
    this.micros = 0;
    if (length === DATE_LENGTH)
      return this.type === 'timestamptz' ? this.localToUtc(midnight, NO_ZONE) : midnight;
    const separator = buffer[start + DATE_LENGTH]!;
    if (length < SECONDS_LENGTH || (separator !== SPACE && (separator | 0x20) !== LOWER_T)) return NaN;
    const hour = twoDigits(buffer, start + 11);
    const minute = twoDigits(buffer, start + 14);
    const second = twoDigits(buffer, start + 17);
    if (buffer[start + 13] !== COLON || buffer[start + 16] !== COLON) return NaN;
    if (!(hour >= 0 && hour <= 23 && minute >= 0 && minute <= 59 && second >= 0 && second <= 59)) return NaN;
    let i = start + SECONDS_LENGTH;
    let micros = 0;
    if (i < end && buffer[i] === POINT) {
      const first = ++i;
      while (i < end && isDigit(buffer[i]!)) micros = micros * 10 + buffer[i++]! - ZERO;
      const digits = i - first;
      if (digits === 0 || digits > MAX_FRACTION_DIGITS) return NaN;
      micros = digits <= 6 ? micros * POWERS[6 - digits]! : roundHalfEven((micros / POWERS[digits]!) * 1e6);
    }
    const displacement = i === end ? NO_ZONE : readDisplacement(buffer, i, end);
    if (displacement !== displacement) return NaN;
    if (this.type === 'date') return midnight;
    const ms = Math.floor(micros / 1000);
    this.micros = micros - ms * 1000;
    const local = midnight + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
    return this.type === 'timestamp' ? local : this.localToUtc(local, displacement);
  }

  /** Loads come by time: the date is most often the last one again. */
  private readDate(buffer: Buffer, start: number): number {
    const year = twoDigits(buffer, start) * 100 + twoDigits(buffer, start + 2);
    const month = twoDigits(buffer, start + 5);
    const day = twoDigits(buffer, start + 8);
    if (buffer[start + 4] !== HYPHEN || buffer[start + 7] !== HYPHEN) return NaN;
    if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= 31)) return NaN;
    const date = (year * 16 + month) * 32 + day;
    if (date !== this.lastDate) {
      if (day > daysInMonth(year, month)) return NaN;
      this.lastDate = date;
      this.lastDays = daysFromDate(year, month, day);
    }
    return this.lastDays * MS_PER_DAY;
  }

  private localToUtc(local: number, displacement: number): number {
    // A fault in the date must stay NaN and reach the parser that words it.
    if (displacement !== NO_ZONE) return local - displacement;
    return local === local ? this.sessionZone().toUtc(local) : NaN;
  }

  private parse(buffer: Buffer, start: number, end: number): number {
    const text = fieldText(buffer, start, end);
    const moment = this.parseWith(text, buffer, start, end);
    if (typeof moment === 'string') throw infinite();
    const isDate = this.type === 'date';
    this.micros = isDate ? 0 : moment.micros;
    let ms = isDate ? moment.midnight : moment.local;
    if (this.type === 'timestamptz') ms = (moment.zone ?? this.sessionZone()).toUtc(ms);
    if (ms < FIRST_MS || ms >= (isDate ? END_DATE_MS : END_MS))
      throw overflow(`${isDate ? 'date' : 'timestamp'} out of range: "${quotable(text)}"`);
    return ms;
  }

  private parseWith(text: string, buffer: Buffer, start: number, end: number) {
    try {
      return parseDateTime(text, this.session, Date.now);
    } catch (error) {
      if (!(error instanceof DateTimeFault)) throw error;
      if (error.reason === 'format') throw invalidDateTime(NAMES[this.type], buffer, start, end);
      throw faultOf(error, quotable(text));
    }
  }
}

/** From one of the three types to another, as PostgreSQL's casts go: local times and dates are the session's. */
export function convertMoment(
  from: MomentType,
  to: MomentType,
  reader: MomentReader,
): (ms: number) => number {
  if (from === to) return (ms) => ms;
  const fits = (ms: number): number => {
    if (ms < END_MS) return ms;
    throw overflow('date out of range for timestamp');
  };
  if (to === 'timestamptz') return (ms) => reader.sessionZone().toUtc(fits(ms));
  const toLocal = from === 'timestamptz' ? (ms: number) => ms + reader.sessionZone().offsetAt(ms) : fits;
  return to === 'timestamp' ? toLocal : (ms) => Math.floor(toLocal(ms) / MS_PER_DAY) * MS_PER_DAY;
}

export function momentReader(
  type: MomentType,
  format: Format,
  session: SessionValues,
): {
  reader: MomentReader;
  read: (buffer: Buffer, start: number, end: number) => number;
} {
  const reader = new MomentReader(type, session);
  if (format === BINARY_FORMAT)
    return { reader, read: (buffer, start, end) => reader.readBinary(buffer, start, end) };
  return { reader, read: (buffer, start, end) => reader.readText(buffer, start, end) };
}

function readDisplacement(buffer: Buffer, start: number, end: number): number {
  const sign = buffer[start]!;
  const length = end - start - 1;
  if ((sign | 0x20) === LOWER_Z && length === 0) return 0;
  if (sign !== PLUS && sign !== HYPHEN) return NaN;
  const withColon = length === 5 && buffer[start + 3] === COLON;
  if (length !== 2 && length !== 4 && !withColon) return NaN;
  const hours = twoDigits(buffer, start + 1);
  const minutes = length === 2 ? 0 : twoDigits(buffer, start + (withColon ? 4 : 3));
  if (!(hours >= 0 && hours <= 15 && minutes >= 0 && minutes <= 59)) return NaN;
  const size = (hours * 60 + minutes) * 60_000;
  return sign === PLUS ? size : -size;
}

/** The caller makes sure that both bytes are inside the field. */
function twoDigits(buffer: Buffer, i: number): number {
  const tens = buffer[i]!;
  const ones = buffer[i + 1]!;
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + ones - ZERO : NO_DIGITS;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

function int32(buffer: Buffer, i: number): number {
  return (buffer[i]! << 24) | (buffer[i + 1]! << 16) | (buffer[i + 2]! << 8) | buffer[i + 3]!;
}

function invalidDateTime(type: string, buffer: Buffer, start: number, end: number): PostgresError {
  return new PostgresError('invalid_datetime_format', invalidSyntax(type, buffer, start, end).message);
}

function faultOf(fault: DateTimeFault, text: string): PostgresError {
  const { reason, zone } = fault;
  if (reason === 'zone') return unknownZone(zone);
  if (reason === 'displacement')
    return new PostgresError({ code: '22009' }, `time zone displacement out of range: "${text}"`);
  const hint = reason === 'month-or-day' ? { hint: 'Perhaps you need a different "datestyle" setting.' } : {};
  return new PostgresError('datetime_field_overflow', `date/time field value out of range: "${text}"`, hint);
}

function unknownZone(name: string): PostgresError {
  return new PostgresError('invalid_parameter_value', `time zone "${name}" not recognized`);
}

function overflow(message: string): PostgresError {
  return new PostgresError('datetime_field_overflow', message);
}

function infinite(): PostgresError {
  return new PostgresError('datetime_field_overflow', 'infinity cannot be written to CDF as a time', {
    hint: 'CDF keeps finite times only: write NULL, or leave the row out.',
  });
}
