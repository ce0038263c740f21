// COPY ... FROM STDIN: target, columns and options, in the syntax of today and in those of PostgreSQL before 9.0 and 7.3.
import { PostgresError } from '../postgres-error';
import { type CopyOption, type CopyOptions, checkCopyOptions, type OptionValue } from './copy-options';
import { type Lexer, TOKEN } from './lexer';
import { type Name, readName, readNameList, readQualifiedName } from './names';
import { appendString, Scratch } from './string-literal';

export interface CopyInStatement {
  readonly kind: 'copy-in';
  readonly target: Name;
  /** Null: all columns. */
  readonly columns: readonly string[] | null;
  /** An error is raised only where the gateway takes the COPY: into other tables the engine copies, and judges for itself. */
  readonly options: CopyOptions | PostgresError;
}

/** The lexer stands on COPY. Null: COPY TO, COPY from a file, or no COPY by PostgreSQL's grammar. */
export function readCopy(lexer: Lexer): CopyInStatement | null {
  lexer.next();
  const options: CopyOption[] = [];
  if (lexer.acceptWord('BINARY')) options.push({ name: 'format', value: 'binary' });
  const target = readQualifiedName(lexer);
  if (target === null) return null;
  const columns = lexer.isPunctuation(0x28) ? readNameList(lexer) : undefined;
  if (columns === null || !readSource(lexer) || !readOptions(lexer, options)) return null;
  return { kind: 'copy-in', target, columns: columns ?? null, options: readTail(lexer, options) };
}

/** FROM STDIN; PostgreSQL takes FROM STDOUT too, as the same. */
function readSource(lexer: Lexer): boolean {
  return lexer.acceptWord('FROM') && (lexer.acceptWord('STDIN') || lexer.acceptWord('STDOUT'));
}

/** `WHERE` is the one thing that may follow the options. */
function readTail(lexer: Lexer, options: readonly CopyOption[]): CopyOptions | PostgresError {
  if (lexer.isWord('WHERE'))
    return new PostgresError(
      'feature_not_supported',
      'COPY FROM ... WHERE is not supported for gateway tables',
    );
  try {
    return checkCopyOptions(options);
  } catch (error) {
    if (error instanceof PostgresError) return error;
    throw error;
  }
}

/** `[USING] DELIMITERS 'x'`, then `[WITH]` and options in parentheses or without. False: not the grammar. */
function readOptions(lexer: Lexer, options: CopyOption[]): boolean {
  const using = lexer.acceptWord('USING');
  if (lexer.acceptWord('DELIMITERS')) {
    if (!pushString(lexer, options, 'delimiter')) return false;
  } else if (using) return false;
  lexer.acceptWord('WITH');
  const read = lexer.isPunctuation(0x28) ? readList : readOldOptions;
  return read(lexer, options) && (lexer.isEnd() || lexer.isWord('WHERE'));
}

/** `(name [value], ...)`. */
function readList(lexer: Lexer, options: CopyOption[]): boolean {
  lexer.next();
  do {
    const name = readName(lexer);
    if (name === null) return false;
    const value = readValue(lexer);
    if (value === undefined) return false;
    options.push({ name, value });
  } while (lexer.acceptPunctuation(0x2c));
  return lexer.acceptPunctuation(0x29);
}

/** Null: the option has no value. Undefined: not the grammar. */
function readValue(lexer: Lexer): OptionValue | undefined {
  if (lexer.isPunctuation(0x2c) || lexer.isPunctuation(0x29)) return null;
  if (lexer.isPunctuation(0x28)) return readValueList(lexer);
  if (lexer.kind === TOKEN.operator || lexer.kind === TOKEN.number) return readSymbol(lexer);
  // A bare word is a string, and keeps its case folded as a name's.
  return readString(lexer) ?? readName(lexer) ?? undefined;
}

/** `(a, 'b')`. */
function readValueList(lexer: Lexer): readonly string[] | undefined {
  lexer.next();
  const values: string[] = [];
  do {
    const value = readString(lexer) ?? readName(lexer);
    if (value === null) return undefined;
    values.push(value);
  } while (lexer.acceptPunctuation(0x2c));
  return lexer.acceptPunctuation(0x29) ? values : undefined;
}

/** `*`, or a number with its sign. */
function readSymbol(lexer: Lexer): OptionValue | undefined {
  const text = lexer.upperWord();
  lexer.next();
  if (text === '*') return { star: true };
  if (text !== '+' && text !== '-') return /^\d/.test(text) ? text : undefined;
  const number = lexer.kind === TOKEN.number ? lexer.upperWord() : undefined;
  lexer.next();
  return number === undefined ? undefined : `${text === '-' ? '-' : ''}${number}`;
}

/** The value of a string constant, from which the lexer goes on; null when none stands here. */
function readString(lexer: Lexer): string | null {
  const scratch = new Scratch();
  if (!appendString(scratch, lexer.text, lexer)) return null;
  lexer.next();
  return scratch.buffer.toString('utf8', 0, scratch.length);
}

function pushString(lexer: Lexer, options: CopyOption[], name: string): boolean {
  const value = readString(lexer);
  if (value !== null) options.push({ name, value });
  return value !== null;
}

/** The options before PostgreSQL 9.0: words in any order, without commas. */
function readOldOptions(lexer: Lexer, options: CopyOption[]): boolean {
  while (!lexer.isEnd() && !lexer.isWord('WHERE')) {
    const word = lexer.upperWord();
    lexer.next();
    if (!readOldOption(lexer, options, word)) return false;
  }
  return true;
}

function readOldOption(lexer: Lexer, options: CopyOption[], word: string): boolean {
  switch (word) {
    case 'BINARY':
    case 'CSV':
      options.push({ name: 'format', value: word.toLowerCase() });
      return true;
    case 'FREEZE':
    case 'HEADER':
      options.push({ name: word.toLowerCase(), value: 'true' });
      return true;
    case 'DELIMITER':
    case 'NULL':
    case 'QUOTE':
    case 'ESCAPE':
      lexer.acceptWord('AS');
      return pushString(lexer, options, word.toLowerCase());
    case 'ENCODING':
      return pushString(lexer, options, 'encoding');
    case 'FORCE':
      return readForce(lexer, options);
    default:
      return false;
  }
}

/** FORCE QUOTE | NOT NULL | NULL, with columns or `*`. */
function readForce(lexer: Lexer, options: CopyOption[]): boolean {
  const name = lexer.acceptWord('QUOTE')
    ? 'force_quote'
    : lexer.acceptWord('NOT')
      ? 'force_not_null'
      : 'force_null';
  if (name !== 'force_quote' && !lexer.acceptWord('NULL')) return false;
  if (lexer.kind === TOKEN.operator && lexer.upperWord() === '*') {
    lexer.next();
    options.push({ name, value: { star: true } });
    return true;
  }
  const columns: string[] = [];
  do {
    const column = readName(lexer);
    if (column === null) return false;
    columns.push(column);
  } while (lexer.acceptPunctuation(0x2c));
  options.push({ name, value: columns });
  return true;
}
