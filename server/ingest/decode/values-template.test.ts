import fc from 'fast-check';
import type { Client } from 'pg';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';
import { NULL_FIELD, OID, RowFields } from './row-fields';
import { compileValues, convertsParameters, fillLiteral, parameterTypes } from './values-template';

function compile(sql: string, columns: number) {
  const text = Buffer.from(`<${sql}>`);
  return compileValues(text, 1, text.length - 1, columns);
}

/** Each field as `$n`, `$n::oid`, or a literal's text. */
function fieldsOf(sql: string, columns: number): (string | null)[] | null {
  const template = compile(sql, columns);
  if (template === null) return null;
  const row = new RowFields(1);
  return Array.from(template.parameterOf, (parameter, field) => {
    const cast = template.castOid[field]!;
    if (parameter > 0) return cast === 0 ? `$${parameter}` : `$${parameter}::${cast}`;
    fillLiteral(template, field, row, 0);
    return row.starts[0] === NULL_FIELD ? null : row.buffers[0]!.toString('utf8', row.starts[0], row.ends[0]);
  });
}

describe('compiling a VALUES list', () => {
  test.each([
    ['($1, $2)', ['$1', '$2']],
    ['($2,$1) , ($3 , $4)', ['$2', '$1', '$3', '$4']],
    ["($1::int, 'a''b')", [`$1::${OID.int4}`, "a'b"]],
    ['(CAST($1 AS varchar), ($2)::pg_catalog.jsonb)', [`$1::${OID.varchar}`, `$2::${OID.jsonb}`]],
    ["(NULL, 1.50), ($1, E'\\n')", [null, '1.50', '$1', '\n']],
    ['($1::BIGINT::int8, TRUE)', [`$1::${OID.int8}`, 'true']],
  ])('reads %s', (sql, fields) => {
    expect(fieldsOf(sql, 2)).toEqual(fields);
  });

  test.each([
    ...[
      '($1)',
      '($1, $2, $3)',
      '($1, $2), ($3)',
      '($1, now())',
      '($1, DEFAULT)',
      '($1, $2',
      '($1, $2),',
      '($1 $2)',
      '',
    ],
    ...[
      '($1::int::text, $2)',
      '($1::varchar(3), $2)',
      '(-$1, $2)',
      '($1 + 1, $2)',
      '($0, $1)',
      '($65536, $1)',
      '($1, $2) x',
    ],
  ])('leaves %s to the engine', (sql) => {
    expect(compile(sql, 2)).toBeNull();
  });

  test('counts rows and parameters, and keeps nothing of the statement but its literals', () => {
    const text = Buffer.from("($3, 'abc'), ($1, 'd')");
    const template = compileValues(text, 0, text.length, 2)!;
    text.fill(0);

    expect(template).toMatchObject({ rows: 2, columns: 2, parameterCount: 3 });
    expect(template.literals.bytes.toString()).toBe('abcd');
  });

  test('takes as many parameters as a message can have', () => {
    const sql = Array.from({ length: 65_535 }, (_, i) => `($${i + 1})`).join(',');
    expect(compile(sql, 1)).toMatchObject({ rows: 65_535, parameterCount: 65_535 });
  });

  test('tells when a cast turns a parameter into another type', () => {
    const template = compile('($1::int, $2)', 2)!;
    expect(convertsParameters(template, new Int32Array([OID.int4, OID.text]))).toBe(false);
    expect(convertsParameters(template, new Int32Array([OID.text, OID.text]))).toBe(true);
  });
});

describe('the types of parameters', () => {
  const COLUMNS = ['text', 'int4', 'float8', 'timestamptz', 'jsonb', 'varchar(5)', 'int8', 'text[]'];
  let postgres: RealPostgres;
  let client: Client;
  let columnOids: Int32Array;

  beforeAll(async () => {
    postgres = await startRealPostgres();
    client = await postgres.connect();
    await client.query(`CREATE TABLE t (${COLUMNS.map((type, i) => `c${i} ${type}`).join(', ')})`);
    const { rows } = await client.query<{ oid: number }>(
      `SELECT atttypid::int4 AS oid FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    columnOids = new Int32Array(rows.map(({ oid }) => oid));
  });

  afterAll(async () => {
    await client.end();
    await postgres.close();
  });

  /** What PostgreSQL infers; null where it refuses. */
  async function ask(sql: string, declared: readonly string[]): Promise<number[] | null> {
    const types = declared.length === 0 ? '' : ` (${declared.join(', ')})`;
    try {
      await client.query(`PREPARE p${types} AS ${sql}`);
    } catch {
      return null;
    }
    const { rows } = await client.query<{ types: number[] }>(
      'SELECT parameter_types::oid[]::int4[] AS types FROM pg_prepared_statements',
    );
    await client.query('DEALLOCATE p');
    return rows[0]!.types;
  }

  const DECLARED = {
    unknown: OID.unknown,
    int4: OID.int4,
    text: OID.text,
    float8: OID.float8,
    varchar: OID.varchar,
  };
  const parameter = fc.integer({ min: 1, max: 4 }).map((n) => `$${n}`);
  const type = fc.constantFrom(
    'text',
    'int',
    'float8',
    'timestamptz',
    'jsonb',
    'varchar',
    'bigint',
    'text[]',
  );
  const field = fc.oneof(
    parameter,
    parameter,
    fc.tuple(parameter, type).map(([p, t]) => `${p}::${t}`),
    fc.tuple(parameter, type).map(([p, t]) => `CAST(${p} AS ${t})`),
    fc.constantFrom('NULL', "'1'", '1'),
  );
  const row = fc.array(field, { minLength: 2, maxLength: 2 }).map((fields) => `(${fields.join(', ')})`);
  const columns = fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 2, maxLength: 2 });
  const declaration = fc.array(
    fc.constantFrom<keyof typeof DECLARED>('unknown', 'unknown', 'int4', 'text', 'float8', 'varchar'),
    {
      maxLength: 5,
    },
  );

  test('are inferred as PostgreSQL infers them', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(row, { minLength: 1, maxLength: 3 }),
        columns,
        declaration,
        async (rows, [a, b], declared) => {
          const values = rows.join(', ');
          const expected = await ask(`INSERT INTO t (c${a}, c${b}) VALUES ${values}`, declared);
          if (expected === null) return;
          compared++;
          const template = compile(values, 2)!;
          const oids = new Int32Array([columnOids[a!]!, columnOids[b!]!]);
          const types = parameterTypes(
            template,
            oids,
            new Int32Array(declared.map((name) => DECLARED[name])),
          );
          expect([values, a, b, declared, [...types]]).toEqual([values, a, b, declared, expected]);
        },
      ),
      { numRuns: 3000 },
    );
    expect(compared).toBeGreaterThan(100);
  });
});
