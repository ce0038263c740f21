// What an INSERT says apart from its rows: target, columns, ON CONFLICT, RETURNING. Read from `head VALUES (NULL) tail` by
// one of two parsers and kept by text, since clients send the same few heads over and over.
import { readHeadFast } from './head-fast';
import { readHeadExactly } from './head-exact';
import { BoundedCache } from './bounded-cache';
import type { InsertHead } from './head';

/** The longest text that a parser gets: 1 600 columns with names of full length fit. */
export const MAX_PARSED_BYTES = 256 * 1024;
/** pgsql-ast-parser needs about 1 ms for each 200 bytes: longer heads go to the other parser. */
const MAX_FAST_BYTES = 2048;
const MAX_CACHED_HEADS = 1000;
const MAX_CACHED_BYTES = 4 * 1024 * 1024;

const cache = new BoundedCache<InsertHead | null>(MAX_CACHED_HEADS, MAX_CACHED_BYTES);

/** Null: no parser takes the text, or it is too long; PostgreSQL is to say what it thinks of it. */
export function parseInsertHead(text: string): InsertHead | null {
  if (text.length > MAX_PARSED_BYTES) return null;
  const known = cache.get(text);
  if (known !== undefined) return known;
  const head = (isPlain(text) ? readHeadFast(text) : null) ?? readHeadExactly(text);
  cache.set(text, head);
  return head;
}

/**
 * pgsql-ast-parser misreads or refuses: characters beyond ASCII, "" inside a quoted name, U&"...", literals, an arbiter's
 * WHERE, COLLATE, (a, b) = ROW(...), three-part names. What may hold one of them goes to PostgreSQL's own parser at once.
 */
function isPlain(text: string): boolean {
  return (
    text.length <= MAX_FAST_BYTES &&
    !/[^\t\n\r\x20-\x7e]|""|u&|['$[]|\bwhere\b|\bset\s*\(|\.[^.]*\.[^.]*\(/i.test(text)
  );
}
