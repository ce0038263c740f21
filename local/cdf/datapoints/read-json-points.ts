// Data points of a JSON insert, held against the kind of their series, into columns.
import { badRequest } from '../api-error';
import type { JsonObject } from '../call';
import { asObject } from '../call';
import { checkNumeric, checkStringBytes, checkTimestamp } from './check-point';
import type { Points } from './points';
import { GOOD, isBad, statusCode } from './status-code';

/** How JSON writes what it has no number for; only bad points may. */
const SPECIAL_NUMBERS: Readonly<Record<string, number>> = {
  NaN: NaN,
  Infinity: Infinity,
  '-Infinity': -Infinity,
};

/** Throws 400 for a value of the other kind and for one out of range. */
export function readJsonPoints(points: readonly unknown[], kind: Points['kind'], where: string): Points {
  const timestamps = new Float64Array(points.length);
  const statuses = new Uint32Array(points.length);
  const absent = new Uint8Array(points.length);
  const values = points.map((point, i) => {
    const place = `${where}[${i}]`;
    const object = asObject(point, place);
    timestamps[i] = readTimestamp(object, place);
    statuses[i] = readStatus(object['status'], `${place}.status`);
    if (object['value'] === undefined && isBad(statuses[i])) absent[i] = 1;
    return absent[i] === 1 ? undefined : readValue(object['value'], kind, statuses[i], place);
  });
  const common = {
    timestamps,
    statuses: statuses.some((status) => status !== GOOD) ? statuses : null,
    absent: absent.includes(1) ? absent : null,
  };
  return kind === 'string'
    ? { kind, ...common, values: values.map((value) => (value ?? '') as string) }
    : { kind, ...common, values: Float64Array.from(values, (value) => (value ?? NaN) as number) };
}

function readTimestamp(point: JsonObject, where: string): number {
  const timestamp = point['timestamp'];
  if (!Number.isInteger(timestamp)) throw badRequest(`${where}.timestamp: must be an integer`);
  checkTimestamp(timestamp as number, `${where}.timestamp`);
  return timestamp as number;
}

function readStatus(status: unknown, where: string): number {
  if (status === undefined) return GOOD;
  const { code, symbol } = asObject(status, where);
  return statusCode(code, symbol, where);
}

function readValue(value: unknown, kind: Points['kind'], status: number, where: string): string | number {
  if (value === null) throw badRequest(`${where}.value: \`null\` values aren't allowed.`);
  if (kind === 'string') {
    if (typeof value !== 'string') throw badRequest('Expected string value for datapoint');
    checkStringBytes(value, `${where}.value`);
    return value;
  }
  const special = typeof value === 'string' && isBad(status) ? SPECIAL_NUMBERS[value] : undefined;
  const number = special ?? value;
  if (typeof number !== 'number') throw badRequest('Expected numeric value for datapoint');
  if (!isBad(status)) checkNumeric(number, `${where}.value`);
  return number;
}
