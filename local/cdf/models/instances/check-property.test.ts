// Values of properties at their limits and beyond, and the form in which they come back.
import { ApiError } from '../../api-error';
import type { PropertyType } from '../property-type';
import { readProperty } from './check-property';

const read = (type: PropertyType, value: unknown) => readProperty(type, value, 'p');
const colours: PropertyType = { type: 'enum', values: { red: {}, blue: {} } };

test.each<[PropertyType, unknown, unknown]>([
  [{ type: 'text' }, 'é'.repeat(64_000), 'é'.repeat(64_000)],
  [{ type: 'text', maxTextSize: 2 }, 'é', 'é'],
  [{ type: 'boolean' }, false, false],
  [{ type: 'int32' }, -(2 ** 31), -(2 ** 31)],
  [{ type: 'int64' }, 2n ** 63n - 1n, 2n ** 63n - 1n],
  [{ type: 'float32' }, 0.1, 0.1],
  [{ type: 'float32' }, 16_777_217, 16_777_216],
  [{ type: 'float64' }, 1e300, 1e300],
  [{ type: 'timestamp' }, '2024-02-29T12:00:00+02:00', '2024-02-29T10:00:00.000+00:00'],
  [{ type: 'timestamp' }, '2024-02-29T12:00:00.123456Z', '2024-02-29T12:00:00.123+00:00'],
  [{ type: 'timestamp' }, '2024-02-29T12:00:00', '2024-02-29T12:00:00.000+00:00'],
  [{ type: 'date' }, '2024-02-29', '2024-02-29'],
  [{ type: 'json' }, { a: [1, null] }, { a: [1, null] }],
  [{ type: 'direct' }, { space: 's', externalId: 'x y' }, { space: 's', externalId: 'x y' }],
  [{ type: 'timeseries' }, 'x', 'x'],
  [colours, 'red', 'red'],
  [{ type: 'int32', list: true }, [1, 2], [1, 2]],
  [{ type: 'int32', list: true, maxListSize: 2000 }, new Array(2000).fill(1), new Array(2000).fill(1)],
])('%j takes a value at its limit', (type, value, stored) => {
  expect(read(type, value)).toEqual(stored);
});

test.each<[PropertyType, unknown]>([
  [{ type: 'text' }, 'é'.repeat(64_001)],
  [{ type: 'text' }, 'a\0'],
  [{ type: 'text' }, 1],
  [{ type: 'text', maxTextSize: 1 }, 'é'],
  [{ type: 'boolean' }, 'true'],
  [{ type: 'int32' }, 2 ** 31],
  [{ type: 'int32' }, 1.5],
  [{ type: 'int64' }, 2n ** 63n],
  [{ type: 'float32' }, 1e39],
  [{ type: 'float64' }, '1'],
  [{ type: 'timestamp' }, '2023-02-29T12:00:00Z'],
  [{ type: 'timestamp' }, '2024-02-29 12:00:00'],
  [{ type: 'timestamp' }, 5],
  [{ type: 'date' }, '2023-02-29'],
  [{ type: 'json' }, [1]],
  [{ type: 'json' }, { a: 'x'.repeat(10_240) }],
  [{ type: 'json' }, { ['k'.repeat(129)]: 1 }],
  [{ type: 'json' }, Object.fromEntries(Array.from({ length: 257 }, (_, i) => [`k${i}`, 1]))],
  [{ type: 'direct' }, { space: 's' }],
  [{ type: 'direct' }, 'x'],
  [{ type: 'direct', list: true }, new Array(101).fill({ space: 's', externalId: 'x' })],
  [{ type: 'file' }, 1],
  [colours, 'green'],
  [{ type: 'int32', list: true }, 1],
  [{ type: 'int32', list: true }, [null]],
  [{ type: 'int32', list: true }, new Array(1001).fill(1)],
  [{ type: 'text', list: true }, new Array(3).fill('x'.repeat(50_000))],
])('%j refuses a value beyond', (type, value) => {
  expect(() => read(type, value)).toThrow(ApiError);
});
