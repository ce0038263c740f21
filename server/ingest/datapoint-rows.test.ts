import fc from 'fast-check';
import { decodeInsertion } from '../../local/cdf/datapoints/decode-insertion';
import { doubleDatapoints } from '../../shared/tables/double-datapoints';
import { stringDatapoints } from '../../shared/tables/string-datapoints';
import type { Table } from '../../shared/tables/table';
import { DatapointRows } from './datapoint-rows';
import { NULL_FIELD, RowFields } from './decode/row-fields';
import { ALL_LANES } from './rows';

interface Point {
  readonly series: string;
  readonly timestamp: number;
  readonly value: string | number;
}

function rowsOf(
  table: Table,
  points: readonly Point[],
  key: 'external_id' | 'id' = 'external_id',
): DatapointRows {
  const columns = [key, 'timestamp', 'value'].map((name) =>
    table.columns.find((column) => column.name === name)!,
  );
  const session = { timeZone: 'UTC', dateOrder: 'MDY' } as const;
  const rows = new DatapointRows({ table, columns, onConflict: { action: 'update' }, session });
  points.forEach((point, i) =>
    append(rows, [point.series, iso(point.timestamp), String(point.value)], i + 1),
  );
  return rows;
}

function append(rows: DatapointRows, values: readonly (string | null)[], rowNumber: number): void {
  const fields = new RowFields(values.length);
  values.forEach((value, i) => {
    fields.buffers[i] = Buffer.from(value ?? '');
    fields.starts[i] = value === null ? NULL_FIELD : 0;
    fields.ends[i] = fields.buffers[i].length;
  });
  rows.append(fields, rowNumber);
}

function iso(timestamp: number): string {
  return new Date(timestamp).toISOString();
}

/** What a series holds after all points were written in order: the last of each timestamp, ascending. */
function expected(points: readonly Point[]): Map<string, [number, string | number][]> {
  const bySeries = new Map<string, Map<number, string | number>>();
  for (const { series, timestamp, value } of points) {
    const kept = bySeries.get(series) ?? new Map<number, string | number>();
    bySeries.set(series, kept.set(timestamp, value));
  }
  return new Map([...bySeries].map(([series, kept]) => [series, [...kept].sort((a, b) => a[0] - b[0])]));
}

function decoded(rows: DatapointRows): Map<string, [number, string | number][]> {
  const found = new Map<string, [number, string | number][]>();
  for (const { body } of rows.encode(0, rows.count))
    for (const { reference, points } of decodeInsertion(body)) {
      const { timestamps, values } = points!;
      const name = String(reference['externalId'] ?? reference['id']);
      const before = found.get(name) ?? [];
      found.set(name, [
        ...before,
        ...Array.from(timestamps, (t, i): [number, string | number] => [t, values[i]!]),
      ]);
    }
  return found;
}

const series = fc.constantFrom('a', 'bb', 'pump/æ', '日本');
const timestamp = fc.integer({ min: -2_208_988_800_000, max: 4_102_444_799_999 });

describe('data points', () => {
  it('come out of the protobuf body as they went in, one item a series, the last of a timestamp kept', () => {
    const value = fc.double({ min: -1e99, max: 1e99, noNaN: true });
    const near = fc.integer({ min: -3, max: 3 });
    fc.assert(
      fc.property(fc.array(fc.record({ series, timestamp: fc.oneof(timestamp, near), value })), (points) => {
        fc.pre(points.length > 0);
        const exact = points.map((point) => ({ ...point, value: point.value === 0 ? 0 : point.value }));
        expect(decoded(rowsOf(doubleDatapoints, exact))).toEqual(expected(exact));
      }),
    );
  });

  it('keep strings, also empty and awkward ones', () => {
    const value = fc.string({ unit: 'grapheme', maxLength: 100 }).filter((text) => !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(fc.record({ series, timestamp, value }), { minLength: 1 }), (points) => {
        expect(decoded(rowsOf(stringDatapoints, points))).toEqual(expected(points));
      }),
    );
  });

  it('name a series by its id where there is no external id', () => {
    const found = decoded(
      rowsOf(doubleDatapoints, [{ series: '9007199254740991', timestamp: 0, value: 1 }], 'id'),
    );

    expect([...found.keys()]).toEqual(['9007199254740991']);
  });

  it('go to one batch up to 100 000, and beyond to lanes, a series always to the same', () => {
    const many = Array.from({ length: 100_001 }, (_, i) => ({
      series: `s${i % 10}`,
      timestamp: i,
      value: i,
    }));
    const rows = rowsOf(doubleDatapoints, many);

    expect(rows.encode(0, 100_000).map((batch) => batch.lane)).toEqual([ALL_LANES]);
    const spread = rows.encode(0, 100_001);
    const laneOf = new Map<string, number>();
    for (const { lane, body } of spread)
      for (const { reference } of decodeInsertion(body)) {
        const name = reference['externalId'] as string;
        expect(laneOf.get(name) ?? lane).toBe(lane);
        laneOf.set(name, lane);
      }
    expect(laneOf.size).toBe(10);
    expect(spread.reduce((sum, batch) => sum + batch.rowNumbers.length, 0)).toBe(100_001);
  });

  it('say which row each point came from', () => {
    const rows = rowsOf(doubleDatapoints, [
      { series: 'a', timestamp: 2, value: 1 },
      { series: 'b', timestamp: 1, value: 2 },
      { series: 'a', timestamp: 1, value: 3 },
    ]);

    expect([...rows.encode(0, 3)[0]!.rowNumbers]).toEqual([3, 1, 2]);
  });

  it.each([
    ['a series without name', [null, iso(0), '1'], '23502'],
    ['no value', ['a', iso(0), null], '23502'],
    ['a value that is not finite', ['a', iso(0), 'NaN'], '22003'],
    ['a value beyond 1e100', ['a', iso(0), '1e101'], '22003'],
    ['a time before 1900', ['a', '1899-12-31T23:59:59Z', '1'], '22008'],
    ['a time after 2099', ['a', '2100-01-01T00:00:00Z', '1'], '22008'],
  ])('refuse %s', (_, values, code) => {
    const rows = rowsOf(doubleDatapoints, [{ series: 'x', timestamp: 1, value: 1 }]);

    expect(() => append(rows, values, 2)).toThrow(expect.objectContaining({ code }) as Error);
    expect(rows.count).toBe(1);
  });
});
