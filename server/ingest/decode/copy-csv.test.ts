// CSV COPY data read as PostgreSQL reads it: each case goes to a real server and to the scanner.
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
  return { ...defaultCopyOptions('csv'), ...some };
}

/** The options as they stand in the statement. */
function sql({ delimiter, nullString, header, quote, escape, ...forced }: CopyOptions): string {
  const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
  const byte = (code: number) => quoted(String.fromCharCode(code));
  const said = [
    `FORMAT csv, DELIMITER ${byte(delimiter)}, NULL ${quoted(nullString)}, HEADER ${String(header)}`,
    `QUOTE ${byte(quote)}, ESCAPE ${byte(escape)}`,
  ];
  for (const [option, named] of [
    ['FORCE_NOT_NULL', forced.forceNotNull],
    ['FORCE_NULL', forced.forceNull],
  ] as const) {
    if (named === '*') said.push(`${option} *`);
    else if (named.length > 0) said.push(`${option} (${named.map((name) => `"${name}"`).join()})`);
  }
  return said.join();
}

const BACKSLASH = 0x5c;

test.each<[string, string, Partial<CopyOptions>?]>([
  ['plain rows', 'a,b\nc,d\n'],
  ['a last line without newline', 'a,b\nc,d'],
  ['no data', ''],
  ['an empty line', '\n'],
  ['an empty line among others', 'a,b\n\nc,d\n'],
  ['quoted fields', '"a","b"\n"c,d","e"\n"f",g\n'],
  ['doubled quotes', 'a,b\n"a""b",""""\n"""a""",""\n'],
  ['newlines in quotes', 'a,b\n"a\nb\n","c"\nd,e\n'],
  ['carriage returns in quotes', 'a,b\n"a\rb\r\n","c"\nd,e,f\n'],
  ['newlines in quotes on the first line', '"a\nb\n","c",x\n'],
  ['CRLF in quotes on the first line', '"a\r\nb\r\n","c",x\r\n'],
  ['an empty string and NULL', '"",\n,""\n'],
  ['text behind a closing quote', '"a"b,c\n"a"b"c",d\n'],
  ['quotes in the middle', 'a"b,c"d,e\nf" "g,h\n'],
  ['spaces beside quotes', ' "a" , "b"\n'],
  ['an unterminated quote', 'a,b\n"c,d\ne,f\n'],
  ['an unterminated quote at the end', 'a,"'],
  ['an unterminated quote behind too many columns', 'a,b,c,"\n'],
  ['a NUL', 'a,b\n"c\0",d\n'],
  ['CRLF', 'a,b\r\n"c",d\r\n'],
  ['CR', 'a,b\r"c",d\r'],
  ['LF and then CR', 'a,b\nc,d\r'],
  ['LF and then CRLF', 'a,b\n"c","d"\r\n'],
  ['CRLF and then LF', 'a,b\r\nc,d\n'],
  ['CRLF and then CR', 'a,b\r\nc,d\re,f\r\n'],
  ['CR and then LF', 'a,b\rc,d\n'],
  ['a missing column', 'a,b\nc\n'],
  ['an extra column', 'a,b\nc,d,e\n'],
  ['a delimiter at the end', 'a,b,\n'],
  ['an extra column in quotes', 'a,b\n"c","d","e"\n'],
  ['the end of the data', 'a,b\n\\.\nrubbish,"\n'],
  ['the end of the data without newline', 'a,b\n\\.'],
  ['the end of the data with CRLF', 'a,b\r\n\\.\r\nrubbish'],
  ['the end of the data with LF after CRLF', 'a,b\r\n\\.\n'],
  ['the end of the data with CRLF after LF', 'a,b\n\\.\r\n'],
  ['the end of the data with CR', 'a,b\r\\.\rrubbish'],
  ['the end of the data in quotes', '"a\n\\.\n",b\nc,d\n'],
  ['a quoted end of the data', '"\\.",b\n"\\.","\\."\n'],
  ['what begins like the end of the data', '\\.a,b\n\\.,c\n\\,d\n\\\\.,e\n'],
  ['what ends like the end of the data', 'a,\\.\nb,c\\.\n'],
  ['only the end of the data', '\\.\n'],
  ['a backslash as the only byte', '\\'],
  ['a header', 'x,"y\nz"\na,b\n', { header: true }],
  ['a header that matches', '"a",b\nc,d\n', { header: 'match' }],
  ['a header that does not', 'a,"B"\nc,d\n', { header: 'match' }],
  ['a header with NULL', 'a,\nc,d\n', { header: 'match' }],
  ['a header that is too short', 'a\nc,d\n', { header: 'match' }],
  ['no header', '', { header: 'match' }],
  ['another escape', '"a\\"b","\\\\"\n"\\a","c\\"\n', { escape: BACKSLASH }],
  ['an escape before the end of a quote', '"a\\",b\n', { escape: BACKSLASH }],
  ['an escape that is not in quotes', 'a\\"b,c"\n,d\n', { escape: BACKSLASH }],
  ['doubled quotes with another escape', '"a""b",c\n', { escape: BACKSLASH }],
  ['another quote', "'a,b','c''d'\n\"e\",'f'\n", { quote: 0x27, escape: 0x27 }],
  ['a quote that is a backslash', '\\a,b\\,c\n\\.\n\\.\\,d\n', { quote: BACKSLASH, escape: BACKSLASH }],
  ['a delimiter that is a backslash', 'a\\b\n\\.\n', { delimiter: BACKSLASH }],
  ['a delimiter that is a tab', 'a\tb\n"c\t"\t\n', { delimiter: 9 }],
  ['another NULL', 'NULL,"NULL"\nNULLx,\n', { nullString: 'NULL' }],
  ['FORCE_NOT_NULL', ',\n"",""\n', { forceNotNull: ['a'] }],
  ['FORCE_NOT_NULL of all', ',\n"x"",",y\n', { forceNotNull: '*' }],
  ['FORCE_NULL', '"",""\n,"a"\n"""","",x\n', { forceNull: ['b'] }],
  ['FORCE_NULL of all', '"",""\n""x"",""""""\n', { forceNull: '*' }],
  ['FORCE_NULL with another NULL', '"N","N"\nN,"""N"\n"N"N,""N\n', { forceNull: ['b'], nullString: 'N' }],
  ['FORCE_NULL and FORCE_NOT_NULL of one column', ',\n"",""\n', { forceNull: ['a'], forceNotNull: ['a'] }],
])('%s is read as PostgreSQL reads it', async (_, text, some = {}) => {
  const data = Buffer.from(text);
  const expected = await copyByPostgres(client, COLUMNS, sql(options(some)), data);
  for (const cuts of [[], [1], [2, 3]])
    expect(copyBySluice(COLUMNS, options(some), data, cuts)).toEqual(expected);
});

