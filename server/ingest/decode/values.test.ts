import fc from 'fast-check';
import type { Client } from 'pg';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';
import { NULL_FIELD, OID, RowFields } from './row-fields';
import { countExpressions, scanValues } from './values';

type Field = [text: string | null, oid: number];

/** The rows that the scanner gives, or null where it leaves them to the engine. */
function scan(sql: string, columns: number): Field[][] | null {
  const text = Buffer.from(`<${sql}>`);
  const rows: Field[][] = [];
  const count = scanValues(text, 1, text.length - 1, new RowFields(columns), (row) => {
    rows.push(
      Array.from({ length: columns }, (_, i) => [
        row.starts[i] === NULL_FIELD ? null : row.buffers[i]!.toString('utf8', row.starts[i], row.ends[i]),
        row.oids[i]!,
      ]),
    );
  });
  if (count >= 0) expect(rows).toHaveLength(count);
  return count < 0 ? null : rows;
}

/** One literal, between others that it must not disturb. */
function scanOne(literal: string): Field | null {
  const rows = scan(`('x', ${literal}), (${literal} , 1)`, 2);
  if (rows === null) return null;
  expect(rows[0]![0]).toEqual(['x', OID.unknown]);
  expect(rows[1]![1]).toEqual(['1', OID.int4]);
  expect(rows[1]![0]).toEqual(rows[0]![1]);
  return rows[0]![1]!;
}

