// How old a session's knowledge of its user's own tables may be for a statement: what asks which tables there are, or names
// a table or column that is not known, gets the newest; a load into a known table goes on without looking each time.
import type { Statement } from '../sql/statement';

/** For what may read a table or a catalogue: about a look at storage, so that a burst of statements looks once. */
const RECENT_MS = 200;
/** For writes to tables that are known. */
export const KNOWN_MS = 3_000;
const NEWEST = 0;
const ANY = Infinity;
/** A statement longer than this is data, not a question. */
const MAX_LOOKED_AT_BYTES = 64 * 1024;

/** They name no table. */
const NAMELESS = new Set([
  'SET',
  'SHOW',
  'RESET',
  'FETCH',
  'MOVE',
  'CLOSE',
  'LISTEN',
  'UNLISTEN',
  'NOTIFY',
  'VALUES',
]);
const DEFINING = new Set(['CREATE', 'ALTER', 'DROP', 'COMMENT', 'GRANT', 'REVOKE']);
const DEFINING_KINDS = new Set<Statement['kind']>([
  'create-table',
  'alter-table',
  'drop-tables',
  'create-schema',
]);
const CATALOGUES = /pg_|information_schema|regclass/i;

/** Whether what a statement names, its table and columns, is known, or has been looked for in vain. */
export type Standing = 'known' | 'missed' | 'new';

/** A statement that names a table to write to. */
export type Targeting = Extract<Statement, { readonly target: unknown }>;

const AGES: Readonly<Record<Standing, number>> = { known: KNOWN_MS, missed: RECENT_MS, new: NEWEST };

/** Milliseconds. `text` is where the statement stands. */
export function maxAge(
  statement: Statement,
  text: Buffer,
  standing: (statement: Targeting) => Standing,
): number {
  if ('target' in statement) return AGES[standing(statement)];
  if ('targets' in statement) return NEWEST;
  if (DEFINING_KINDS.has(statement.kind)) return NEWEST;
  if (statement.kind === 'execute-sql') return RECENT_MS;
  if (statement.kind !== 'other') return ANY;
  if (NAMELESS.has(statement.word)) return ANY;
  if (DEFINING.has(statement.word)) return NEWEST;
  const asks = text.length <= MAX_LOOKED_AT_BYTES && CATALOGUES.test(text.toString('latin1'));
  return asks ? NEWEST : RECENT_MS;
}
