// TRUNCATE: which tables it empties.
import type { Lexer } from './lexer';
import { type Name, readQualifiedName } from './names';

export interface TruncateStatement {
  readonly kind: 'truncate';
  readonly targets: readonly Name[];
}

/** `TRUNCATE [TABLE] [ONLY] name [*] [, ...] [RESTART | CONTINUE IDENTITY] [CASCADE | RESTRICT]`. Null: something else. */
export function readTruncate(lexer: Lexer): TruncateStatement | null {
  lexer.next();
  lexer.acceptWord('TABLE');
  const targets: Name[] = [];
  do {
    lexer.acceptWord('ONLY');
    const name = readQualifiedName(lexer);
    if (name === null) return null;
    targets.push(name);
    if (lexer.upperWord() === '*') lexer.next();
  } while (lexer.acceptPunctuation(0x2c));
  if ((lexer.acceptWord('RESTART') || lexer.acceptWord('CONTINUE')) && !lexer.acceptWord('IDENTITY'))
    return null;
  if (!lexer.acceptWord('CASCADE')) lexer.acceptWord('RESTRICT');
  return lexer.isEnd() ? { kind: 'truncate', targets } : null;
}
