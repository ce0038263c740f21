import fc from 'fast-check';
import { scanSync } from 'libpg-query';
import { loadParser } from './head-exact';
import { Lexer, TOKEN, type TokenKind } from './lexer';

function lex(sql: string): [string, TokenKind][] {
  const text = Buffer.from(`'${sql}'`);
  const lexer = new Lexer(text, 1, text.length - 1);
  const tokens: [string, TokenKind][] = [];
  while (lexer.next() !== TOKEN.end) tokens.push([text.toString('utf8', lexer.start, lexer.end), lexer.kind]);
  return tokens;
}

/** PostgreSQL's own tokens, comments left out; null where it refuses the text. */
function lexByPostgres(sql: string): string[] | null {
  try {
    const text = Buffer.from(sql);
    return scanSync(sql)
      .tokens.filter(({ tokenName }) => !tokenName.endsWith('COMMENT'))
      .map(({ start, end }) => text.toString('utf8', start, end));
  } catch {
    return null;
  }
}

beforeAll(loadParser);

test.each<[string, TokenKind]>([
  ['word', TOKEN.word],
  ['größe$1_', TOKEN.word],
  ['"quoted "" name"', TOKEN.quotedName],
  ['U&"\\0061"', TOKEN.unicodeName],
  ["'it''s'", TOKEN.string],
  ["'a' -- more\n 'b'", TOKEN.string],
  ["e'\\''", TOKEN.escapeString],
  ["E'a'\n'\\''", TOKEN.escapeString],
  ["u&'x'", TOKEN.otherString],
  ["N'x'", TOKEN.otherString],
  ["x'1F'", TOKEN.otherString],
  ['$$ $a$ $$', TOKEN.dollarString],
  ['$Tag_1$ $$ $Tag_1$', TOKEN.dollarString],
  ['1.5e-10', TOKEN.number],
  ['.5', TOKEN.number],
  ['$12', TOKEN.parameter],
  ['<->', TOKEN.operator],
  ['@-', TOKEN.operator],
  ['::', TOKEN.cast],
  ['(', TOKEN.punctuation],
  ["'open", TOKEN.broken],
  ["E'open\\'", TOKEN.broken],
  ['"open', TOKEN.broken],
  ['""', TOKEN.broken],
  ['$a$ open $$', TOKEN.broken],
  ['{', TOKEN.broken],
])('%s is one token', (sql, kind) => {
  // An unterminated string swallows what stands behind it.
  const follower = kind === TOKEN.broken && sql !== '{' && sql !== '""' ? '' : ' ;';
  expect(lex(` /* x */ ${sql}${follower}`)[0]).toEqual([sql, kind]);
});

test('compares keywords without regard to case', () => {
  const lexer = new Lexer(Buffer.from('force_Null "FORCE_NULL" valuesx value'), 0, 37);
  lexer.next();
  expect(lexer.isWord('FORCE_NULL')).toBe(true);
  lexer.next();
  expect(lexer.isWord('FORCE_NULL')).toBe(false);
  lexer.next();
  expect(lexer.isWord('VALUES')).toBe(false);
  lexer.next();
  expect(lexer.isWord('VALUE')).toBe(true);
  expect(lexer.next()).toBe(TOKEN.end);
});

test('finds the tokens that PostgreSQL finds', () => {
  const piece = fc.constantFrom(
    ...[
      'a',
      'E',
      'e',
      'U&',

      "'",
      "''",
      '"',
      '""',
      '\\',
      '$',
      '$$',
      '$a$',
      '1',
      '.5',
      '1.',
      'e5',
      '--',
      '/*',
      '*/',
      '\n',
    ],
    ...[
      ' ',
      '(',
      ')',
      ',',
      ';',
      '[',
      ']',
      '::',
      '.',
      '+',
      '-',
      '<=',
      '@',
      '!~',
      '*',
      'é',
      '_',
      '$1',
      '%',
      "'x'",
      "E'\\'",
      '=',
      '\t',
    ],
  );
  let compared = 0;
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const sql = pieces.join('');
      const expected = lexByPostgres(sql);
      // `..`, `=>` and `1_0.5` are single tokens there, and of no interest here.
      if (expected === null || /\.\.|=>|<>|!=|\d_/.test(sql)) return;
      compared++;
      expect([sql, lex(sql).map(([token]) => token)]).toEqual([sql, expected]);
    }),
    { numRuns: 5_000 },
  );
  expect(compared).toBeGreaterThan(500);
});