const cuts = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });

const chosenOptions = fc.record({
  header: fc.constantFrom(false, true),
  nullString: fc.constantFrom('', 'a', '\\N'),
  delimiter: fc.constantFrom(0x2c, 0x3b),
  escape: fc.constantFrom(0x22, 0x22, 0x22, BACKSLASH, 0x61),
  forceNull: fc.constantFrom<CopyOptions['forceNull']>([], [], ['a'], '*'),
  forceNotNull: fc.constantFrom<CopyOptions['forceNotNull']>([], [], ['b'], '*'),
});

test('data of awkward bytes gives the rows or the error that PostgreSQL gives', async () => {
  const piece = fc.constantFrom(
    ...'ab.é;',
    ',',
    ',',
    '"',
    '"',
    '"a"',
    '\n',
    '\n',
    '\n',
    '\r',
    '\r\n',
    '\\',
    '\\.\n',
  );
  const data = fc.array(piece, { maxLength: 24 }).map((pieces) => Buffer.from(pieces.join('')));
  await fc.assert(
    fc.asyncProperty(data, chosenOptions, cuts, async (bytes, chosen, cut) => {
      const expected = await copyByPostgres(client, COLUMNS, sql(options(chosen)), bytes);
      expect(copyBySluice(COLUMNS, options(chosen), bytes, cut)).toEqual(expected);
    }),
    { numRuns: 600 },
  );
}, 120_000);

const value = fc.option(
  fc.string({
    unit: fc.constantFrom('a', 'N', '\\', '"', ',', ';', '\n', '\r', '.', 'é', '😀'),
    maxLength: 9,
  }),
);
const rows = fc
  .integer({ min: 1, max: 4 })
  .chain((width) =>
    fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }),
  );

test('what PostgreSQL has written is read back', async () => {
  const written = chosenOptions.map((chosen) => ({ ...chosen, forceNull: [], forceNotNull: [] }));
  await fc.assert(
    fc.asyncProperty(rows, written, cuts, async (table, chosen, cut) => {
      const data = await encodedByPostgres(client, table, sql(options(chosen)));
      const columns = table[0]!.map((_, index) => `c${index}`);
      expect(copyBySluice(columns, options(chosen), data, cut)).toEqual({ rows: table });
    }),
    { numRuns: 150 },
  );
}, 60_000);