describe('scanning a VALUES list', () => {
  test.each<[string, Field]>([
    ["'plain'", ['plain', OID.unknown]],
    ["''", ['', OID.unknown]],
    ["'it''s'", ["it's", OID.unknown]],
    ["''''", ["'", OID.unknown]],
    ["'back\\slash'", ['back\\slash', OID.unknown]],
    ["'a, (b)'", ['a, (b)', OID.unknown]],
    ["'a'\n  -- more\n 'b'", ['ab', OID.unknown]],
    ["'žluťoučký 🐴'", ['žluťoučký 🐴', OID.unknown]],
    ["E'\\b\\f\\n\\r\\t\\v\\q\\\\\\'\\101\\x41\\u00e9\\U0001F434'", ["\b\f\n\r\t\vq\\'AAé🐴", OID.unknown]],
    ["e'\\uD83D\\uDC34 it''s'", ["🐴 it's", OID.unknown]],
    ["$$it's$$", ["it's", OID.unknown]],
    ['$t$ $$ $t$', [' $$ ', OID.unknown]],
    ['NULL', [null, OID.unknown]],
    ['null::timestamptz', [null, OID.timestamptz]],
    ['TRUE', ['true', OID.bool]],
    ['false', ['false', OID.bool]],
    ['0', ['0', OID.int4]],
    ['-0', ['0', OID.int4]],
    ['007', ['7', OID.int4]],
    ['- 5', ['-5', OID.int4]],
    ['+5', ['5', OID.int4]],
    ['-(-(5))', ['5', OID.int4]],
    ['((5))', ['5', OID.int4]],
    ['2147483647', ['2147483647', OID.int4]],
    ['-2147483648', ['-2147483648', OID.int4]],
    ['9223372036854775807', ['9223372036854775807', OID.int8]],
    ['9223372036854775808', ['9223372036854775808', OID.numeric]],
    ['1.50', ['1.50', OID.numeric]],
    ['-0.5', ['-0.5', OID.numeric]],
    ['-0.00', ['0.00', OID.numeric]],
    ['.5', ['0.5', OID.numeric]],
    ['5.', ['5', OID.numeric]],
    ['1e5', ['100000', OID.numeric]],
    ['-1.5E-10', ['-0.00000000015', OID.numeric]],
    ["'1.5'::float8", ['1.5', OID.float8]],
    ["('1.5'::float8)", ['1.5', OID.float8]],
    ["'-Infinity'::double precision", ['-Infinity', OID.float8]],
    ["'NaN'::float(24)", ['NaN', OID.float4]],
    ["float8 'NaN'", ['NaN', OID.float8]],
    ["CAST('2024-01-01' AS date)", ['2024-01-01', OID.date]],
    [
      "'2024-01-01T00:00:00.123Z'::timestamp(3) with time zone",
      ['2024-01-01T00:00:00.123Z', OID.timestamptz],
    ],
    ["TIMESTAMP WITHOUT TIME ZONE '2024-01-01'", ['2024-01-01', OID.timestamp]],
    ["timestamptz '2024-01-01'", ['2024-01-01', OID.timestamptz]],
    ["'x'::character varying(3)", ['x', OID.varchar]],
    ["'abc'::character(3)", ['abc', OID.bpchar]],
    ["'x'::text::varchar", ['x', OID.varchar]],
    ["'{}'::jsonb", ['{}', OID.jsonb]],
    ["'{a,b}'::text[]", ['{a,b}', OID.textArray]],
    ["'{1}'::int ARRAY[3]", ['{1}', OID.int4Array]],
    ["'x'::pg_catalog.varchar", ['x', OID.varchar]],
    [`'5'::"pg_catalog"."int4"`, ['5', OID.int4]],
    ['5::bigint', ['5', OID.int8]],
    ['-5::smallint', ['-5', OID.int2]],
    ['1.5::double precision', ['1.5', OID.float8]],
    ['CAST(5 AS numeric)', ['5', OID.numeric]],
  ])('reads %s', (literal, field) => {
    expect(scanOne(literal)).toEqual(field);
  });

  test.each([
    ...[
      'DEFAULT',
      'now()',
      '1 + 1',
      "'a' || 'b'",
      '$1',
      'a',
      '(1, 2)',
      '(SELECT 1)',
      'CURRENT_TIMESTAMP',
      'ARRAY[1]',
    ],
    ...[
      "N'x'",
      "B'1'",
      "X'1F'",
      "U&'x'",
      '0x1F',
      '1_000',
      '1e1001',
      "-'5'",
      '-true',
      '--5',
      '@ 5',
      '5 COLLATE "C"',
    ],
    ...[
      "'x'::mytype",
      "'x'::public.text",
      `'x'::"TEXT"`,
      "'abc'::varchar(2)",
      "'ab'::char(3)",
      "'a '::bpchar",
      "'1.5'::numeric(5,2)",
    ],
    ...[
      "interval '1 day'",
      "'1 day'::interval",
      '1.7::int',
      '40000::int2',
      "'5'::int::text",
      '5::bool',
      'true::int',
      '-5::text',
    ],
    ...[
      "'2024-01-01 00:00:00.1234'::timestamp(3)",
      "text[] '{}'",
      "'a' 'b'",
      "E'\\u12'",
      "E'\\xff'",
      "E'\\000'",
      'NULL IS NULL',
    ],
    ...[
      "'open",
      '(5',
      '$$open',
      "'x'::",
      "'x'::char varying varying",
      'CAST(5 AS)',
      '',
      ',',
      `${'('.repeat(60)}5${')'.repeat(60)}`,
    ],
  ])('leaves %s to the engine', (literal) => {
    expect(scan(`(1, ${literal})`, 2)).toBeNull();
  });

  test('reads white space and comments wherever they stand', () => {
    expect(scan(" ( 1 , 'a' )\n,(\t2/* , */,\n'b' -- )\n)  , (3,'c') /* done */ ", 2)).toEqual([
      [
        ['1', OID.int4],
        ['a', OID.unknown],
      ],
      [
        ['2', OID.int4],
        ['b', OID.unknown],
      ],
      [
        ['3', OID.int4],
        ['c', OID.unknown],
      ],
    ]);
  });

  test.each(['(1)(2)', '(1),', '(1), 2', '(1) x', '', '1', "('a'"])(
    'leaves the broken list %s to the engine',
    (sql) => {
      expect(scan(sql, 1)).toBeNull();
    },
  );

  test('does not read beyond its end', () => {
    const text = Buffer.from("('a'),('b')");
    for (let end = 1; end < text.length; end++) {
      const seen: number[] = [];
      const rows = scanValues(text, 0, end, new RowFields(1), () => seen.push(1));
      expect([end, rows]).toEqual([end, end === 5 ? 1 : -1]);
    }
  });

  test.each([
    ['(1, 2, 3)', 'INSERT has more expressions than target columns'],
    ['(1)', 'INSERT has more target columns than expressions'],
    ['(1, 2), (1)', 'VALUES lists must all be the same length'],
    ['(1, 2), (1, 2, 3)', 'VALUES lists must all be the same length'],
  ])('refuses %s for two columns', (sql, message) => {
    expect(() => scan(sql, 2)).toThrow(expect.objectContaining({ code: '42601', message }) as Error);
  });

  test.each([
    ['(1)', 1],
    ["('a,b', (2), f(1, 2), ARRAY[1, 2], $$,$$), (1)", 5],
    ['', 0],
    ['(1', 0],
  ])('counts the expressions of %s', (sql, count) => {
    const text = Buffer.from(sql);
    expect(countExpressions(text, 0, text.length)).toBe(count);
  });
});

