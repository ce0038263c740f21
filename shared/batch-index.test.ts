import fc from 'fast-check';
import { decodeRowNumbers, encodeRowNumbers } from './batch-index';

describe('the index of row numbers', () => {
  it('comes back as it was, whatever the order of the rows', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 30 })), (numbers) => {
        const bytes = encodeRowNumbers(Int32Array.from(numbers), numbers.length);
        expect([...decodeRowNumbers(bytes, numbers.length)]).toEqual(numbers);
      }),
    );
  });

  it('needs one byte for a row that follows its predecessor', () => {
    expect(
      encodeRowNumbers(
        Int32Array.from({ length: 1000 }, (_, i) => i + 1),
        1000,
      ),
    ).toHaveLength(1000);
  });

  it('refuses bytes that end early', () => {
    expect(() => decodeRowNumbers(new Uint8Array([2]), 2)).toThrow(RangeError);
  });
});
