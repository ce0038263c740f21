// Identifiers and string constants from their tokens to what they mean: folded, unquoted, cut to 63 bytes.
import { type Lexer, TOKEN } from './lexer';

/** A qualified name. `database` and `schema` are null where the statement does not say them. */
export interface Name {
  readonly database: string | null;
  readonly schema: string | null;
  readonly name: string;
}

/** NAMEDATALEN - 1: PostgreSQL cuts longer identifiers, at a character's border. */
const MAX_NAME_BYTES = 63;

/** The identifier on which the lexer stands, which goes on; null when there is none (or U&"...", which is left to others). */
export function readName(lexer: Lexer): string | null {
  if (lexer.kind !== TOKEN.word && lexer.kind !== TOKEN.quotedName) return null;
  const name = decodeName(lexer);
  lexer.next();
  return name;
}

function decodeName(lexer: Lexer): string {
  if (lexer.kind === TOKEN.quotedName)
    return cutName(lexer.text.toString('utf8', lexer.start + 1, lexer.end - 1).replaceAll('""', '"'));
  // Only ASCII letters fold: in a UTF-8 database PostgreSQL leaves others as they are.
  const text = lexer.text.toString('utf8', lexer.start, lexer.end);
  return cutName(text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()));
}

export function cutName(name: string): string {
  if (name.length * 3 <= MAX_NAME_BYTES) return name;
  const bytes = Buffer.from(name);
  if (bytes.length <= MAX_NAME_BYTES) return name;
  let end = MAX_NAME_BYTES;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

/** `[[database.]schema.]name`; null when no such name stands here. */
export function readQualifiedName(lexer: Lexer): Name | null {
  const parts: string[] = [];
  do {
    const part = readName(lexer);
    if (part === null || parts.length === 3) return null;
    parts.push(part);
  } while (lexer.acceptPunctuation(0x2e));
  const [name, schema = null, database = null] = parts.reverse();
  return { database, schema, name: name! };
}

/** `(a, b)` to names, null where it is something else. The lexer stands on the parenthesis. */
export function readNameList(lexer: Lexer): string[] | null {
  if (!lexer.acceptPunctuation(0x28)) return null;
  const names: string[] = [];
  do {
    const name = readName(lexer);
    if (name === null) return null;
    names.push(name);
  } while (lexer.acceptPunctuation(0x2c));
  return lexer.acceptPunctuation(0x29) ? names : null;
}