describe('what PostgreSQL makes of a literal', () => {
  let postgres: RealPostgres;
  let client: Client;

  beforeAll(async () => {
    postgres = await startRealPostgres();
    client = await postgres.connect();
    await client.query("set timezone = 'UTC'");
  });

  afterAll(async () => {
    await client.end();
    await postgres.close();
  });

  /** Its type and its text, or the SQLSTATE. */
  async function ask(literal: string): Promise<Field | string> {
    try {
      const sql = `SELECT pg_catalog.pg_typeof(${literal}\n)::oid::int4 AS oid, (${literal}\n)::text AS text`;
      const { rows } = await client.query<{ oid: number; text: string | null }>(sql);
      return [rows[0]!.text, rows[0]!.oid];
    } catch (error) {
      return (error as { code: string }).code;
    }
  }

  /** The text as a value of a type, printed by PostgreSQL. */
  async function print([text, oid]: Field): Promise<string | null> {
    const types = await client.query<{ type: string }>(`SELECT ${oid}::regtype AS type`);
    const type = oid === OID.unknown ? 'text' : types.rows[0]!.type;
    const { rows } = await client.query<{ text: string | null }>(`SELECT ($1::text)::${type}::text AS text`, [
      text,
    ]);
    return rows[0]!.text;
  }

  const digits = fc
    .array(fc.constantFrom(...'0012345679'), { minLength: 1, maxLength: 22 })
    .map((d) => d.join(''));
  const number = fc.oneof(
    digits,
    fc.tuple(digits, digits).map(([a, b]) => `${a}.${b}`),
    digits.map((d) => `.${d}`),
    digits.map((d) => `${d}.`),
    fc
      .tuple(digits, fc.constantFrom('e', 'E', 'e+', 'E-'), fc.integer({ min: 0, max: 40 }))
      .map((p) => p.join('')),
    fc.tuple(digits, digits, fc.integer({ min: -40, max: 40 })).map(([a, b, e]) => `${a}.${b}e${e}`),
    fc.constantFrom('0x1F', '1_0', '1e', '1.2.3', '1a', '2147483648', '9223372036854775808', '00', '0.0'),
  );
  const piece = fc.constantFrom(
    ...['a', "''", ' ', '\n', ',', '(', '"', '$', '--', 'é', '🐴', '1', '.5', ':', 'e', '-'],
  );
  const plain = fc.array(piece, { maxLength: 6 }).map((pieces) => `'${pieces.join('')}'`);
  const escape = fc.constantFrom(
    ...[
      '\\n',
      '\\t',
      "\\'",
      '\\\\',
      '\\101',
      '\\7',
      '\\x41',
      '\\xe',
      '\\xg',
      '\\xc3\\xa9',
      '\\xff',
      '\\u00e9',
      '\\u12',
      '\\0',
    ],
    ...['\\U0001F434', '\\uD83D\\uDC34', '\\uD83D', '\\uDC34', '\\400', '\\u0000', '\\q', '\\é'],
  );
  const escaped = fc
    .array(fc.oneof(piece, escape), { maxLength: 5 })
    .map((pieces) => `E'${pieces.join('')}'`);
  const dollar = fc.constantFrom("$$it's$$", '$a$ $$ $a$', '$$$$', '$é$x$é$');
  const joined = fc
    .tuple(fc.oneof(plain, escaped), plain, fc.constantFrom('\n', ' -- x\n', ' ', '/*\n*/'))
    .map(([a, b, s]) => a + s + b);
  const worded = fc.constantFrom(
    "'5'",
    "'1.5'",
    "'true'",
    "'2024-02-03 04:05:06.789'",
    "'{1,2}'",
    "'{}'",
    "'abc'",
    "'x '",
    "''",
    "E'5'",
  );
  const string = fc.oneof(plain, escaped, dollar, joined, worded, worded);
  const type = fc.constantFrom(
    ...[
      'int',
      'INTEGER',
      'int2',
      'bigint',
      'numeric',
      'dec',
      'float8',
      'double precision',
      'real',
      'float(10)',
      'float(30)',
      'float(60)',
    ],
    ...[
      'text',
      'varchar',
      'varchar(3)',
      'character varying(4)',
      'char',
      'char(3)',
      'character',
      'bpchar',
      'bpchar(2)',
      'bool',
      'boolean',
    ],
    ...[
      'date',
      'timestamp',
      'timestamptz',
      'timestamp(2)',
      'timestamp (3) with time zone',
      'timestamp without time zone',
      'timestamptz(6)',
    ],
    ...[
      'json',
      'jsonb',
      'uuid',
      'bytea',
      'int[]',
      'text[][]',
      'float8[]',
      'int array',
      'numeric(5,2)',
      'numeric(9)',
      '"char"',
      'name',
    ],
    ...[
      'pg_catalog.int4',
      '"pg_catalog"."text"',
      'pg_catalog.int',
      '"int4"',
      '"INT4"',
      'pg_catalog.bpchar',
      'pg_catalog.timestamp',
      'pg_catalog.timestamptz(3)',
    ],
    ...[
      'interval',
      'time',
      'oid',
      'national character(3)',
      'varchar(0)',
      'timestamp(9)',
      'text(3)',
      'int4(3)',
      'timestamp with zone',
    ],
  );
  const atom = fc.oneof(
    number,
    string,
    fc.constantFrom('NULL', 'TRUE', 'false', 'now', 'DEFAULT', "B'1'", "N'x'"),
  );
  const literal = fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      atom,
      fc.tuple(atom, type).map(([a, t]) => `${a}::${t}`),
      fc.tuple(tie('any'), type).map(([a, t]) => `${a}::${t}`),
      fc.tuple(tie('any'), type).map(([a, t]) => `CAST(${a} AS ${t})`),
      fc.tuple(type, string).map(([t, s]) => `${t} ${s}`),
      tie('any').map((a) => `(${a})`),
      fc.tuple(fc.constantFrom('-', '+', '- '), tie('any')).map(([sign, a]) => sign + a),
    ),
  })).any;

  test('the scanner makes of it too, or leaves it to the engine', async () => {
    let scanned = 0;
    await fc.assert(
      fc.asyncProperty(literal, async (sql) => {
        const field = scanOne(`${sql}\n`);
        if (field === null) return;
        scanned++;
        const answer = await ask(sql);
        if (typeof answer === 'string') {
          // A string that is no value of the type it is cast to is for the type's decoder to refuse.
          expect([sql, answer]).toEqual([sql, expect.stringMatching(/^22/)]);
          expect(field[1]).not.toBe(OID.unknown);
          return;
        }
        const [text, oid] = answer;
        const same = field[0] === text ? text : await print(field);
        expect([sql, same, field[1]]).toEqual([sql, text, oid]);
        if (!/['$]/.test(sql) || oid === OID.unknown) expect(field[0]).toBe(text);
      }),
      { numRuns: 2000 },
    );
    expect(scanned).toBeGreaterThan(500);
  });
});
