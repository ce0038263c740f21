// What a statement is, from its bytes: writes, COPY and transaction control are told apart here, all else is PostgreSQL's
// business. First thing that happens to a statement after the Query or Parse message is taken apart.
import { type CopyInStatement, readCopy } from './copy-statement';
import { type DdlStatement, readAlter, readCreate, readDrop } from './ddl-statement';
import { type InsertStatement, readInsert } from './insert-statement';
import { type KeyedStatement, readDelete, readUpdate } from './keyed-statement';
import { Lexer } from './lexer';
import {
  readBegin,
  readCommit,
  readDeallocate,
  readDiscard,
  readRelease,
  readRollback,
  readSavepoint,
  type SessionStatement,
} from './session-statement';
import { readTruncate, type TruncateStatement } from './truncate-statement';
import { readWith } from './with-statement';

export type { CopyInStatement, DdlStatement, InsertStatement, KeyedStatement, TruncateStatement };

export type Statement =
  | InsertStatement
  | CopyInStatement
  | KeyedStatement
  | TruncateStatement
  | DdlStatement
  | SessionStatement
  /** EXECUTE of a statement that was prepared by SQL. */
  | { readonly kind: 'execute-sql' }
  | { readonly kind: 'empty' }
  /** `word`: the first keyword, upper case. */
  | { readonly kind: 'other'; readonly word: string };

type Reader = (lexer: Lexer) => Statement | null;

const readers = new Map<string, Reader>([
  ['INSERT', readInsert],
  ['WITH', readWith],
  ['UPDATE', readUpdate],
  ['DELETE', readDelete],
  ['TRUNCATE', readTruncate],
  ['COPY', readCopy],
  ['CREATE', readCreate],
  ['ALTER', readAlter],
  ['DROP', readDrop],
  ['BEGIN', readBegin],
  ['START', readBegin],
  ['COMMIT', readCommit],
  ['END', readCommit],
  ['ROLLBACK', readRollback],
  ['ABORT', readRollback],
  ['SAVEPOINT', readSavepoint],
  ['RELEASE', readRelease],
  ['DEALLOCATE', readDeallocate],
  ['DISCARD', readDiscard],
  ['EXECUTE', () => ({ kind: 'execute-sql' })],
]);

/**
 * Reads the statement in text[start, end), which holds one statement without its `;`. Never throws: what is no SQL becomes
 * `other`, so that PostgreSQL raises its own syntax error. Offsets in the result count from the beginning of `text`.
 */
export function readStatement(text: Buffer, start: number, end: number): Statement {
  const lexer = new Lexer(text, start, end);
  lexer.next();
  while (lexer.acceptPunctuation(0x28));
  if (lexer.isEnd()) return { kind: 'empty' };
  const word = lexer.upperWord();
  return readers.get(word)?.(lexer) ?? { kind: 'other', word };
}
