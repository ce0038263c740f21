// Cuts the text of a Query into its statements at `;`, before anything looks at them.
import { findMark } from './marks';
import { Lexer, TOKEN } from './lexer';

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The statements in text[start, end) without their `;`, each from its first token on. Empty ones are left out. */
export function splitStatements(text: Buffer, start: number, end: number): Range[] {
  const statements: Range[] = [];
  let from = start;
  while (from < end) {
    const first = new Lexer(text, from, end);
    if (first.next() === TOKEN.end) break;
    const to = first.isWord('CREATE') ? endOfCreate(first) : endOfStatement(text, first.start, end);
    if (!first.isPunctuation(0x3b)) statements.push({ start: first.start, end: to });
    from = to + 1;
  }
  return statements;
}

function endOfStatement(text: Buffer, start: number, end: number): number {
  let at = findMark(text, start, end);
  while (at < end && text[at] !== 0x3b) at = findMark(text, at + 1, end);
  return at;
}

/**
 * CREATE can hold statements with a `;` of their own: a function's BEGIN ATOMIC ... END (in which CASE has an END too),
 * a rule's DO (...; ...). The lexer stands on CREATE and is left there.
 */
function endOfCreate(first: Lexer): number {
  const lexer = new Lexer(first.text, first.end, first.limit);
  lexer.next();
  if (lexer.acceptWord('OR')) lexer.next();
  const isRule = lexer.isWord('RULE');
  const isRoutine = lexer.isWord('FUNCTION') || lexer.isWord('PROCEDURE');
  let blocks = 0;
  let parentheses = 0;
  while (!lexer.isEnd()) {
    if (lexer.isPunctuation(0x3b) && blocks === 0 && parentheses <= 0) return lexer.start;
    if (isRule) parentheses += lexer.isPunctuation(0x28) ? 1 : lexer.isPunctuation(0x29) ? -1 : 0;
    if (isRoutine) blocks = Math.max(0, blocks + blockStep(lexer, blocks));
    lexer.next();
  }
  return first.limit;
}

/** +1 where a block opens, -1 where one closes. Leaves the lexer on the block's last word. */
function blockStep(lexer: Lexer, blocks: number): number {
  if (blocks > 0) return lexer.isWord('CASE') ? 1 : lexer.isWord('END') ? -1 : 0;
  if (!lexer.isWord('BEGIN')) return 0;
  const next = new Lexer(lexer.text, lexer.end, lexer.limit);
  next.next();
  return next.isWord('ATOMIC') ? 1 : 0;
}
