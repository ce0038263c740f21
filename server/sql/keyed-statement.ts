// UPDATE and DELETE: where their clauses lie, which columns are set, what WHERE asks for. Which rows that means is the
// session's to find out, with the table at hand; what is not read here is the engine's to judge.
import { type Condition, readConditions } from './conditions';
import { Lexer, TOKEN } from './lexer';
import { type Name, readName, readNameList, readQualifiedName } from './names';
import type { Range } from './split';
import { rowParts, TopTokens } from './top-tokens';

interface Assignment {
  readonly column: string;
  /** Null: DEFAULT. */
  readonly value: Range | null;
}

export interface KeyedStatement {
  readonly kind: 'update' | 'delete';
  readonly target: Name;
  readonly alias: string | null;
  /** Empty for DELETE. */
  readonly set: readonly Assignment[];
  /** The relations behind FROM (UPDATE) or USING (DELETE). */
  readonly from: Range | null;
  /** Null: no WHERE. */
  readonly conditions: readonly Condition[] | null;
  /** The WITH clause in front of it. */
  readonly with: Range | null;
  /** That clause writes, too. */
  readonly withWrites?: true;
  readonly returning: boolean;
}

/** The lexer stands on UPDATE. Null: a form that the engine has to judge. */
export function readUpdate(lexer: Lexer): KeyedStatement | null {
  lexer.next();
  const target = readTarget(lexer, 'SET');
  if (target === null || !lexer.isWord('SET')) return null;
  const { text, limit } = lexer;
  const clauses = findClauses(text, { start: lexer.end, end: limit }, 'FROM');
  const set = clauses === null ? null : readSet(text, clauses.head);
  return set === null || clauses === null ? null : finish(text, { kind: 'update', ...target, set }, clauses);
}

/** The lexer stands on DELETE. Null: a form that the engine has to judge. */
export function readDelete(lexer: Lexer): KeyedStatement | null {
  lexer.next();
  if (!lexer.acceptWord('FROM')) return null;
  const target = readTarget(lexer, 'USING');
  if (target === null) return null;
  const { text, limit } = lexer;
  const clauses = findClauses(text, { start: lexer.start, end: limit }, 'USING');
  if (clauses === null || clauses.head.end > clauses.head.start) return null;
  return finish(text, { kind: 'delete', ...target, set: [] }, clauses);
}

/** `[ONLY] name [*] [[AS] alias]`; a word that `next` or WHERE begins the rest is no alias. */
function readTarget(lexer: Lexer, next: string): Pick<KeyedStatement, 'target' | 'alias'> | null {
  lexer.acceptWord('ONLY');
  const target = readQualifiedName(lexer);
  if (target === null) return null;
  if (lexer.kind === TOKEN.operator && lexer.upperWord() === '*') lexer.next();
  if (lexer.acceptWord('AS')) {
    const alias = readName(lexer);
    return alias === null ? null : { target, alias };
  }
  const isClause = [next, 'WHERE', 'RETURNING'].some((word) => lexer.isWord(word));
  return { target, alias: isClause ? null : readName(lexer) };
}

interface Clauses {
  /** What stands before the first of them. */
  readonly head: Range;
  readonly from: Range | null;
  readonly where: Range | null;
  readonly returning: boolean;
}

/** Null: brackets that do not close, clauses in another order, WHERE CURRENT OF. */
function findClauses(text: Buffer, range: Range, fromWord: 'FROM' | 'USING'): Clauses | null {
  const words = [fromWord, 'WHERE', 'RETURNING'] as const;
  const tokens = new TopTokens(text, range);
  const starts: (Range | null)[] = [null, null, null];
  let last = -1;
  let isDistinct = false;
  let { start: end } = range;
  const ends = [range.start, 0, 0, 0];
  while (tokens.next()) {
    // `a IS DISTINCT FROM b`
    const at = isDistinct ? -1 : words.findIndex((word, i) => i > last && tokens.isWord(word));
    isDistinct = tokens.isWord('DISTINCT');
    if (at >= 0) {
      ends[last + 1] = end;
      last = at;
      starts[at] = { start: tokens.end, end: range.end };
      if (at === 2) break;
    }
    end = tokens.end;
  }
  if (tokens.isBroken) return null;
  if (starts[2] === null) ends[last + 1] = end;
  const clause = (i: number) => (starts[i] ? { start: starts[i].start, end: ends[i + 1]! } : null);
  const where = clause(1);
  if (where !== null && isCursor(text, where)) return null;
  const head = { start: range.start, end: ends[0]! };
  return { head, from: clause(0), where, returning: starts[2] !== null };
}

function isCursor(text: Buffer, where: Range): boolean {
  const lexer = new Lexer(text, where.start, where.end);
  lexer.next();
  return lexer.acceptWord('CURRENT') && lexer.isWord('OF');
}

function finish(
  text: Buffer,
  statement: Pick<KeyedStatement, 'kind' | 'target' | 'alias' | 'set'>,
  clauses: Clauses,
): KeyedStatement | null {
  const { from, where, returning } = clauses;
  if (isEmpty(from) || isEmpty(where)) return null;
  const conditions = where === null ? null : readConditions(text, where);
  return { ...statement, from, conditions, with: null, returning };
}

function isEmpty(range: Range | null): boolean {
  return range !== null && range.end <= range.start;
}

/** Null: a sub-select for several columns, a part of a column, something that is no assignment. */
function readSet(text: Buffer, range: Range): Assignment[] | null {
  const tokens = new TopTokens(text, range);
  const set: Assignment[] = [];
  let more = tokens.next();
  while (more) {
    const target = { start: tokens.start, end: tokens.end };
    if (!tokens.next() || tokens.operator() !== '=') return null;
    const start = tokens.end;
    let { end } = tokens;
    while ((more = tokens.next()) && !tokens.isComma()) end = tokens.end;
    if (end <= start || tokens.isBroken) return null;
    const assignments = readAssignments(text, target, { start, end });
    if (assignments === null) return null;
    set.push(...assignments);
    if (more && !(more = tokens.next())) return null;
  }
  return set.length === 0 ? null : set;
}

function readAssignments(text: Buffer, target: Range, value: Range): Assignment[] | null {
  const lexer = new Lexer(text, target.start, target.end);
  lexer.next();
  if (lexer.isPunctuation(0x28)) {
    const columns = readNameList(lexer);
    const values = rowParts(text, value);
    if (columns === null || values?.length !== columns.length) return null;
    return columns.map((column, i) => ({ column, value: unlessDefault(text, values[i]!) }));
  }
  const column = readName(lexer);
  return column === null || !lexer.isEnd() ? null : [{ column, value: unlessDefault(text, value) }];
}

function unlessDefault(text: Buffer, value: Range): Range | null {
  const lexer = new Lexer(text, value.start, value.end);
  lexer.next();
  return lexer.acceptWord('DEFAULT') && lexer.isEnd() ? null : value;
}
