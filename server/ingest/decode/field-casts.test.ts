// Fields of a declared type, and of binary form: PostgreSQL says what an assignment casts, and what its binary form is.
import type { Client } from 'pg';
import type { TypeName } from '../../../shared/tables/table';
import {
  aColumn,
  asJson,
  asNumber,
  encode,
  list,
  postgresVerdict,
  unquoted,
  utcSession,
  type Verdict,
  verdict,
} from '../../../tests/support/decoding';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';
import { jsonEncoder, numberReader } from './field-encoders';
import { BINARY_FORMAT, OID, TEXT_FORMAT } from './row-fields';
import { isAssignable, oidOfType, sqlTypeName } from './type-names';

let postgres: RealPostgres;
let client: Client;
beforeAll(async () => {
  postgres = await startRealPostgres();
  client = await postgres.connect();
  await client.query("SET TimeZone = 'UTC'");
});
afterAll(async () => {
  await client.end();
  await postgres.close();
});

const targets =
  list`text|varchar(20)|bool|int2|int4|int8|float4|float8|numeric|timestamptz|timestamp|date|json|jsonb|uuid\
|text[]|int8[]|float8[]|bool[]` as TypeName[];

const sources: readonly [string, number, readonly string[]][] = [
  ['int2', OID.int2, list`1|-32768|99999`],
  ['int4', OID.int4, list`1|2147483647|x|12.5`],
  ['int8', OID.int8, list`1|9223372036854775807|9007199254740993|-32769`],
  ['float4', OID.float4, list`0.1|2.5|3.5|1e10|-0.5|16777216|1e6|123456|1e-5|NaN`],
  [
    'float8',
    OID.float8,
    list`0.1|2.5|-2.5|3.5|1e18|1e19|1e300|1e-300|123456789012345|1e15|1e14|0.00001|-1.5e-7|1234567890.12345678|-0`,
  ],
  [
    'numeric',
    OID.numeric,
    list`1.5|2.5|-2.5|0.10|9223372036854775807.4|9223372036854775807.5|1e400|12345678901234567890|32767.5|1e-400`,
  ],
  ['text', OID.text, list`1|true`],
  ['varchar', OID.varchar, list`abc`],
  ['bpchar', OID.bpchar, list`ab  `],
  ['bool', OID.bool, list`t|no`],
  ['date', OID.date, list`2024-02-29|1899-12-31`],
  ['timestamp', OID.timestamp, list`2024-02-29 03:04:05.678901|2024-02-29 12:00`],
  ['timestamptz', OID.timestamptz, list`2024-02-29 03:04:05+02|2024-07-01 12:00:00.5`],
  ['uuid', OID.uuid, list`a0eebc999c0b4ef8bb6d6bb9bd380a11`],
  ['json', OID.json, list`{"a": 1}`],
  ['jsonb', OID.jsonb, list`{"a": 1}`],
  ['int4[]', OID.int4Array, list`{1,2}`],
  ['text[]', OID.textArray, list`{a,b}|{1}`],
  ['varchar[]', OID.varcharArray, list`{a,b}`],
  ['bool[]', OID.boolArray, list`{t,f}`],
];

describe('a field of a declared type', () => {
  test.each(targets)('is cast into %s as PostgreSQL casts in an assignment', async (target) => {
    for (const [source, oid, texts] of sources)
      for (const bytes of texts) {
        const wanted = await postgresVerdict(client, target, { bytes, source });
        const actual = verdict(aColumn(target), { bytes, oid });

        // What PostgreSQL could print as text and Sluice does not, and what CDF does not keep, is refused and says so.
        if ('refused' in actual && /^0A000|to CDF$/.test(actual.refused))
          expect(!isAssignable(target, oid) || bytes === 'NaN').toBe(true);
        else
          expect([source, bytes, await comparable(target, actual)]).toEqual([
            source,
            bytes,
            await comparable(target, wanted),
          ]);
      }
  });

  /** Values of both sides in one form. */
  async function comparable(type: TypeName, given: Verdict): Promise<Verdict> {
    if (!('value' in given)) return given;
    if (/^(timestamp|date)/.test(type)) return { value: await epochMs(type, unquoted(given.value)) };
    if (/json|\[\]/.test(type)) return { value: asJson(given.value) };
    return { value: /float/.test(type) ? asNumber(given.value) : unquoted(given.value) };
  }

  async function epochMs(type: TypeName, text: string): Promise<string> {
    if (/^-?\d+$/.test(text)) return text;
    const query = `SELECT floor(extract(epoch FROM $1::${type}) * 1000)::int8 AS ms`;
    const { rows } = await client.query<{ ms: string }>(query, [text]);
    return rows[0]!.ms;
  }

  test('names the column and both types where it is refused', () => {
    const refused = () =>
      jsonEncoder(aColumn('int8', { name: 'asset_id' }), TEXT_FORMAT, OID.text, utcSession);

    expect(refused).toThrow('column "asset_id" is of type bigint but expression is of type text');
    expect(sqlTypeName(OID.varcharArray)).toBe('character varying[]');
    expect(sqlTypeName(1186)).toBe('interval');
  });

  test('may be undeclared, or of the column’s own type', async () => {
    for (const type of targets) {
      const { rows } = await client.query<{ oid: string }>('SELECT $1::regtype::oid AS oid', [type]);
      expect(oidOfType(type)).toBe(Number(rows[0]!.oid));
      for (const oid of [OID.unspecified, OID.unknown, oidOfType(type)])
        expect(isAssignable(type, oid)).toBe(true);
    }
  });
});

