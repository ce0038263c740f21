// The demo's data points and RAW rows, made from their number alone, so that a second run sends the same.
import { awkwardText } from './awkward-text';
import { numericSeries, stringSeries } from './sample-items';

export interface SamplePoint {
  readonly externalId: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly value: number | string;
}

export interface SampleRawRow {
  readonly key: string;
  readonly columns: Readonly<Record<string, unknown>>;
}

export const RAW_DATABASE = 'sluice_demo';
export const RAW_TABLE = 'sensor log';

const NUMERIC_POINTS = 200_000;
const STRING_POINTS = 2_000;
const RAW_ROWS = 5_000;

const FIRST_TIMESTAMP = Date.UTC(2024, 0, 1);
const STEP_MS = 60_000;
/** Doubles that only exact reading and writing brings through. */
const AWKWARD_NUMBERS = [
  0.1 + 0.2,
  -1.5e-300,
  9.999999999999999e99,
  2.2250738585072014e-308,
  9007199254740991,
  -273.15,
];

/** Round-robin over the series, as a historian exports them. */
export function* numericPoints(): Generator<SamplePoint> {
  const keys = numericSeries().map(({ externalId }) => externalId);
  for (let i = 0; i < NUMERIC_POINTS; i++) yield { ...place(keys, i), value: numericValue(i) };
}

export function* stringPoints(): Generator<SamplePoint> {
  const keys = stringSeries().map(({ externalId }) => externalId);
  for (let i = 0; i < STRING_POINTS; i++) yield { ...place(keys, i), value: `${i}: ${awkwardText(i)}` };
}

export function* rawRows(): Generator<SampleRawRow> {
  for (let i = 0; i < RAW_ROWS; i++) yield { key: `${i} ${awkwardText(i)}`, columns: rawColumns(i) };
}

function place(keys: readonly string[], i: number): { externalId: string; timestamp: number } {
  const externalId = keys[i % keys.length]!;
  return { externalId, timestamp: FIRST_TIMESTAMP + Math.floor(i / keys.length) * STEP_MS + (i % 1000) };
}

function numericValue(i: number): number {
  if (i % 500 === 0) return AWKWARD_NUMBERS[(i / 500) % AWKWARD_NUMBERS.length]!;
  return ((i * 7919) % 1_000_000) / 10_000;
}

function rawColumns(i: number): Record<string, unknown> {
  return {
    tag: `pump-${i % 500}`,
    note: awkwardText(i),
    [awkwardText(i + 1)]: i,
    pressure: ((i * 31) % 10_000) / 100,
    running: i % 3 === 0,
    operator: i % 11 === 0 ? null : 'night shift',
    readings: [i, -i / 8, awkwardText(i + 2)],
    nested: { list: [{ deep: awkwardText(i + 3) }] },
  };
}
