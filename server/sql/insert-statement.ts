// INSERT: where its rows lie, and what its head and tail say. The rows themselves are never parsed here: the parsers get
// `head VALUES (NULL) tail`, the scanner of server/ingest/decode/ gets the rows' bytes.
import { skipSpace } from './bytes';
import type { InsertHead } from './head';
import { MAX_PARSED_BYTES, parseInsertHead } from './insert-head';
import { type Lexer, TOKEN } from './lexer';
import { skipParentheses } from './marks';
import type { Range } from './split';

export interface InsertStatement extends InsertHead {
  readonly kind: 'insert';
  /** The rows behind VALUES. Null: the engine must evaluate the statement (SELECT, DEFAULT VALUES, WITH, VALUES in a set operation). */
  readonly values: Range | null;
  /** The target's name, so that the text can be pointed at another relation. */
  readonly targetRange: Range;
  /** Where ON CONFLICT or RETURNING begins; the statement's end where there is none. */
  readonly tailStart: number;
  /** The WITH clause in front of it writes, too. */
  readonly withWrites?: true;
}

/** Where the parts of an INSERT lie. */
interface Parts {
  readonly start: number;
  readonly targetRange: Range;
  readonly queryStart: number;
  readonly values: Range | null;
  readonly tailStart: number;
}

/** The lexer stands on INSERT. Null: no parser takes it. */
export function readInsert(lexer: Lexer): InsertStatement | null {
  const parts = findParts(lexer);
  if (parts === null) return null;
  const { start, queryStart, tailStart, targetRange, values } = parts;
  if (queryStart - start + lexer.limit - tailStart > MAX_PARSED_BYTES) return null;
  const tail = lexer.text.toString('utf8', tailStart, lexer.limit);
  const head = parseInsertHead(`${lexer.text.toString('utf8', start, queryStart)} VALUES (NULL) ${tail}`);
  return head === null ? null : { kind: 'insert', ...head, targetRange, values, tailStart };
}

function findParts(lexer: Lexer): Parts | null {
  const { start } = lexer;
  lexer.next();
  if (!lexer.acceptWord('INTO')) return null;
  const targetRange = skipTarget(lexer);
  if (targetRange === null || !findQuery(lexer)) return null;
  const queryStart = lexer.start;
  const values = lexer.isWord('VALUES') ? findRows(lexer) : null;
  if (values === null) {
    lexer.seek(queryStart);
    return { start, targetRange, queryStart, values, tailStart: findTail(lexer) };
  }
  return { start, targetRange, queryStart, values, tailStart: lexer.start };
}

/** Skips `a.b.c`, whatever its quoting. */
function skipTarget(lexer: Lexer): Range | null {
  const { start } = lexer;
  let end = start;
  do {
    if (lexer.kind !== TOKEN.word && lexer.kind !== TOKEN.quotedName && lexer.kind !== TOKEN.unicodeName)
      return null;
    end = lexer.end;
    lexer.next();
    if (lexer.acceptWord('UESCAPE')) {
      end = lexer.end;
      lexer.next();
    }
  } while (lexer.acceptPunctuation(0x2e));
  return { start, end };
}

/** Moves to the query behind the target, its alias, columns and OVERRIDING. False: this is no INSERT. */
function findQuery(lexer: Lexer): boolean {
  if (lexer.acceptWord('AS')) lexer.next();
  if (lexer.isPunctuation(0x28)) {
    const open = lexer.start;
    if (!skipGroup(lexer)) return false;
    lexer.next();
    // What is in parentheses is the query itself, unless one follows.
    if (!lexer.isWord('OVERRIDING') && !startsQuery(lexer)) lexer.seek(open);
  }
  if (lexer.acceptWord('OVERRIDING')) {
    lexer.next();
    lexer.next();
  }
  return startsQuery(lexer);
}

const QUERY_WORDS = ['VALUES', 'SELECT', 'WITH', 'TABLE', 'DEFAULT'];

function startsQuery(lexer: Lexer): boolean {
  return lexer.isPunctuation(0x28) || QUERY_WORDS.some((word) => lexer.isWord(word));
}

/** The rows behind VALUES, if nothing but the statement's tail follows them; the lexer is then at the tail. */
function findRows(lexer: Lexer): Range | null {
  lexer.next();
  const { start, text, limit } = lexer;
  let at = start;
  let end = -1;
  while (text[at] === 0x28 && at < limit) {
    end = skipParentheses(text, at, limit);
    if (end < 0) return null;
    at = skipSpace(text, end, limit);
    if (text[at] !== 0x2c || at >= limit) break;
    at = skipSpace(text, at + 1, limit);
    end = -1;
  }
  if (end < 0) return null;
  lexer.seek(end);
  const isTail = lexer.isEnd() || lexer.isWord('ON') || lexer.isWord('RETURNING');
  return isTail ? { start, end } : null;
}

/** The tail behind a query that is not looked into: RETURNING is reserved, ON CONFLICT is followed by (, ON or DO. */
function findTail(lexer: Lexer): number {
  let tail = -1;
  let isLabel = false;
  while (!lexer.isEnd()) {
    if (!isLabel && lexer.isWord('RETURNING')) return tail < 0 ? lexer.start : tail;
    isLabel = lexer.isPunctuation(0x2e) || lexer.isWord('AS');
    const start = lexer.start;
    if (lexer.isPunctuation(0x28) && !skipGroup(lexer)) break;
    const isOn = lexer.isWord('ON');
    lexer.next();
    if (isOn && lexer.acceptWord('CONFLICT') && isConflictTarget(lexer)) tail = start;
  }
  return tail < 0 ? lexer.limit : tail;
}

function isConflictTarget(lexer: Lexer): boolean {
  return lexer.isPunctuation(0x28) || lexer.isWord('ON') || lexer.isWord('DO');
}

/** From ( to its ), on which the lexer then stands. */
function skipGroup(lexer: Lexer): boolean {
  const end = skipParentheses(lexer.text, lexer.start, lexer.limit);
  if (end < 0) return false;
  lexer.seek(end - 1);
  return true;
}
