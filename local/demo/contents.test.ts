import fc from 'fast-check';
import { addEntry, canonicalText, compareContents } from './contents';

const sent = new Map([
  ['a', '1'],
  ['b', '2'],
  ['c', '3'],
]);

test('equal contents are equal, whatever their order', () => {
  const found = new Map([...sent].reverse());

  expect(compareContents(sent, found)).toEqual({
    equal: 3,
    missing: 0,
    different: 0,
    unexpected: 0,
    examples: [],
  });
});

test('a planted difference of each kind is found and named', () => {
  const found = new Map([
    ['a', '1'],
    ['b', '2.0000000001'],
    ['x', '4'],
  ]);

  const comparison = compareContents(sent, found);

  expect(comparison).toMatchObject({ equal: 1, missing: 1, different: 1, unexpected: 1 });
  expect(comparison.examples).toEqual([
    '"b" was sent as 2, in CDF it is 2.0000000001',
    '"c" is missing in CDF',
    '"x" is in CDF and was not sent',
  ]);
});

test('one changed value among any contents is found', () => {
  const contents = fc.uniqueArray(fc.tuple(fc.string(), fc.string()), {
    minLength: 1,
    maxLength: 50,
    selector: ([key]) => key,
  });
  fc.assert(
    fc.property(contents, fc.nat(), (entries, at) => {
      const found = new Map(entries);
      const [key, value] = entries[at % entries.length]!;
      found.set(key, `${value}'`);

      expect(compareContents(new Map(entries), found)).toMatchObject({
        equal: entries.length - 1,
        different: 1,
      });
    }),
  );
});

test('a long difference is cut, and only the first few are told', () => {
  const many = new Map(Array.from({ length: 100 }, (_, i) => [`key ${i}`, 'x'.repeat(10_000)]));

  const { missing, examples } = compareContents(many, new Map([['key 0', 'y'.repeat(10_000)]]));

  expect(missing).toBe(99);
  expect(examples).toHaveLength(5);
  expect(Math.max(...examples.map((example) => example.length))).toBeLessThan(500);
});

test('canonical texts do not depend on the order of names, but on that of lists', () => {
  const text = canonicalText({ b: [1, { z: null, y: 'ü' }], a: 0.1, gone: undefined });

  expect(text).toBe('{"a":0.1,"b":[1,{"y":"ü","z":null}]}');
  expect(canonicalText({ a: 0.1, b: [1, { y: 'ü', z: null }] })).toBe(text);
  expect(canonicalText([1, 2])).not.toBe(canonicalText([2, 1]));
});

test('a key that comes twice is refused: it would hide a difference', () => {
  const contents = new Map([['a', '1']]);

  expect(() => addEntry(contents, 'a', '1')).toThrow('the key "a" comes twice');
});
