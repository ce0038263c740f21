// A WHERE clause as the conditions that AND joins. Only their form is read here: what is a column of the target, and what a
// value, the session knows, and the values' bytes are never parsed.
import { Lexer } from './lexer';
import { readName } from './names';
import type { Range } from './split';
import { inside, isQuery, splitList, TopTokens, unwrapped } from './top-tokens';

export type Operator = '=' | '<' | '<=' | '>' | '>=';

/** `range`: the whole of it; of BETWEEN both bounds have the same. */
export type Condition = { readonly range: Range } & (
  | { readonly kind: 'compare'; readonly operator: Operator; readonly left: Range; readonly right: Range }
  | { readonly kind: 'in'; readonly left: Range; readonly values: readonly Range[] }
  /** `IN (SELECT ...)`, `= ANY (SELECT ...)`: `query` is what stands in the parentheses. */
  | { readonly kind: 'in-query'; readonly left: Range; readonly query: Range }
  /** `= ANY (array)` */
  | { readonly kind: 'any'; readonly left: Range; readonly array: Range }
  /** OR, NOT, IS NULL, LIKE, EXISTS ... */
  | { readonly kind: 'other' }
);

const OPERATORS: ReadonlySet<string> = new Set<Operator>(['=', '<', '<=', '>', '>=']);
const TURNED: Record<Operator, Operator> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
/** Words behind which no plain comparison stands. */
const OTHER_WORDS = [
  'OR',
  'NOT',
  'IS',
  'ISNULL',
  'NOTNULL',
  'LIKE',
  'ILIKE',
  'SIMILAR',
  'OVERLAPS',
  'OPERATOR',
];

/** `5 < a` read as `a > 5`. */
export function turned(operator: Operator): Operator {
  return TURNED[operator];
}

/** The conditions of text[range), each true where the whole is. */
export function readConditions(text: Buffer, range: Range): Condition[] {
  const whole = unwrapped(text, range);
  const parts = splitAtAnd(text, whole);
  if (parts === null) return [{ kind: 'other', range: whole }];
  if (parts.length > 1) return parts.flatMap((part) => readConditions(text, part));
  return readOne(text, whole);
}

/** `(a).b`, a.b and "A" as names, outermost first; null where the range is something else. */
export function columnPath(text: Buffer, range: Range): string[] | null {
  const { start, end } = unwrapped(text, range);
  const lexer = new Lexer(text, start, end);
  lexer.next();
  const path: string[] = [];
  do {
    const name = readName(lexer);
    if (name === null) return null;
    path.push(name);
  } while (lexer.acceptPunctuation(0x2e));
  return lexer.isEnd() ? path : null;
}

/** Null: an OR at the top, or no condition at all. */
function splitAtAnd(text: Buffer, range: Range): Range[] | null {
  const tokens = new TopTokens(text, range);
  const parts: Range[] = [];
  let { start } = range;
  let end = start;
  let isBetween = false;
  while (tokens.next()) {
    if (tokens.isWord('OR')) return null;
    if (tokens.isWord('AND') && !isBetween) {
      if (end <= start) return null;
      parts.push({ start, end });
      start = tokens.end;
    } else if (tokens.isWord('BETWEEN')) isBetween = true;
    else if (tokens.isWord('AND')) isBetween = false;
    end = tokens.end;
  }
  if (tokens.isBroken || end <= start) return null;
  parts.push({ start, end });
  return parts;
}

/** Where a condition falls into its parts. */
interface Found {
  readonly word: Operator | 'IN' | 'BETWEEN';
  readonly start: number;
  readonly end: number;
}

function readOne(text: Buffer, range: Range): Condition[] {
  const found = findOperator(text, range);
  const parts = found === null ? null : readParts(text, range, found);
  return (parts ?? [{ kind: 'other' } as const]).map((part) => ({ ...part, range }));
}

/** Condition without `range`, kind by kind. */
type Part = Condition extends infer Each ? (Each extends Condition ? Omit<Each, 'range'> : never) : never;

function readParts(text: Buffer, range: Range, { word, start, end }: Found): Part[] | null {
  const left = { start: range.start, end: start };
  const right = { start: end, end: range.end };
  switch (word) {
    case 'IN':
      return readIn(text, left, right);
    case 'BETWEEN':
      return readBetween(text, left, right);
    case '=':
      return readAny(text, left, right);
    default:
      return [{ kind: 'compare', operator: word, left, right }];
  }
}

/** The one operator that compares, or null: there is none, or what it compares is not all of the condition. */
function findOperator(text: Buffer, range: Range): Found | null {
  const tokens = new TopTokens(text, range);
  let found: Found | null = null;
  let lastEnd = range.start;
  while (tokens.next()) {
    const { start, end } = tokens;
    lastEnd = end;
    if (OTHER_WORDS.some((word) => tokens.isWord(word))) return null;
    const word = wordOf(tokens);
    if (word === null) continue;
    if (found !== null || start === range.start) return null;
    found = { word, start, end };
  }
  return found === null || tokens.isBroken || lastEnd === found.end ? null : found;
}

function wordOf(tokens: TopTokens): Found['word'] | null {
  if (tokens.isWord('IN')) return 'IN';
  if (tokens.isWord('BETWEEN')) return 'BETWEEN';
  const operator = tokens.operator();
  return OPERATORS.has(operator) ? (operator as Operator) : null;
}

function readIn(text: Buffer, left: Range, right: Range): Part[] | null {
  const group = onlyGroup(text, right);
  if (group === null) return null;
  if (isQuery(text, group)) return [{ kind: 'in-query', left, query: group }];
  const values = splitList(text, group);
  return values === null ? null : [{ kind: 'in', left, values }];
}

/** `= value`, `= ANY (...)`, `= SOME (...)`; `= ALL (...)` is another matter. */
function readAny(text: Buffer, left: Range, right: Range): Part[] | null {
  const tokens = new TopTokens(text, right);
  tokens.next();
  if (tokens.isWord('ALL')) return null;
  if (!tokens.isWord('ANY') && !tokens.isWord('SOME'))
    return [{ kind: 'compare', operator: '=', left, right }];
  const group = onlyGroup(text, { start: tokens.end, end: right.end });
  if (group === null) return null;
  return [
    isQuery(text, group) ? { kind: 'in-query', left, query: group } : { kind: 'any', left, array: group },
  ];
}

function readBetween(text: Buffer, left: Range, right: Range): Part[] | null {
  const tokens = new TopTokens(text, right);
  let isFirst = true;
  while (tokens.next() && !tokens.isWord('AND')) {
    if (isFirst && (tokens.isWord('SYMMETRIC') || tokens.isWord('ASYMMETRIC'))) return null;
    isFirst = false;
  }
  if (isFirst || !tokens.isWord('AND')) return null;
  const low = { start: right.start, end: tokens.start };
  const high = { start: tokens.end, end: right.end };
  return [
    { kind: 'compare', operator: '>=', left, right: low },
    { kind: 'compare', operator: '<=', left, right: high },
  ];
}

/** What stands in the parentheses that are all of a range. */
function onlyGroup(text: Buffer, range: Range): Range | null {
  const tokens = new TopTokens(text, range);
  if (!tokens.next() || !tokens.isGroup) return null;
  const group = { start: tokens.start, end: tokens.end };
  return tokens.next() ? null : inside(group);
}
