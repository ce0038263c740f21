// An expression's tokens with everything in parentheses, brackets or CASE ... END as one: what is left shapes the statement.
// The clauses of UPDATE and DELETE, and the conditions of a WHERE, are found with it.
import { Lexer, TOKEN } from './lexer';
import { skipParentheses } from './marks';
import type { Range } from './split';

export class TopTokens {
  /** The token, or the whole group, is text[start, end). */
  start = 0;
  end = 0;
  /** The token is ( ... ). */
  isGroup = false;
  /** Parentheses that do not close, a string that does not end: PostgreSQL is to say so. */
  isBroken = false;
  private readonly lexer: Lexer;
  private isLabel = false;

  constructor(
    readonly text: Buffer,
    range: Range,
  ) {
    this.lexer = new Lexer(text, range.start, range.end);
    this.start = range.start;
    this.end = range.start;
  }

  /** False at the end. */
  next(): boolean {
    const { lexer } = this;
    this.isLabel = lexer.isPunctuation(0x2e);
    const kind = lexer.next();
    this.isGroup = lexer.isPunctuation(0x28);
    this.start = lexer.start;
    if (kind === TOKEN.broken) this.isBroken = true;
    if (kind === TOKEN.end || kind === TOKEN.broken) return false;
    if (this.opens() && !this.skipGroup()) {
      this.isBroken = true;
      return false;
    }
    this.end = lexer.end;
    return true;
  }

  /** A keyword; `a.set` and "set" are names. */
  isWord(upper: string): boolean {
    return !this.isLabel && !this.isGroup && this.lexer.isWord(upper);
  }

  isComma(): boolean {
    return this.lexer.isPunctuation(0x2c);
  }

  /** The operator that stands here; '' where none does. */
  operator(): string {
    return this.lexer.kind === TOKEN.operator ? this.text.toString('latin1', this.start, this.end) : '';
  }

  private opens(): boolean {
    const { lexer } = this;
    if (lexer.isPunctuation(0x28) || lexer.isPunctuation(0x5b)) return true;
    return !this.isLabel && lexer.isWord('CASE');
  }

  private closes(isLabel: boolean): boolean {
    const { lexer } = this;
    if (lexer.isPunctuation(0x29) || lexer.isPunctuation(0x5d)) return true;
    return !isLabel && lexer.isWord('END');
  }

  /** From what opens a group to what closes it, on which the lexer then stands. */
  private skipGroup(): boolean {
    const { lexer } = this;
    if (this.isGroup) {
      const end = skipParentheses(lexer.text, lexer.start, lexer.limit);
      if (end < 0) return false;
      lexer.seek(end - 1);
      return true;
    }
    for (let depth = 1; depth > 0;) {
      this.isLabel = lexer.isPunctuation(0x2e);
      const kind = lexer.next();
      if (kind === TOKEN.end || kind === TOKEN.broken) return false;
      if (this.opens()) depth++;
      else if (this.closes(this.isLabel)) depth--;
    }
    this.isLabel = false;
    return true;
  }
}

/** What stands between the parentheses of a group. */
export function inside({ start, end }: Range): Range {
  return { start: start + 1, end: end - 1 };
}

/** The parts between the commas at the top of a range, each from its first token to its last; null where one is empty. */
export function splitList(text: Buffer, range: Range): Range[] | null {
  const tokens = new TopTokens(text, range);
  const parts: Range[] = [];
  let start = -1;
  let end = -1;
  while (tokens.next()) {
    if (!tokens.isComma()) {
      if (start < 0) start = tokens.start;
      end = tokens.end;
      continue;
    }
    if (start < 0) return null;
    parts.push({ start, end });
    start = -1;
  }
  if (start < 0 || tokens.isBroken) return null;
  parts.push({ start, end });
  return parts;
}

/** The parts of `(a, b)` or `ROW(a, b)`; null where the range is something else, `(a)` too. */
export function rowParts(text: Buffer, range: Range): Range[] | null {
  const tokens = new TopTokens(text, range);
  if (!tokens.next()) return null;
  const isRow = tokens.isWord('ROW');
  if (isRow && !tokens.next()) return null;
  const group = { start: tokens.start, end: tokens.end };
  if (!tokens.isGroup || tokens.next() || tokens.isBroken || isQuery(text, inside(group))) return null;
  const parts = splitList(text, inside(group));
  return parts !== null && (parts.length > 1 || isRow) ? parts : null;
}

/** The range without parentheses around the whole of it; `(a, b)` and `(SELECT ...)` keep theirs. */
export function unwrapped(text: Buffer, range: Range): Range {
  let inner = range;
  for (;;) {
    const tokens = new TopTokens(text, inner);
    if (!tokens.next() || !tokens.isGroup) return inner;
    const group = { start: tokens.start, end: tokens.end };
    if (tokens.next() || isQuery(text, inside(group)) || splitList(text, inside(group))?.length !== 1)
      return inner;
    inner = inside(group);
  }
}

const QUERY_WORDS = ['SELECT', 'WITH', 'VALUES', 'TABLE'];

/** Does a query stand in the range, perhaps in parentheses? */
export function isQuery(text: Buffer, range: Range): boolean {
  const lexer = new Lexer(text, range.start, range.end);
  lexer.next();
  while (lexer.acceptPunctuation(0x28));
  return QUERY_WORDS.some((word) => lexer.isWord(word));
}
