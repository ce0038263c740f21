// Transaction control and the statements that make a session forget: BEGIN, COMMIT, SAVEPOINT, DEALLOCATE, DISCARD.
// Each reader gets a lexer on the first word. Null: not that statement after all, or not PostgreSQL's grammar.
import { type Lexer, TOKEN } from './lexer';
import { readName } from './names';

export type SessionStatement =
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit'; readonly chain: boolean }
  | { readonly kind: 'rollback'; readonly chain: boolean }
  | { readonly kind: 'savepoint'; readonly name: string }
  | { readonly kind: 'release'; readonly name: string }
  | { readonly kind: 'rollback-to'; readonly name: string }
  /** `name` null: ALL. */
  | { readonly kind: 'deallocate'; readonly name: string | null }
  | { readonly kind: 'discard-all' };

/** BEGIN [WORK | TRANSACTION] [modes], START TRANSACTION [modes]. The modes are the engine's to check. */
export function readBegin(lexer: Lexer): SessionStatement | null {
  const start = lexer.isWord('START');
  lexer.next();
  const transaction = lexer.acceptWord('TRANSACTION');
  return start && !transaction ? null : { kind: 'begin' };
}

/** COMMIT | END [WORK | TRANSACTION] [AND [NO] CHAIN]; COMMIT PREPARED is another matter. */
export function readCommit(lexer: Lexer): SessionStatement | null {
  lexer.next();
  skipWork(lexer);
  const chain = readChain(lexer);
  return chain === null ? null : { kind: 'commit', chain };
}

/** ROLLBACK | ABORT [WORK | TRANSACTION] [AND [NO] CHAIN], ROLLBACK [..] TO [SAVEPOINT] name. */
export function readRollback(lexer: Lexer): SessionStatement | null {
  const abort = lexer.isWord('ABORT');
  lexer.next();
  skipWork(lexer);
  if (!abort && lexer.acceptWord('TO')) {
    const name = readSavepointName(lexer);
    return name === null ? null : { kind: 'rollback-to', name };
  }
  const chain = readChain(lexer);
  return chain === null ? null : { kind: 'rollback', chain };
}

export function readSavepoint(lexer: Lexer): SessionStatement | null {
  lexer.next();
  const name = readLastName(lexer);
  return name === null ? null : { kind: 'savepoint', name };
}

export function readRelease(lexer: Lexer): SessionStatement | null {
  lexer.next();
  const name = readSavepointName(lexer);
  return name === null ? null : { kind: 'release', name };
}

/** DEALLOCATE [PREPARE] name | ALL. */
export function readDeallocate(lexer: Lexer): SessionStatement | null {
  lexer.next();
  skipOptionalWord(lexer, 'PREPARE');
  const all = lexer.isWord('ALL');
  const name = readLastName(lexer);
  return name === null ? null : { kind: 'deallocate', name: all ? null : name };
}

/** DISCARD PLANS, SEQUENCES and TEMP mean nothing to the gateway. */
export function readDiscard(lexer: Lexer): SessionStatement | null {
  lexer.next();
  return lexer.acceptWord('ALL') && lexer.isEnd() ? { kind: 'discard-all' } : null;
}

function skipWork(lexer: Lexer): void {
  if (!lexer.acceptWord('WORK')) lexer.acceptWord('TRANSACTION');
}

function readChain(lexer: Lexer): boolean | null {
  if (lexer.isEnd()) return false;
  if (!lexer.acceptWord('AND')) return null;
  const chain = !lexer.acceptWord('NO');
  return lexer.acceptWord('CHAIN') && lexer.isEnd() ? chain : null;
}

function readSavepointName(lexer: Lexer): string | null {
  skipOptionalWord(lexer, 'SAVEPOINT');
  return readLastName(lexer);
}

/** Skips a word that may be left out; a name may be spelled like it: RELEASE savepoint. */
function skipOptionalWord(lexer: Lexer, word: string): void {
  if (!lexer.isWord(word)) return;
  const at = lexer.start;
  if (lexer.next() === TOKEN.end) lexer.seek(at);
}

/** A name with nothing behind it. */
function readLastName(lexer: Lexer): string | null {
  const name = readName(lexer);
  return lexer.isEnd() ? name : null;
}
