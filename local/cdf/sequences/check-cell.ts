// Holds a value of a row against the type of its column. null is no value, and fits everywhere.
import { badRequest } from '../api-error';
import type { ValueType } from './columns';

const MAX_CHARACTERS = 256;
const MAX_DOUBLE = 1e100;
const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

const FITS: Readonly<Record<ValueType, (value: unknown) => boolean>> = {
  STRING: (value) => typeof value === 'string',
  DOUBLE: (value) =>
    typeof value === 'bigint' || (typeof value === 'number' && Math.abs(value) <= MAX_DOUBLE),
  LONG: (value) =>
    typeof value === 'bigint' ? value >= MIN_LONG && value <= MAX_LONG : Number.isSafeInteger(value),
};

/** Throws 400. */
export function checkCell(type: ValueType, value: unknown, where: string): void {
  if (value === null) return;
  if (!FITS[type](value)) throw badRequest(`${where}: error in sequence: expected ${type}`);
  if (typeof value === 'string' && value.length > MAX_CHARACTERS && [...value].length > MAX_CHARACTERS)
    throw badRequest(`${where}: must be at most ${MAX_CHARACTERS} characters`);
}
