// The ranges of a data point, for JSON and protobuf alike. All throw 400.
import { badRequest } from '../api-error';
import { MAX_NUMERIC, MAX_STRING_BYTES, MAX_TIMESTAMP, MIN_TIMESTAMP } from './points';

export function checkTimestamp(timestamp: number, where: string): void {
  if (!(timestamp >= MIN_TIMESTAMP && timestamp <= MAX_TIMESTAMP))
    throw badRequest(`${where}: timestamp must be between ${MIN_TIMESTAMP} and ${MAX_TIMESTAMP}`);
}

/** Not for bad points: they may hold anything. */
export function checkNumeric(value: number, where: string): void {
  if (!(value > -MAX_NUMERIC && value < MAX_NUMERIC))
    throw badRequest(`${where}: numeric value must be between -1e100 and 1e100`);
}

export function checkStringBytes(value: string, where: string): void {
  // A character of UTF-16 has at most three bytes of UTF-8.
  if (value.length * 3 > MAX_STRING_BYTES && Buffer.byteLength(value) > MAX_STRING_BYTES)
    throw badRequest(`${where}: string value must have at most ${MAX_STRING_BYTES} bytes`);
}
