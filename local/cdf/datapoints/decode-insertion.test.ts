// The protobuf decoder against an encoder that is as plain as can be, and against broken bytes.
import fc from 'fast-check';
import { ApiError } from '../api-error';
import { decodeInsertion } from './decode-insertion';
import type { TestSeries } from './insertion-body';
import { encodeInsertion } from './insertion-body';
import { MAX_TIMESTAMP, MIN_TIMESTAMP } from './points';

const timestamps = fc.integer({ min: MIN_TIMESTAMP, max: MAX_TIMESTAMP });
const numericPoints = fc.array(
  fc.record({ timestamp: timestamps, value: fc.double({ min: -1e99, max: 1e99, noNaN: true }) }),
);
const stringPoints = fc.array(fc.record({ timestamp: timestamps, value: fc.string({ unit: 'grapheme' }) }));
const series: fc.Arbitrary<TestSeries> = fc.oneof(
  fc.record({ externalId: fc.string({ unit: 'grapheme', minLength: 1 }), points: numericPoints }),
  fc.record({ id: fc.maxSafeNat(), points: numericPoints }),
  fc.record({ id: fc.maxSafeNat(), isString: fc.constant(true), points: stringPoints }),
);

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(fc.array(series, { maxLength: 5 }), (given) => {
      const items = decodeInsertion(encodeInsertion(given));

      expect(items.map(({ reference }) => reference)).toEqual(
        given.map(({ id, externalId }) => (externalId === undefined ? { id } : { externalId })),
      );
      items.forEach(({ points }, i) => {
        expect(points?.kind).toBe(given[i]!.isString === true ? 'string' : 'numeric');
        expect([...points!.timestamps]).toEqual(given[i]!.points.map(({ timestamp }) => timestamp));
        expect([...points!.values]).toEqual(given[i]!.points.map(({ value }) => value));
        expect(points!.statuses).toBeNull();
      });
    }),
  );
});

test('any bytes are decoded or refused with 400', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.tuple(fc.array(series, { maxLength: 3 }), fc.nat(), fc.nat(255)).map(([given, at, byte]) => {
      const body = encodeInsertion(given);
      if (body.length > 0) body[at % body.length] = byte;
      return body;
    }),
    fc.tuple(fc.array(series, { maxLength: 3 }), fc.nat()).map(([given, at]) => {
      const body = encodeInsertion(given);
      return body.subarray(0, at % (body.length + 1));
    }),
  );
  fc.assert(
    fc.property(bytes, (body) => {
      try {
        decodeInsertion(body);
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
        expect((error as ApiError).status).toBe(400);
      }
    }),
  );
});

test('statuses come by code, by symbol, and with or without a value', () => {
  const [item] = decodeInsertion(
    encodeInsertion([
      {
        id: 1,
        points: [
          { timestamp: 1, value: 1 },
          { timestamp: 2, value: 2, status: { symbol: 'Uncertain' } },
          { timestamp: 3, status: { code: 0x8000_0000, symbol: 'Bad' } },
          { timestamp: 4, value: Infinity, status: { code: 0x8000_0000 } },
        ],
      },
    ]),
  );

  expect([...item!.points!.statuses!]).toEqual([0, 0x4000_0000, 0x8000_0000, 0x8000_0000]);
  expect([...item!.points!.absent!]).toEqual([0, 0, 1, 0]);
});

test.each([
  ['a timestamp too early', { timestamp: MIN_TIMESTAMP - 1, value: 1 }],
  ['a timestamp too late', { timestamp: MAX_TIMESTAMP + 1, value: 1 }],
  ['a number too large', { timestamp: 1, value: 1e100 }],
  ['NaN', { timestamp: 1, value: NaN }],
  ['no value without a bad status', { timestamp: 1 }],
  ['an unknown symbol', { timestamp: 1, value: 1, status: { symbol: 'Splendid' } }],
  ['a symbol of another code', { timestamp: 1, value: 1, status: { symbol: 'Bad', code: 0x4000_0000 } }],
])('%s is refused', (_, point) => {
  expect(() => decodeInsertion(encodeInsertion([{ id: 1, points: [point] }]))).toThrow(ApiError);
});
