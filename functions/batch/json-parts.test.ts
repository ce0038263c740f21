import fc from 'fast-check';
import { elementsOf, membersOf, objectOf } from './json-parts';

const space = fc.constantFrom('', ' ', '\n  ');

test('an object is taken apart into the texts of its members', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue());
  fc.assert(
    fc.property(object, fc.constantFrom(undefined, 2), (value, indent) => {
      const members = membersOf(JSON.stringify(value, null, indent));

      expect([...members.keys()].sort()).toEqual(Object.keys(value).sort());
      for (const [name, text] of members)
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value[name])));
      expect(JSON.parse(objectOf(members))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('a list is taken apart into the texts of its elements', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), space, (list, gap) => {
      const text = `${gap}[${list.map((one) => gap + JSON.stringify(one) + gap).join(',')}]${gap}`;

      expect(elementsOf(text).map((one) => JSON.parse(one) as unknown)).toEqual(
        JSON.parse(JSON.stringify(list)),
      );
    }),
  );
});

test('numbers stay as they were written, and the last of a repeated name counts', () => {
  const members = membersOf('{"a":12345678901234567890.10, "b" : 1e400,"a":2}');

  expect(objectOf(members)).toBe('{"a":2,"b":1e400}');
});

test.each(['[]', '', '{"a":1', '1'])('%j is no object', (text) => {
  expect(() => membersOf(text)).toThrow();
});
