import fc from 'fast-check';
import { KeyDictionary } from './key-dictionary';

function intern(dictionary: KeyDictionary, text: string, kind?: number): number {
  const bytes = Buffer.from(`<${text}>`);
  return dictionary.intern(bytes, 1, bytes.length - 1, kind);
}

describe('a dictionary of keys', () => {
  it('numbers keys in the order of their first appearance', () => {
    const dictionary = new KeyDictionary();

    expect(['b', 'a', 'b', '', 'a', ''].map((key) => intern(dictionary, key))).toEqual([0, 1, 0, 2, 1, 2]);
    expect(dictionary.size).toBe(3);
    expect(dictionary.bytesOf(1).toString()).toBe('a');
  });

  it('finds every key again, however many there are', () => {
    const texts = fc.array(fc.string({ unit: 'binary', maxLength: 8 }), { maxLength: 800, size: 'max' });
    fc.assert(
      fc.property(texts, (keys) => {
        const dictionary = new KeyDictionary();
        const inBytes = keys.map((key) => Buffer.from(key).toString('hex'));
        const distinct = [...new Set(inBytes)];

        expect(keys.map((key) => distinct[intern(dictionary, key)])).toEqual(inBytes);
        expect(distinct.map((_, i) => dictionary.bytesOf(i).toString('hex'))).toEqual(distinct);
      }),
      { numRuns: 30 },
    );
  });

  it('grows past its first room and stays right', () => {
    const dictionary = new KeyDictionary();
    const keys = Array.from({ length: 20_000 }, (_, i) => `a key that is not short at all ${i}`);
    for (const key of keys) intern(dictionary, key);

    expect(keys.every((key, i) => intern(dictionary, key) === i)).toBe(true);
    expect(dictionary.size).toBe(20_000);
    expect(dictionary.memory).toBeGreaterThan(20_000 * 30);
  });

  it('gives a key the same hash in every dictionary', () => {
    const [one, other] = [new KeyDictionary(), new KeyDictionary()];
    intern(other, 'something else');

    expect(one.hashOf(intern(one, 'pump'))).toBe(other.hashOf(intern(other, 'pump')));
  });

  it('spreads keys that differ in their last digit over lanes', () => {
    const dictionary = new KeyDictionary();
    const lanes = [0, 0, 0, 0];
    for (let i = 0; i < 4000; i++) lanes[dictionary.hashOf(intern(dictionary, `sensor-${i}`)) % 4]!++;

    expect(Math.min(...lanes)).toBeGreaterThan(600);
  });
});
