// Finds the bytes that shape a statement, `;` `(` `)`, without making tokens of what lies between. A Query of 16 MB is
// one VALUES list: this loop and Buffer.indexOf over its strings are all that splitting costs.
import {
  continuation,
  dollarDelimiter,
  isIdentifierPart,
  skipComment,
  skipDollarQuoted,
  skipEscaped,
  skipQuoted,
  startsComment,
} from './bytes';

const NOTHING = 0;
const MARK = 1;
const LOOK = 2;

const interest = new Uint8Array(256);
for (const char of ';()') interest[char.charCodeAt(0)] = MARK;
for (const char of '\'"$-/') interest[char.charCodeAt(0)] = LOOK;

/** The next `;`, `(` or `)` outside strings, quoted names and comments, or `end`. `start` must not lie inside a token. */
export function findMark(text: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const kind = interest[text[at]!];
    if (kind === NOTHING) at++;
    else if (kind === MARK) return at;
    else at = skipAt(text, at, start, end);
  }
  return end;
}

function skipAt(text: Buffer, at: number, start: number, end: number): number {
  const byte = text[at];
  if (byte === 0x27)
    return isEscapeString(text, at, start) ? skipEscapeString(text, at, end) : skipString(text, at, end);
  if (byte === 0x22) return skipQuoted(text, at, end);
  if (byte === 0x24) {
    const opens = !(at > start && isIdentifierPart(text[at - 1])) && dollarDelimiter(text, at, end) > 0;
    return opens ? skipDollarQuoted(text, at, end) : at + 1;
  }
  return startsComment(text, at, end) ? skipComment(text, at, end) : at + 1;
}

/** Doubled quotes need no care here: 'a''b' is skipped as two strings. */
function skipString(text: Buffer, open: number, end: number): number {
  const close = text.indexOf(0x27, open + 1);
  return close < 0 ? end : close + 1;
}

/** In E'a' <newline> 'b' the second segment has backslashes too. */
function skipEscapeString(text: Buffer, open: number, end: number): number {
  let close = skipEscaped(text, open, end);
  let next = continuation(text, close, end);
  while (next >= 0) {
    close = skipEscaped(text, next, end);
    next = continuation(text, close, end);
  }
  return close;
}

/** Is the quote at `at` that of E'...'? The E must be a word of its own. */
function isEscapeString(text: Buffer, at: number, start: number): boolean {
  if (at === start || (text[at - 1]! & 0xdf) !== 0x45) return false;
  return at - 2 < start || !isIdentifierPart(text[at - 2]);
}

/** The end of the parentheses that open at `open` (after the closing one), or -1 when they do not close before `end` or a `;`. */
export function skipParentheses(text: Buffer, open: number, end: number): number {
  let depth = 1;
  let at = open + 1;
  while (depth > 0) {
    at = findMark(text, at, end);
    if (at >= end || text[at] === 0x3b) return -1;
    depth += text[at] === 0x28 ? 1 : -1;
    at++;
  }
  return at;
}
