import fc from 'fast-check';
import { parseSync } from 'libpg-query';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type RealPostgres, startRealPostgres } from '../../tests/support/real-postgres';
import { PostgresError } from '../postgres-error';
import { loadParser } from './head-exact';
import { readStatement } from './statement';

function readCopy(sql: string) {
  const text = Buffer.from(sql);
  return readStatement(text, 0, text.length);
}

const BAD = [
  '(format xml)',
  '(format csv, format csv)',
  '(format)',
  '(wings)',
  "(wings 'x', format xml)",
  '(header 2)',
  '(header maybe)',
  "(header 'match', format binary)",
  '(header true, format binary)',
  '(delimiter)',
  "(delimiter '')",
  "(delimiter 'ab')",
  "(delimiter 'é')",
  "(delimiter 'a')",
  "(delimiter '.')",
  "(delimiter E'\\\\')",
  "(delimiter E'\\n')",
  "(delimiter E'\\r', format csv)",
  "(delimiter ',', format binary)",
  "(null 'x', format binary)",
  "(null E'a\\nb')",
  "(null E'a\\tb')",
  "(null '\"', format csv)",
  "(null 'a,b', format csv)",
  "(quote '\"')",
  "(quote 'ab', format csv)",
  "(quote ',', format csv)",
  "(quote '', format csv)",
  "(escape 'x')",
  "(escape 'xy', format csv)",
  '(force_quote (a))',
  '(force_quote (a), format csv)',
  '(force_quote *, format csv)',
  '(force_quote a, format csv)',
  '(force_not_null (a))',
  '(force_not_null *)',
  '(force_not_null x, format csv)',
  '(force_null (a))',
  '(force_null (a), format binary)',
  '(force_null, format csv)',
  "(encoding 'klingon')",
  '(encoding)',
  '(freeze maybe)',
  '(on_error)',
  '(on_error skip)',
  '(on_error 5)',
  '(on_error ignore, format binary)',
  "(on_error 'stop', on_error 'stop')",
  '(log_verbosity loud)',
  '(log_verbosity)',
  '(reject_limit 5)',
  'csv csv',
  'binary csv',
  'csv header header',
  "delimiter 'ab'",
  'force quote a',
  'csv force quote *',
  'csv force not null a force not null b',
  'force null a',
  "with binary delimiter 'x'",
  "with delimiter as 'x' delimiter as 'y'",
  '(header (a))',
  '(format (csv))',
  '(format *)',
  '(delimiter *)',
  '(delimiter 5)',
  '(delimiter -5)',
  '(null 5, format csv)',
  '(null true)',
  '(freeze 2)',
  '(freeze -1)',
  '(header 1.0)',
  '(header on, format csv)',
  "(header 'TRUE', format csv)",
];

function ours(options: string): string {
  const statement = readCopy(`COPY t FROM STDIN ${options}`);
  if (statement.kind !== 'copy-in') return `42601 ${statement.kind}`;
  return statement.options instanceof PostgresError
    ? `${statement.options.code} ${statement.options.message}`
    : 'taken';
}

beforeAll(loadParser);

describe('COPY options', () => {
  let postgres: RealPostgres;
  let client: Client;

  beforeAll(async () => {
    postgres = await startRealPostgres();
    client = await postgres.connect();
    await client.query('create table t (a text, b text)');
  });

  afterAll(async () => {
    await client.end();
    await postgres.close();
  });

  async function verdict(options: string): Promise<string> {
    const stream = client.query(copyFrom(`COPY t FROM STDIN ${options}`));
    return new Promise((resolve) => {
      stream.on('error', (error: Error & { code?: string }) => resolve(`${error.code} ${error.message}`));
      stream.on('finish', () => resolve('taken'));
      stream.end();
    });
  }

  test.each(BAD)('are judged as PostgreSQL judges them: %s', async (options) => {
    expect(ours(options)).toBe(await verdict(options));
  });
});

const TEXT = {
  format: 'text',
  delimiter: 9,
  nullString: '\\N',
  header: false,
  quote: 34,
  escape: 34,
  forceNotNull: [],
  forceNull: [],
  encoding: null,
  onError: 'stop',
};
const CSV = { ...TEXT, format: 'csv', delimiter: 44, nullString: '' };
const BINARY = { ...TEXT, format: 'binary' };