describe('the binary form', () => {
  const values: readonly [TypeName, readonly string[]][] = [
    ['int2', list`0|-32768|32767`],
    ['int4', list`0|-2147483648|2147483647`],
    [
      'int8',
      list`0|-1|9223372036854775807|-9223372036854775808|9007199254740993|4294967296|-4294967297|1700000000000`,
    ],
    ['float8', list`0|-0.1|1e300|5e-324`],
    ['float4', list`0|-0.1|3.4e38`],
    [
      'numeric',
      list`0|1|-1.50|0.0001|0.00001|12345678.1234|1e20|123456789012345678901234567890.5|-0.5|1e-10|10000|9999.9999|0.10`,
    ],
    [
      'timestamptz',
      list`2024-02-29 03:04:05.678901+00|1969-12-31 23:59:59.999999+00|0001-01-01|4714-11-24 00:00 BC|294276-12-31`,
    ],
    ['timestamp', list`2024-02-29 03:04:05.678901`],
    ['date', list`2024-02-29|1900-01-01`],
    ['bool', list`t|f`],
    ['uuid', list`a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11`],
    ['json', list`{"a": [1]}`],
    ['jsonb', list`{"a": [1]}`],
    ['text', list`|é"`],
    ['text[]', list`{}|{a,"b c"}`],
    ['int8[]', list`{1,-2}`],
    ['float8[]', list`{1.5}`],
    ['bool[]', list`{t,f}`],
  ];
  const senders: Partial<Record<TypeName, string>> = {
    bool: 'boolsend',
    text: 'textsend',
    int2: 'int2send',
    int4: 'int4send',
    int8: 'int8send',
    float4: 'float4send',
    float8: 'float8send',
  };

  async function binary(type: TypeName, text: string): Promise<Buffer> {
    const send = senders[type] ?? (type.endsWith('[]') ? 'array_send' : `${type}_send`);
    const { rows } = await client.query<{ v: Buffer }>(`SELECT ${send}($1::${type}) AS v`, [text]);
    return rows[0]!.v;
  }

  test.each(values)('of %s gives what the text gives', async (type, texts) => {
    for (const text of texts) {
      const bytes = await binary(type, text);
      const fromText = encode(aColumn(type), { bytes: text });
      const fromBinary = encode(aColumn(type), { bytes, format: BINARY_FORMAT, oid: oidOfType(type) });
      const show = /json|float/.test(type) ? asJson : String;

      expect(show(fromBinary)).toBe(show(fromText));
      if (type === 'float8' || type === 'timestamptz' || type === 'numeric') {
        const target = aColumn(type === 'timestamptz' ? type : 'float8');
        const read = numberReader(target, BINARY_FORMAT, oidOfType(type), utcSession);
        expect(read(bytes, 0, bytes.length)).toBe(Number(fromText));
      }
    }
  });

  test.each(values)('of %s is refused when it is a byte short or long', async (type, texts) => {
    if (/^(text|json|jsonb)$/.test(type)) return;
    const bytes = await binary(type, texts[0]!);

    for (const wrong of [bytes.subarray(0, -1), Buffer.concat([bytes, Buffer.alloc(1)])])
      expect(verdict(aColumn(type), { bytes: wrong, format: BINARY_FORMAT })).toEqual({
        refused: '22P03 incorrect binary data format',
      });
  });

  test('is refused in an unknown version of jsonb, and with elements of another type', () => {
    const elements = Buffer.from('000000000000000000000019', 'hex');

    expect(verdict(aColumn('jsonb'), { bytes: '\u0002{}', format: BINARY_FORMAT })).toEqual({
      refused: 'XX000 unsupported jsonb version number 2',
    });
    expect(verdict(aColumn('int8[]'), { bytes: elements, format: BINARY_FORMAT })).toEqual({
      refused: '42804 binary data has array element type 25 instead of expected 20',
    });
  });
});
