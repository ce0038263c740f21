// What CDF wants of a value, and what holds for any value.
import fc from 'fast-check';
import type { TypeName } from '../../../shared/tables/table';
import { aColumn, encode, list, utcSession, verdict } from '../../../tests/support/decoding';
import { ByteWriter } from './byte-writer';
import { numberReader, textReader } from './field-encoders';
import { BINARY_FORMAT, type Format, TEXT_FORMAT } from './row-fields';

const refusedWith = (pattern: RegExp) => ({ refused: expect.stringMatching(pattern) as string });

describe('what CDF does not keep is refused:', () => {
  test.each(['NaN', 'Infinity', '-inf', '+Infinity', 'nan'])('the number %s', (bytes) => {
    const wanted = refusedWith(/^22003 .* cannot be written to CDF$/);

    expect(verdict(aColumn('float8'), { bytes })).toEqual(wanted);
    expect(verdict(aColumn('numeric'), { bytes })).toEqual(wanted);
    const read = numberReader(aColumn('float8'), TEXT_FORMAT, 0, utcSession);
    expect(() => read(Buffer.from(bytes), 0, bytes.length)).toThrow('cannot be written to CDF');
  });

  test.each(['infinity', '-infinity', ' Infinity '])('the time %s', (bytes) => {
    expect(verdict(aColumn('timestamptz'), { bytes })).toEqual(refusedWith(/^22008 infinity/));
  });

  test('an infinite time in binary', () => {
    for (const hex of ['7fffffffffffffff', '8000000000000000'])
      expect(
        verdict(aColumn('timestamptz'), { bytes: Buffer.from(hex, 'hex'), format: BINARY_FORMAT }),
      ).toEqual(refusedWith(/^22008 infinity/));
  });

  test('a null inside a list, a list of lists, \\u0000 and half a surrogate', () => {
    expect(verdict(aColumn('text[]'), { bytes: '{a,NULL}' })).toEqual(refusedWith(/^22004/));
    expect(verdict(aColumn('text[]'), { bytes: '{{a}}' })).toEqual(refusedWith(/^0A000/));
    for (const bytes of list`"\\u0000"`)
      expect(verdict(aColumn('json'), { bytes })).toEqual(refusedWith(/^22P05/));
    for (const bytes of list`"\\ud83d"|"\\ude00"|"\\ud83dx"|"\\ud83d\\n"|"\\ud83d\\ud83d"`)
      expect(verdict(aColumn('json'), { bytes })).toEqual(refusedWith(/^22P02/));
  });

  test('a number that is as long as a book', () => {
    const zeros = '0'.repeat(256 * 1024);

    expect(verdict(aColumn('int8'), { bytes: zeros })).toEqual({ value: '0' });
    for (const type of ['int8', 'float8', 'numeric', 'timestamptz'] as const)
      expect(verdict(aColumn(type), { bytes: `${zeros}0` })).toEqual(refusedWith(/^54000/));
    expect(verdict(aColumn('bool'), { bytes: zeros })).toEqual(refusedWith(/^22P02 .{1,1100}\.\.\."$/));
  });

  test('JSON that nests one level too deep', () => {
    const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

    expect(verdict(aColumn('json'), { bytes: deep(1000) })).toEqual({ value: deep(1000) });
    expect(verdict(aColumn('json'), { bytes: deep(1001) })).toEqual(refusedWith(/^54000/));
  });
});

describe('the shapes of CDF', () => {
  const map = aColumn('json', { as: 'string-map', name: 'metadata' });

  test.each([
    ['{"a":"b", "c" : "d"}', '{"a":"b", "c" : "d"}'],
    ['{}', '{}'],
    ['{"a":1,"b":true,"c":null,"d":"x"}', '{"a":"1","b":"true","d":"x"}'],
    ['{"a":null}', '{}'],
    ['{"n":12345678901234567890,"l":[]}', '{"n":"12345678901234567890","l":"[]"}'],
    ['{"o":{"p":["q",null]}}', '{"o":"{\\"p\\":[\\"q\\",null]}"}'],
    [' { "a" : -1.50 , "b\\"}" : "}" } ', '{"a":"-1.50","b\\"}":"}"}'],
  ])('a map of strings is made of %s', (bytes, expected) => {
    expect(encode(map, { bytes }).trim()).toBe(expected);
  });

  test.each(['[]', '"a"', '1', 'null'])('%s is no map of strings', (bytes) => {
    expect(verdict(map, { bytes })).toEqual({ refused: '22023 column "metadata" must be a JSON object' });
  });

  test('labels become references', () => {
    const labels = aColumn('text[]', { as: 'labels' });

    expect(encode(labels, { bytes: '{a,"b c"}' })).toBe('[{"externalId":"a"},{"externalId":"b c"}]');
    expect(encode(labels, { bytes: '{}' })).toBe('[]');
  });

  test('a time is ms, a date and a local time are ISO texts', () => {
    expect(encode(aColumn('timestamptz'), { bytes: '1969-12-31 23:59:59.9999+00' })).toBe('-1');
    expect(encode(aColumn('timestamp'), { bytes: '2024-02-29 03:04' })).toBe('"2024-02-29T03:04:00.000"');
    expect(encode(aColumn('date'), { bytes: 'Feb 29, 2024' })).toBe('"2024-02-29"');
  });

  test('a text is read without quotes, an integer as its digits', () => {
    const out = new ByteWriter();

    textReader(aColumn('varchar(5)'), TEXT_FORMAT, 0, utcSession)(Buffer.from('é"'), 0, 3, out);
    textReader(aColumn('int8'), TEXT_FORMAT, 0, utcSession)(Buffer.from('+42'), 0, 3, out);

    expect(out.buffer.toString('utf8', 0, out.length)).toBe('é"42');
  });
});

describe('any value', () => {
  test('of float8 is read to the nearest double', () => {
    const read = numberReader(aColumn('float8'), TEXT_FORMAT, 0, utcSession);
    const double = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
    const digits = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
    const decimal = fc.tuple(digits, fc.integer({ min: -30, max: 30 })).map(([m, e]) => `${m}e${e}`);
    const plain = fc.tuple(digits, fc.nat(999_999)).map(([whole, fraction]) => `${whole}.${fraction}`);
    fc.assert(
      fc.property(fc.oneof(double, decimal, plain), (written) => {
        expect(read(Buffer.from(written), 0, written.length)).toBe(Number(written));
        expect(Number(encode(aColumn('float8'), { bytes: written }))).toBe(Number(written) + 0);
      }),
      { numRuns: 2000 },
    );
  });

  test('of int8 and of text comes back from the JSON', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.nat(63), (wide, shift) => {
        const value = wide >> BigInt(shift);
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64BE(value);
        expect(encode(aColumn('int8'), { bytes, format: BINARY_FORMAT })).toBe(String(value));
        expect(encode(aColumn('int8'), { bytes: String(value) })).toBe(String(value));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (bytes) => {
        fc.pre(!bytes.includes('\0'));
        expect(JSON.parse(encode(aColumn('text'), { bytes }))).toBe(bytes);
      }),
      { numRuns: 1000 },
    );
  });

  test('of json is taken or refused as JSON.parse does', () => {
    const pieces = fc.constantFrom('', ',', '"', '}', '[', '1', ' ', '\\');
    const damaged = fc.tuple(fc.json(), fc.nat(), pieces).map(([json, where, piece]) => {
      const at = where % (json.length + 1);
      return json.slice(0, at) + piece + json.slice(at + 1);
    });
    fc.assert(
      fc.property(fc.oneof(fc.json(), damaged), (bytes) => {
        fc.pre(!/\\u(0000|d[89a-f])/i.test(bytes));
        expect('value' in verdict(aColumn('json'), { bytes })).toBe(isJson(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  test('of random bytes gives JSON or a PostgresError in every type', () => {
    const types = list`text|varchar(2)|bool|int2|int8|float4|float8|numeric|timestamptz|date|json|jsonb|uuid|text[]|int8[]`;
    const anyType = fc.constantFrom(...(types as TypeName[]));
    const anyFormat = fc.constantFrom<Format>(TEXT_FORMAT, BINARY_FORMAT);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), anyType, anyFormat, (bytes, type, format) => {
        const given = verdict(aColumn(type), { bytes: Buffer.from(bytes), format });
        if ('value' in given) JSON.parse(given.value);
      }),
      { numRuns: 3000 },
    );
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