describe('COPY ... FROM STDIN', () => {
  test.each([
    ['COPY t FROM STDIN', TEXT],
    ['copy orders(id,name) from stdin', TEXT],
    ['COPY  t FROM STDIN csv', CSV],
    ["COPY t(id, name) FROM STDIN (FORMAT 'csv')", CSV],
    ['COPY t FROM STDIN WITH (FORMAT csv)', CSV],
    ['COPY t FROM STDIN WITH CSV HEADER', { ...CSV, header: true }],
    ['COPY "public"."t" ("id", "n") FROM STDIN (FORMAT BINARY)', BINARY],
    ['copy "s"."t" ( "a", "b" ) from stdin binary', BINARY],
    ['COPY BINARY t FROM STDIN', BINARY],
    ['COPY t FROM STDIN WITH BINARY', BINARY],
    ['copy pgbench_accounts from stdin with (freeze on)', TEXT],
    ["COPY t FROM stdin WITH DELIMITER AS '\t' NULL AS '\\N'", TEXT],
    ["COPY t FROM STDIN USING DELIMITERS '|'", { ...TEXT, delimiter: 124 }],
    ["COPY t FROM STDIN DELIMITERS '|' WITH NULL AS ''", { ...TEXT, delimiter: 124, nullString: '' }],
    ["COPY t FROM STDIN WITH DELIMITER '|' NULL ''", { ...TEXT, delimiter: 124, nullString: '' }],
    [
      `COPY t FROM STDIN CSV QUOTE AS '''' ESCAPE E'\\\\' FORCE NOT NULL a, "B" FORCE NULL c`,
      { ...CSV, quote: 39, escape: 92, forceNotNull: ['a', 'B'], forceNull: ['c'] },
    ],
    [
      "COPY t FROM STDIN (FORMAT csv, HEADER match, DELIMITER ';', NULL 'n', QUOTE $$~$$, FORCE_NOT_NULL *, FORCE_NULL (A), ENCODING 'latin-1', ON_ERROR ignore, LOG_VERBOSITY verbose)",
      {
        ...CSV,
        header: 'match',
        delimiter: 59,
        nullString: 'n',
        quote: 126,
        escape: 126,
        forceNotNull: '*',
        forceNull: ['a'],
        encoding: 'latin-1',
        onError: 'ignore',
      },
    ],
    ["COPY t FROM STDIN ENCODING 'utf8' /* no */ -- comment", { ...TEXT, encoding: 'utf8' }],
  ])('reads the options of %s', (sql, options) => {
    expect(readCopy(sql)).toMatchObject({ kind: 'copy-in', options });
  });

  test('reads the target and its columns as PostgreSQL folds them', () => {
    expect(readCopy('COPY Db."S".T (A, "B c", "d""e") FROM STDIN')).toMatchObject({
      target: { database: 'db', schema: 'S', name: 't' },
      columns: ['a', 'B c', 'd"e'],
    });
    expect(readCopy('COPY "binary" FROM STDIN')).toMatchObject({ target: { name: 'binary' }, columns: null });
  });

  test('leaves COPY TO, files and broken statements to the engine', () => {
    const others = [
      'COPY t TO STDOUT',
      'COPY (SELECT 1) TO STDOUT',
      "COPY t FROM '/x'",
      "COPY t FROM PROGRAM 'x'",
    ];
    const broken = [
      'COPY t FROM STDIN csv,',
      'COPY t FROM STDIN (',
      'COPY t () FROM STDIN',
      'COPY t FROM STDIN (a b c)',
    ];
    for (const sql of [...others, ...broken]) expect(readCopy(sql)).toEqual({ kind: 'other', word: 'COPY' });
  });

  test('says that WHERE and DEFAULT are not supported, which only a gateway table raises', () => {
    for (const options of ['WHERE a > 1', "(DEFAULT 'x')", 'CSV WHERE true'])
      expect(ours(options)).toMatch(/^0A000 .* not supported for gateway tables$/);
  });

  test('takes and refuses what PostgreSQL takes and refuses', () => {
    const pieces = fc.constantFrom(
      ...[
        'BINARY',
        'CSV',
        'HEADER',
        'FREEZE',
        'WITH',
        'NULL',
        'AS',
        'DELIMITER',
        "'x'",
        'FORCE QUOTE a',
        'FORCE NOT NULL a, "B"',
        'FORCE NULL *',
        'QUOTE',
        '*',
        'a',
      ],
      ...['(format csv)', '(a)', '(header, null "x")', '(x 5, y -1.5)', '(x (a, b))', '(x *)', 'ENCODING'],
      ...['USING', 'DELIMITERS', 'FROM', 'STDIN', 't', '"T"', 's.t', 'ESCAPE', "E'\\t'", '(format true)'],
    );
    fc.assert(
      fc.property(
        fc.constantFrom('', 'BINARY '),
        fc.constantFrom('t', 's.t', '"T"', 't (a, b)', 'd.s.t(a)', 't()', ''),
        fc.array(pieces, { maxLength: 6 }),
        (binary, target, tail) => {
          const sql = `COPY ${binary}${target} FROM STDIN ${tail.join(' ')}`;
          expect([sql, readCopy(sql).kind]).toEqual([sql, isCopy(sql) ? 'copy-in' : 'other']);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

function isCopy(sql: string): boolean {
  try {
    return 'CopyStmt' in parseSync(sql).stmts![0]!.stmt!;
  } catch {
    return false;
  }
}
