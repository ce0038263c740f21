// Whole numbers of 64 bits in JSON, in and out.
import fc from 'fast-check';
import { formatJson, parseExactJson } from './exact-json';

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

test('a whole number of 64 bits comes out as it went in', () => {
  fc.assert(
    fc.property(fc.array(long), fc.string(), (numbers, text) => {
      const json = `{"text":${JSON.stringify(text)},"list":[${numbers.join(',')}]}`;

      const value = parseExactJson(json) as { text: string; list: (number | bigint)[] };

      expect(value.text).toBe(text);
      expect(value.list.map(BigInt)).toEqual(numbers);
      expect(JSON.parse(formatJson(value))).toEqual(JSON.parse(json));
      expect(formatJson(value.list)).toBe(`[${numbers.join(',')}]`);
    }),
  );
});

test('everything else is as JSON.parse has it', () => {
  fc.assert(
    fc.property(fc.json(), (json) => {
      const isExact = !/\d{16}/.test(json);
      if (isExact) expect(parseExactJson(json)).toEqual(JSON.parse(json));
    }),
  );
});

test('long digits in texts and fractions stay what they are', () => {
  const json = '{"a":"12345678901234567890","b":0.12345678901234567,"c":1.5e20,"d":12345678901234567890.5}';

  expect(parseExactJson(json)).toEqual(JSON.parse(json));
});

test('broken JSON is refused', () => {
  expect(() => parseExactJson('{"a":12345678901234567890')).toThrow(SyntaxError);
});
