// WITH ... and the write that follows it: the engine evaluates the rows, so all that is read is which write it is.
import { type InsertStatement, readInsert } from './insert-statement';
import { type KeyedStatement, readDelete, readUpdate } from './keyed-statement';
import type { Lexer } from './lexer';
import type { Range } from './split';
import { inside, TopTokens } from './top-tokens';

/** The lexer stands on WITH. Null: another statement follows. */
export function readWith(lexer: Lexer): InsertStatement | KeyedStatement | null {
  const { text, start, end, limit } = lexer;
  const tokens = new TopTokens(text, { start: end, end: limit });
  while (tokens.next()) {
    const read = readers.find(([word]) => tokens.isWord(word))?.[1];
    if (read === undefined) continue;
    lexer.seek(tokens.start);
    const statement = read(lexer, { start, end: tokens.start });
    if (statement !== null) return statement;
  }
  return null;
}

type Reader = (lexer: Lexer, clause: Range) => InsertStatement | KeyedStatement | null;

/** The words may be names of queries too (WITH insert AS ...), or follow FOR: then what they begin is no statement. */
const readers: readonly (readonly [word: string, read: Reader])[] = [
  ['INSERT', (lexer, clause) => withoutValues(readInsert(lexer), lexer.text, clause)],
  ['UPDATE', (lexer, clause) => withClause(readUpdate(lexer), lexer.text, clause)],
  ['DELETE', (lexer, clause) => withClause(readDelete(lexer), lexer.text, clause)],
];

function withoutValues(insert: InsertStatement | null, text: Buffer, clause: Range): InsertStatement | null {
  return insert === null ? null : { ...insert, values: null, ...writing(text, clause) };
}

function withClause(statement: KeyedStatement | null, text: Buffer, clause: Range): KeyedStatement | null {
  return statement === null ? null : { ...statement, with: clause, ...writing(text, clause) };
}

function writing(text: Buffer, { start, end }: Range): { readonly withWrites?: true } {
  return hasWrite(text, { start: start + WITH_BYTES, end }) ? { withWrites: true } : {};
}

const WITH_BYTES = 'WITH'.length;
const WRITES = ['INSERT', 'UPDATE', 'DELETE', 'MERGE'];

/** Does a query of the list behind WITH write? PostgreSQL takes such queries at the top of a statement only. */
function hasWrite(text: Buffer, range: Range): boolean {
  const tokens = new TopTokens(text, range);
  let isQueryNext = false;
  while (tokens.next()) {
    if (isQueryNext && tokens.isGroup && isWrite(text, inside(tokens))) return true;
    isQueryNext = tokens.isWord('AS') || tokens.isWord('MATERIALIZED');
  }
  return false;
}

/** A write, perhaps behind a WITH of its own. */
function isWrite(text: Buffer, range: Range): boolean {
  const tokens = new TopTokens(text, range);
  if (!tokens.next()) return false;
  if (!tokens.isWord('WITH')) return WRITES.some((word) => tokens.isWord(word));
  let isAfterGroup = false;
  while (tokens.next()) {
    if (isAfterGroup && WRITES.some((word) => tokens.isWord(word))) return true;
    isAfterGroup = tokens.isGroup;
  }
  return false;
}
