// Classes of bytes in SQL text, and how far quotes and comments reach. The lowest floor of server/sql/: everything that
// reads a statement, from splitting to the literals of a VALUES list, agrees here on where a string ends.

const IDENTIFIER_START = 1;
const IDENTIFIER_PART = 2;
const DIGIT = 4;
const SPACE = 8;
const OPERATOR = 16;

const classes = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const char = String.fromCharCode(byte);
  // PostgreSQL takes every byte of a multi-byte character for a letter.
  if (/[A-Za-z_]/.test(char) || byte >= 0x80) classes[byte] = IDENTIFIER_START | IDENTIFIER_PART;
  else if (/[0-9]/.test(char)) classes[byte] = IDENTIFIER_PART | DIGIT;
  else if (char === '$') classes[byte] = IDENTIFIER_PART;
  else if (/[ \t\n\r\f\v]/.test(char)) classes[byte] = SPACE;
  else if ('~!@#^&|`?+-*/%<>='.includes(char)) classes[byte] = OPERATOR;
}

export function isIdentifierStart(byte: number | undefined): boolean {
  return byte !== undefined && (classes[byte]! & IDENTIFIER_START) !== 0;
}

export function isIdentifierPart(byte: number | undefined): boolean {
  return byte !== undefined && (classes[byte]! & IDENTIFIER_PART) !== 0;
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isSpace(byte: number | undefined): boolean {
  return byte !== undefined && (classes[byte]! & SPACE) !== 0;
}

export function isOperator(byte: number | undefined): boolean {
  return byte !== undefined && (classes[byte]! & OPERATOR) !== 0;
}

/** The end of a quoted text whose opening quote is at `open`, the doubled quote being part of it; `limit` + 1 when it is unterminated. */
export function skipQuoted(text: Buffer, open: number, limit: number): number {
  const quote = text[open]!;
  let close = text.indexOf(quote, open + 1);
  while (close >= 0 && close < limit && close + 1 < limit && text[close + 1] === quote)
    close = text.indexOf(quote, close + 2);
  return close < 0 || close >= limit ? limit + 1 : close + 1;
}

/** As skipQuoted, for B'...' and X'...', which know no doubled quote. */
export function skipBits(text: Buffer, open: number, limit: number): number {
  const close = text.indexOf(0x27, open + 1);
  return close < 0 || close >= limit ? limit + 1 : close + 1;
}

/** As skipQuoted, for the inside of E'...': a backslash takes the next byte with it. */
export function skipEscaped(text: Buffer, open: number, limit: number): number {
  for (let at = open + 1; at < limit; at++) {
    const byte = text[at];
    if (byte === 0x5c) at++;
    else if (byte === 0x27) {
      if (at + 1 >= limit || text[at + 1] !== 0x27) return at + 1;
      at++;
    }
  }
  return limit + 1;
}

/** The length of the opening delimiter `$tag$` at `open`, or 0 where none stands. */
export function dollarDelimiter(text: Buffer, open: number, limit: number): number {
  let at = open + 1;
  if (at >= limit || (text[at] !== 0x24 && !isIdentifierStart(text[at]))) return 0;
  while (at < limit && text[at] !== 0x24) {
    if (!isIdentifierPart(text[at])) return 0;
    at++;
  }
  return at < limit ? at + 1 - open : 0;
}

/** The end of a dollar-quoted text; `limit` + 1 when it is unterminated. */
export function skipDollarQuoted(text: Buffer, open: number, limit: number): number {
  const length = dollarDelimiter(text, open, limit);
  const close = text.indexOf(text.subarray(open, open + length), open + length);
  return close < 0 || close + length > limit ? limit + 1 : close + length;
}

/** The end of a line comment (before its newline), or of a block comment; `limit` when it is unterminated. */
export function skipComment(text: Buffer, open: number, limit: number): number {
  if (text[open] !== 0x2d) return skipBlockComment(text, open, limit);
  for (let at = open; at < limit; at++) if (text[at] === 0x0a || text[at] === 0x0d) return at;
  return limit;
}

/** Block comments nest. */
function skipBlockComment(text: Buffer, open: number, limit: number): number {
  let depth = 0;
  for (let at = open; at + 1 < limit; at++) {
    const opens = text[at] === 0x2f && text[at + 1] === 0x2a;
    const closes = text[at] === 0x2a && text[at + 1] === 0x2f;
    if (!opens && !closes) continue;
    depth += opens ? 1 : -1;
    at++;
    if (depth === 0) return at + 1;
  }
  return limit;
}

export function startsComment(text: Buffer, at: number, limit: number): boolean {
  if (at + 1 >= limit) return false;
  const byte = text[at];
  return (byte === 0x2d && text[at + 1] === 0x2d) || (byte === 0x2f && text[at + 1] === 0x2a);
}

/** Skips white space and comments. */
export function skipSpace(text: Buffer, start: number, limit: number): number {
  let at = start;
  while (at < limit) {
    if (isSpace(text[at])) at++;
    else if (startsComment(text, at, limit)) at = skipComment(text, at, limit);
    else break;
  }
  return at;
}

/**
 * Where a string that ended at `end` goes on: 'a' <newline> 'b' is one string. Gives the offset of the next segment's
 * quote, or -1. Between the two may be white space with a newline and line comments, no block comment.
 */
export function continuation(text: Buffer, end: number, limit: number): number {
  let newline = false;
  let at = end;
  while (at < limit) {
    const byte = text[at];
    if (byte === 0x27) return newline ? at : -1;
    if (byte === 0x0a || byte === 0x0d) newline = true;
    if (isSpace(byte)) at++;
    else if (byte === 0x2d && startsComment(text, at, limit)) at = skipComment(text, at, limit);
    else return -1;
  }
  return -1;
}
