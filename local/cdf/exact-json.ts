// JSON whose whole numbers may have 64 bits, in and out: CDF's int64 does, JavaScript's numbers have 53.

/** Sixteen digits in a row that are no fraction: only then a number may be too long. */
const LONG_NUMBER = /(?<![\d.])\d{16}/;
const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|(?<![\d.])-?\d{16,}(?![\d.eE])/g;
/** Marks a number that stands as a string for a moment. Raw control characters are no JSON, so no text has it by itself. */
const MARK = '\u0001int64:';
const ESCAPED_MARK = '\\u0001int64:';
const MARKED_NUMBER = /"\\u0001int64:(-?\d+)"/g;

/** Whole numbers beyond 2^53 become bigints. Throws SyntaxError. */
export function parseExactJson(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text);
  let isMarked = false;
  const marked = text.replace(STRING_OR_LONG_NUMBER, (token) => {
    if (token.startsWith('"') || Number.isSafeInteger(Number(token))) return token;
    isMarked = true;
    return `"${ESCAPED_MARK}${token}"`;
  });
  if (!isMarked) return JSON.parse(text);
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value,
  );
}

/** Bigints become plain digits. */
export function formatJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // What JSON.stringify throws at a bigint.
    if (!(error instanceof TypeError)) throw error;
  }
  const marked = JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'bigint' ? `${MARK}${inner}` : inner,
  );
  return marked.replace(MARKED_NUMBER, '$1');
}
