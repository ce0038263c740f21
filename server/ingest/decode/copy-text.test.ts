// Text COPY data read as PostgreSQL reads it: each case goes to a real server and to the scanner.
import fc from 'fast-check';
import type { Client } from 'pg';
import { copyByPostgres, copyBySluice, encodedByPostgres } from '../../../tests/support/copy-oracle';
import { type RealPostgres, startRealPostgres } from '../../../tests/support/real-postgres';
import { type CopyOptions, defaultCopyOptions } from './copy-options';

let postgres: RealPostgres;
let client: Client;

beforeAll(async () => {
  postgres = await startRealPostgres();
  client = await postgres.connect();
});

afterAll(async () => {
  await client?.end();
  await postgres?.close();
});

const COLUMNS = ['a', 'b'];

function options(some: Partial<CopyOptions> = {}): CopyOptions {
  return { ...defaultCopyOptions('text'), ...some };
}

/** What stands in the statement for the options that a text COPY can have. */
function sql({ delimiter, nullString, header }: CopyOptions): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  return `DELIMITER ${quoted(String.fromCharCode(delimiter))}, NULL ${quoted(nullString)}, HEADER ${String(header)}`;
}

test.each<[string, string | Buffer, Partial<CopyOptions>?]>([
  ['plain rows', 'a\tb\nc\td\n'],
  ['a last line without newline', 'a\tb\nc\td'],
  ['no data', ''],
  ['an empty line', '\n'],
  ['an empty line among others', 'a\tb\n\nc\td\n'],
  ['NULL and what looks like it', '\\N\t\\\\N\n\\Nx\tN\n\\N\\N\t\\N\n'],
  ['the escapes', '\\b\\f\\n\\r\\t\\v\t\\a\\z\\\\\\"\n'],
  ['octal and hexadecimal escapes', '\\101\\7\\18\\1011\t\\x41\\x4\\x4g\\xg\\X41\n'],
  ['escaped bytes that make a character', '\\303\\251\t\\xc3\\xA9\n'],
  ['an octal escape above a byte', '\\501\t\\477\n'],
  ['an escaped NUL', 'a\t\\0\n'],
  ['an escaped NUL in hexadecimal', '\\x00\tb\n'],
  ['a NUL', 'a\tb\nc\0\td\n'],
  ['a NUL behind a backslash', 'a\tb\nc\\\0\td\n'],
  ['an escaped delimiter', 'a\\\tb\tc\n'],
  ['an escaped newline', 'a\\\nb\tc\nd\te\n'],
  ['an escaped carriage return', 'a\\\rb\tc\nd\te\n'],
  ['an escaped newline after CRLF', 'a\tb\r\na\\\r\nb\tc\r\n'],
  ['a backslash at the end', 'a\tb\\'],
  ['a backslash at the end behind NULL', 'a\t\\N\\'],
  ['a backslash as the only byte', '\\'],
  ['CRLF', 'a\tb\r\nc\td\r\n'],
  ['CR', 'a\tb\rc\td\r'],
  ['CR at the end without more', 'a\tb\r'],
  ['CR and then LF', 'a\tb\rc\td\n'],
  ['LF and then CR', 'a\tb\nc\td\r'],
  ['LF and then CRLF', 'a\tb\nc\td\r\n'],
  ['CRLF and then LF', 'a\tb\r\nc\td\n'],
  ['CRLF and then CR', 'a\tb\r\nc\td\re\tf\r\n'],
  ['CRLF and then CR at the end', 'a\tb\r\nc\td\r'],
  ['a missing column', 'a\tb\nc\n'],
  ['an extra column', 'a\tb\nc\td\te\n'],
  ['a delimiter at the end', 'a\tb\t\n'],
  ['the end of the data', 'a\tb\n\\.\nrubbish\0\n'],
  ['the end of the data after a row on its line', 'a\tb\\.\nrubbish\n'],
  ['the end of the data without newline', 'a\tb\n\\.'],
  ['the end of the data and more on its line', 'a\tb\n\\.x\n'],
  ['the end of the data with CR after LF', 'a\tb\n\\.\r\n'],
  ['the end of the data with LF after CRLF', 'a\tb\r\n\\.\n'],
  ['the end of the data with CRLF', 'a\tb\r\n\\.\r\nrubbish'],
  ['the end of the data with CR and no more after CRLF', 'a\tb\r\n\\.\r'],
  ['the end of the data with CR', 'a\tb\r\\.\rrubbish'],
  ['a backslash before the end of the data', 'a\t\\\\.\n'],
  ['only the end of the data', '\\.\n'],
  ['a header', 'x\ty\tz\na\tb\n', { header: true }],
  ['only a header', 'x\ty', { header: true }],
  ['a header that matches', 'a\tb\nc\td\n', { header: 'match' }],
  ['a header that does not', 'a\tc\nc\td\n', { header: 'match' }],
  ['a header with NULL', 'a\t\\N\nc\td\n', { header: 'match' }],
  ['a header that is too short', 'a\nc\td\n', { header: 'match' }],
  ['a header that is too long', 'a\tb\tc\nc\td\n', { header: 'match' }],
  ['no header', '', { header: 'match' }],
  ['no header before the end of the data', '\\.\n', { header: 'match' }],
  ['another NULL', 'NULL\t\\N\nNULLx\tN\n', { nullString: 'NULL' }],
  ['an empty NULL', '\t\\N\n', { nullString: '' }],
  ['a NULL that needs no escape', '\\0\t\\x\n', { nullString: '\\0' }],
  ['a NULL that is a backslash', '\\|\\\n\\|\\', { nullString: '\\', delimiter: 0x7c }],
  ['a delimiter that is a hexadecimal digit', '\\x4AbAc\n', { delimiter: 0x41 }],
])('%s is read as PostgreSQL reads it', async (_, text, some = {}) => {
  const data = Buffer.from(text);
  const expected = await copyByPostgres(client, COLUMNS, sql(options(some)), data);
  for (const cuts of [[], [1], [2, 3]])
    expect(copyBySluice(COLUMNS, options(some), data, cuts)).toEqual(expected);
});

