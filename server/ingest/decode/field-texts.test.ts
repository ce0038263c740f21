// The oracle is PostgreSQL itself: each text goes to both, and both must take it with the same value or refuse it alike.
import type { Client } from 'pg';
import type { TypeName } from '../../../shared/tables/table';
import {
  aColumn,
  asJson,
  asNumber,
  list,
  postgresVerdict,
  shownBy,
  unquoted,
  verdict,
} from '../../../tests/support/decoding';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';

let postgres: RealPostgres;
let client: Client;
beforeAll(async () => {
  postgres = await startRealPostgres();
  client = await postgres.connect();
});
afterAll(async () => {
  await client.end();
  await postgres.close();
});

const integers = list`0|-0|+7|42| 42 |\t42\n|007|-007|1_000|1__0|_1|1_|0x1F|0X1f|0x|0x_1|0b101|0b2|0o17|0o8|-0x10|32767|32768|-32768\
|-32769|2147483647|2147483648|-2147483648|-2147483649|9007199254740993|999999999999999999|1000000000000000000|9223372036854775807\
|9223372036854775808|-9223372036854775808|-9223372036854775809|99999999999999999999|99999999999999999999x|9999999999999999999x\
|0x7fffffffffffffff|0x8000000000000000|-0x8000000000000000|| |-|+|--1|1 2|1.0|1e3|abc|ü|१`;
const floats = list`0|-0|1|-1.5|+2.5|.5|5.|-.5|.|1e3|1E-3|1e+22|1e23|123456789012345|1234567890123456|12345678901234567|9007199254740993\
|0.1|0.30000000000000004|1.7976931348623157e308|1.8e308|1e400|-1e400|1e400x|1e-400|5e-324|2e-324|0e400|0x1F|0x1.8p3|0x|1e|1e+|1_000\
| 1.5 |1.5 x|| |x|1,5|100000000000000000000000|0.000001|4.35|1e15|1e16|-|12.e3|1..2|1.2.3|0e|--5|00.5|-00|1e05|1e-05|+.5e1`;
const numerics = list`0|-0|-0.00|1.50|.5|5.|007.10|1e3|1.5e1|1.50e-3|-12345678901234567890.12345678901234567890|1_000.5|1_|1._5|1_.5\
|0x1F|0b11|0x_1||.|-|x|1e|1e400|1e-20000|1e200000|1 2| 3 |--1|1e1_0|+5|0.000|00.10`;
const booleans = list`t|f|true|FALSE|tr|yes|y|no|n|on|off|of|o|1|0| true |2||ja|truex|T|F`;
const uuids = list`a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11|A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11|{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}\
|a0eebc999c0b4ef8bb6d6bb9bd380a11|a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11|{a0eebc999c0b4ef8bb6d6bb9bd380a11||{}\
|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1|a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-|-a0eebc999c0b4ef8bb6d6bb9bd380a11|gg\
|a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11| a0eebc999c0b4ef8bb6d6bb9bd380a11|a0eebc999c0b4ef8bb6d6bb9bd380a11f`;
const jsons = list`{}|[]|null|true|false|"a"|1|-1.5e+3|0| {"a" : [1, 2, {"b": null}]} |"\\u00e9\\n\\""|"é😀"|"\\ud83d\\ude00"\
|12345678901234567890|| |{|}|[|]|[1,]|[,1]|{"a"}|{"a":}|{"a":1,}|{a:1}|{'a':1}|01|1.|.5|+1|1e|1e+|--1|1 2|nul|True|NaN|"a|"\\x"|"\\u12"\
|"a\nb"|[1 2]|{"a" 1}|{1:2}|[}|{]|{"a":1}}|[[]|é|"\\|[1}|,|:|{"a":1:2}|/* x */ 1|\u00a01|1\v|{"a":1,"b"}|{,}|[1,2|{"a":[}`;
const textLists = list`{}| { } |{a}|{a,b}|{ a , b }|{"a b","c\\"d"}|{a\\,b}|{"NULL"}|{\\null}|{nulls}|{"a,b","{}"}|{""}|[1:2]={a,b}\
|[0:1]={a,b}| [2]={a,b}|[1:2] = {a,b}|[1:3]={a,b}|[2:1]={a}|{a|a}||a|{a}}|{a}b|{a,}|{,a}|{a,,b}|{"a"}|{"a"b}|{b"a"}|{a b}|{a\\ }\
|{a\\\\ }|{"a" }|[1]{a}|[1:2]={}|{é,😀}|{\\"}|{a\\|{"\\\\"}|{"a|{"a","b"}|{a\\\\,b}`;

const cases: readonly [TypeName, readonly string[], (value: string) => string][] = [
  ['int2', integers, String],
  ['int4', integers, String],
  ['int8', integers, String],
  ['float8', floats, asNumber],
  ['float4', floats, asNumber],
  ['numeric', numerics, String],
  ['bool', booleans, String],
  ['uuid', uuids, unquoted],
  ['json', jsons, asJson],
  ['jsonb', jsons, asJson],
  ['text[]', textLists, asJson],
  ['int8[]', list`{1,2}|{ 1 , "2" }|{x}|{1,9223372036854775808}|{1.5}|{}`, asJson],
  ['float8[]', list`{1.5,2}|{"1e3"}|{x}|{1e400}`, asJson],
  ['bool[]', list`{t,false,1}|{x}`, asJson],
  ['text', list`a"b\\c\n\t\r\b\f\u0001\u001f\u007f|ÆØÅ 漢字 😀||   `, unquoted],
  ['varchar(3)', list`abc|abcd|abc  |ab   |äöü|äöüß|äöü   |äöü  x|😀😀😀|😀😀😀😀|`, unquoted],
  ['varchar(1)', list`   | a|ab`, unquoted],
];

describe('a text in a column of its own type', () => {
  test.each(cases)('is taken or refused as by PostgreSQL: %s', async (type, texts, show) => {
    const wanted = [];
    for (const bytes of texts)
      wanted.push([bytes, shownBy(show, await postgresVerdict(client, type, { bytes }))]);

    expect(texts.map((bytes) => [bytes, shownBy(show, verdict(aColumn(type), { bytes }))])).toEqual(wanted);
  });

  test('that is no UTF-8 is refused with the bytes that PostgreSQL names', async () => {
    const broken = list`ff|c328|c3|e28228|e282|eda080|f0808080|f4908080|f09f98|c080|80|f8|6100|00|e0a0|c1bf`;
    for (const hex of broken) {
      const bytes = Buffer.from(`61${hex}`, 'hex');
      const wanted = await postgresVerdict(client, 'text', { bytes });

      expect(wanted).toEqual({ refused: expect.stringMatching(/^22021/) as string });
      for (const type of [
        'text',
        'varchar(1)',
        'int8',
        'float8',
        'numeric',
        'bool',
        'uuid',
        'timestamptz',
        'int8[]',
      ] as const)
        expect([type, verdict(aColumn(type), { bytes })]).toEqual([type, wanted]);
      expect(verdict(aColumn('json'), { bytes: Buffer.concat([Buffer.from('"'), bytes]) })).toEqual({
        refused: expect.stringMatching(/^22021/) as string,
      });
    }
  });
});
