// CREATE, ALTER and DROP TABLE, CREATE SCHEMA: the names, and where what follows them stands. Column definitions are never
// read here: PostgreSQL does that. Null: another statement, or one that the engine has to judge.
import { type Lexer, TOKEN } from './lexer';
import { type Name, readName, readQualifiedName } from './names';
import type { Range } from './split';
import { TopTokens } from './top-tokens';

export interface CreateTable {
  readonly kind: 'create-table';
  readonly name: Name;
  readonly ifNotExists: boolean;
  /** What follows the name: columns and all else. */
  readonly body: Range;
  /** CREATE TABLE ... AS query. */
  readonly isFromQuery: boolean;
}

export interface AlterTable {
  readonly kind: 'alter-table';
  readonly name: Name;
  readonly actions: readonly AlterAction[];
}

export interface AlterAction {
  /** ADD [COLUMN] [IF NOT EXISTS] definition; null: another action. */
  readonly column: Range | null;
  readonly ifNotExists: boolean;
}

export interface DropTables {
  readonly kind: 'drop-tables';
  readonly names: readonly Name[];
  readonly cascade: boolean;
}

export interface CreateSchema {
  readonly kind: 'create-schema';
  readonly name: string;
  readonly ifNotExists: boolean;
}

export type DdlStatement = CreateTable | AlterTable | DropTables | CreateSchema;

/** The lexer stands on CREATE. Temporary and foreign tables are the engine's. */
export function readCreate(lexer: Lexer): CreateTable | CreateSchema | null {
  lexer.next();
  if (lexer.acceptWord('SCHEMA')) return readSchema(lexer);
  lexer.acceptWord('UNLOGGED');
  if (!lexer.acceptWord('TABLE')) return null;
  const ifNotExists = acceptIfNotExists(lexer);
  const name = readQualifiedName(lexer);
  if (name === null) return null;
  const body = { start: lexer.start, end: lexer.limit };
  const tokens = new TopTokens(lexer.text, body);
  let isFromQuery = false;
  while (tokens.next()) isFromQuery ||= tokens.isWord('AS');
  return tokens.isBroken ? null : { kind: 'create-table', name, ifNotExists, body, isFromQuery };
}

/** A schema with an owner or elements is the engine's to refuse. */
function readSchema(lexer: Lexer): CreateSchema | null {
  const ifNotExists = acceptIfNotExists(lexer);
  const name = readName(lexer);
  return name !== null && lexer.isEnd() ? { kind: 'create-schema', name, ifNotExists } : null;
}

/** The lexer stands on ALTER. */
export function readAlter(lexer: Lexer): AlterTable | null {
  lexer.next();
  if (!lexer.acceptWord('TABLE')) return null;
  if (lexer.acceptWord('IF') && !lexer.acceptWord('EXISTS')) return null;
  lexer.acceptWord('ONLY');
  const name = readQualifiedName(lexer);
  if (name === null) return null;
  if (lexer.kind === TOKEN.operator && lexer.upperWord() === '*') lexer.next();
  const actions = readActions(lexer.text, { start: lexer.start, end: lexer.limit });
  return actions === null ? null : { kind: 'alter-table', name, actions };
}

function readActions(text: Buffer, range: Range): AlterAction[] | null {
  const actions: AlterAction[] = [];
  const tokens = new TopTokens(text, range);
  let more = tokens.next();
  while (more) {
    const action = readAction(tokens);
    if (action === null) return null;
    actions.push(action);
    more = tokens.isComma() && tokens.next();
  }
  return tokens.isBroken || actions.length === 0 ? null : actions;
}

/** They begin a constraint; no column can be called so without quotes, but for EXCLUDE. */
const CONSTRAINTS = ['CONSTRAINT', 'PRIMARY', 'UNIQUE', 'CHECK', 'FOREIGN', 'EXCLUDE'];

/** Leaves the tokens at the comma behind it, or at the end. */
function readAction(tokens: TopTokens): AlterAction | null {
  if (!acceptWord(tokens, 'ADD')) {
    skipToComma(tokens);
    return { column: null, ifNotExists: false };
  }
  const isColumn = acceptWord(tokens, 'COLUMN');
  const ifNotExists = acceptWord(tokens, 'IF');
  if (ifNotExists && !(acceptWord(tokens, 'NOT') && acceptWord(tokens, 'EXISTS'))) return null;
  const isConstraint = !isColumn && CONSTRAINTS.some((word) => tokens.isWord(word));
  const column = skipToComma(tokens);
  return { column: isConstraint ? null : column, ifNotExists };
}

function acceptWord(tokens: TopTokens, word: string): boolean {
  return tokens.isWord(word) && tokens.next();
}

/** What was skipped. */
function skipToComma(tokens: TopTokens): Range {
  const { start } = tokens;
  let { end } = tokens;
  while (!tokens.isComma()) {
    end = tokens.end;
    if (!tokens.next()) break;
  }
  return { start, end };
}

/** The lexer stands on DROP. */
export function readDrop(lexer: Lexer): DropTables | null {
  lexer.next();
  if (!lexer.acceptWord('TABLE')) return null;
  if (lexer.acceptWord('IF') && !lexer.acceptWord('EXISTS')) return null;
  const names: Name[] = [];
  do {
    const name = readQualifiedName(lexer);
    if (name === null) return null;
    names.push(name);
  } while (lexer.acceptPunctuation(0x2c));
  const cascade = lexer.acceptWord('CASCADE');
  if (!cascade) lexer.acceptWord('RESTRICT');
  return lexer.isEnd() ? { kind: 'drop-tables', names, cascade } : null;
}

function acceptIfNotExists(lexer: Lexer): boolean {
  return lexer.acceptWord('IF') && lexer.acceptWord('NOT') && lexer.acceptWord('EXISTS');
}
