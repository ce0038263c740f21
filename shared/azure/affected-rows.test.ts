import fc from 'fast-check';
import { decodeAffected, encodeAffected } from './affected-rows';

test('rows and counts come back as they were', () => {
  const rows = fc
    .array(fc.tuple(fc.nat({ max: 2 ** 31 - 1 }), fc.nat({ max: Number.MAX_SAFE_INTEGER })))
    .map((list) => list.sort((a, b) => a[0] - b[0]));
  fc.assert(fc.property(rows, (list) => expect(decodeAffected(encodeAffected(list))).toEqual(list)));
});

test('a list that is cut off is no list', () => {
  expect(() => decodeAffected(Buffer.from([0x05]).toString('base64'))).toThrow(RangeError);
});