const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });

test('data of awkward bytes gives the rows or the error that PostgreSQL gives', async () => {
  const piece = fc.constantFrom(
    ...'gt.N0x14n',
    '\t',
    '\t',
    '\\',
    '\\',
    '\n',
    '\n',
    '\r',
    '\r\n',
    '\\.\n',
    '\\N',
    'é',
  );
  const data = fc.array(piece, { maxLength: 24 }).map((pieces) => Buffer.from(pieces.join('')));
  const some = fc.record({
    header: fc.constantFrom(false, true),
    nullString: fc.constantFrom('\\N', '', 'g', '\\\\'),
  });
  await fc.assert(
    fc.asyncProperty(data, some, cuts, async (bytes, chosen, cut) => {
      const expected = await copyByPostgres(client, COLUMNS, sql(options(chosen)), bytes);
      expect(copyBySluice(COLUMNS, options(chosen), bytes, cut)).toEqual(expected);
    }),
    { numRuns: 600 },
  );
}, 120_000);

const value = fc.option(
  fc.string({
    unit: fc.constantFrom('a', 'N', '\\', '\t', '\n', '\r', '|', '.', '"', 'é', '😀', '\x01'),
    maxLength: 9,
  }),
);
const rows = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
  );

test('what PostgreSQL has written is read back', async () => {
  const some = fc.constantFrom<Partial<CopyOptions>>(
    {},
    { delimiter: 0x7c },
    { nullString: '' },
    { nullString: 'aa' },
  );
  await fc.assert(
    fc.asyncProperty(rows, some, cuts, async (table, chosen, cut) => {
      fc.pre(!table.some((row) => row.includes(options(chosen).nullString)));
      const data = await encodedByPostgres(client, table, sql(options(chosen)));
      const columns = table[0]!.map((_, index) => `c${index}`);
      expect(copyBySluice(columns, options(chosen), data, cut)).toEqual({ rows: table });
    }),
    { numRuns: 150 },
  );
}, 60_000);
