// A series' points against a plain map.
import fc from 'fast-check';
import type { Points } from './points';
import { SeriesPoints } from './series-points';

function numeric(pairs: readonly (readonly [number, number])[], statuses: Points['statuses'] = null): Points {
  return {
    kind: 'numeric',
    timestamps: Float64Array.from(pairs, ([timestamp]) => timestamp),
    values: Float64Array.from(pairs, ([, value]) => value),
    statuses,
    absent: null,
  };
}

const time = fc.integer({ min: -20, max: 20 });
const step = fc.oneof(
  fc.record({ insert: fc.array(fc.tuple(time, fc.integer())) }),
  fc.record({ from: time, to: time }),
  fc.constant('read' as const),
);

test('after any inserts, deletes and reads the points are those of a map, in order', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const series = new SeriesPoints('numeric');
      const map = new Map<number, number>();
      for (const one of steps) {
        if (one === 'read') series.read();
        else if ('insert' in one) {
          series.insert(numeric(one.insert));
          one.insert.forEach(([timestamp, value]) => map.set(timestamp, value));
        } else {
          series.delete(one.from, one.to);
          for (const timestamp of map.keys())
            if (timestamp >= one.from && timestamp < one.to) map.delete(timestamp);
        }
      }

      const { timestamps, values } = series.read();
      const expected = [...map].sort(([a], [b]) => a - b);
      expect([...timestamps].map((timestamp, i) => [timestamp, values[i]])).toEqual(expected);
    }),
  );
});

test('statuses stay with their points when some inserts have none', () => {
  const series = new SeriesPoints('numeric');
  series.insert(numeric([[3, 1]]));
  series.insert(
    numeric(
      [
        [1, 1],
        [2, 1],
      ],
      Uint32Array.of(7, 8),
    ),
  );

  const { timestamps, statuses } = series.read();

  expect([...timestamps]).toEqual([1, 2, 3]);
  expect([...statuses!]).toEqual([7, 8, 0]);
});

test('strings keep their values through a merge', () => {
  const series = new SeriesPoints('string');
  const insert = (timestamp: number, value: string) =>
    series.insert({
      kind: 'string',
      timestamps: Float64Array.of(timestamp),
      values: [value],
      statuses: null,
      absent: null,
    });
  insert(2, 'old');
  insert(1, 'first');
  insert(2, 'new');

  expect(series.read()).toMatchObject({ values: ['first', 'new'] });
});
