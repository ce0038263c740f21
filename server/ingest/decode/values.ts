// Reads the rows of `VALUES (...), (...)` straight from the statement's bytes into RowFields, without a parser, a string or
// an object per field. What is no plain literal ends the scan: then the engine evaluates the statement.
import { PostgresError } from '../../postgres-error';
import { skipQuoted, skipSpace } from '../../sql/bytes';
import { Lexer, TOKEN } from '../../sql/lexer';
import { appendPlain } from '../../sql/string-literal';
import { NULL_FIELD, OID, type RowFields, type RowSink } from './row-fields';
import { LITERAL, LiteralReader } from './values-literal';

/** The scan's answer for a list that the engine must evaluate. */
const NOT_LITERAL = -1;

/** A number of so many digits is an int4 without a look at its value. */
const SURE_INT4_DIGITS = 9;
const NULL_WORD = Buffer.from('NULL');
const EMPTY = Buffer.alloc(0);

/**
 * Scans text[start, end), the rows behind VALUES. Gives the number of rows, each of which went to `sink`; or NOT_LITERAL
 * when it met an expression, DEFAULT, a parameter or a literal that it does not know: the caller takes its rows back.
 * Throws 42601 with PostgreSQL's wording when a row has not as many fields as `row`.
 */
export function scanValues(text: Buffer, start: number, end: number, row: RowFields, sink: RowSink): number {
  const scanner = new ValuesScanner(text, end, row);
  let at = skipSpace(text, start, end);
  let rows = 0;
  while (at < end && text[at] === 0x28) {
    at = scanner.readRow(at + 1, rows);
    if (at < 0) return NOT_LITERAL;
    sink(row);
    rows++;
    at = skipSpace(text, at, end);
    if (at >= end) return rows;
    if (text[at] !== 0x2c) return NOT_LITERAL;
    at = skipSpace(text, at + 1, end);
  }
  return NOT_LITERAL;
}

/** The number of expressions in the first row: as many columns does an INSERT without a column list write. 0: no row. */
export function countExpressions(text: Buffer, start: number, end: number): number {
  const lexer = new Lexer(text, start, end);
  lexer.next();
  if (!lexer.acceptPunctuation(0x28)) return 0;
  let depth = 1;
  let count = 1;
  for (; lexer.kind !== TOKEN.end && lexer.kind !== TOKEN.broken; lexer.next()) {
    if (lexer.kind !== TOKEN.punctuation) continue;
    const byte = text[lexer.start];
    if (byte === 0x28 || byte === 0x5b) depth++;
    else if (byte === 0x29 || byte === 0x5d) depth--;
    else if (byte === 0x2c && depth === 1) count++;
    if (depth === 0) return count;
  }
  return 0;
}

class ValuesScanner {
  private readonly reader: LiteralReader;
  /** The bytes of the casts that were read last, and the type they end in. */
  private casts: Buffer = EMPTY;
  private castOid = 0;
  /** Some of the row's buffers are not the text. */
  private isRowMixed = false;

  constructor(
    private readonly text: Buffer,
    private readonly end: number,
    private readonly row: RowFields,
  ) {
    this.reader = new LiteralReader(text, end);
    row.buffers.fill(text);
    row.formats.fill(0);
  }

  /** Reads the row whose first field is at or behind `at`; gives where it ends, behind its parenthesis. */
  readRow(at: number, index: number): number {
    const { text, end, row } = this;
    if (this.isRowMixed) this.unmix();
    for (let column = 0; ; column++) {
      while (at < end && text[at] === 0x20) at++;
      if (column === row.count) throw tooMany(index);
      at = this.readField(at, column);
      if (at < 0 || at >= end) return NOT_LITERAL;
      const byte = text[at++];
      if (byte === 0x29) {
        if (column + 1 < row.count) throw tooFew(index);
        return at;
      }
      if (byte !== 0x2c) return NOT_LITERAL;
    }
  }

  /** Gives the offset of the comma or parenthesis behind the field. */
  private readField(at: number, column: number): number {
    const byte = this.text[at]!;
    if (byte === 0x27) return this.readString(at, column);
    if ((byte >= 0x30 && byte <= 0x39) || byte === 0x2d) return this.readNumber(at, column);
    if (byte === 0x4e || byte === 0x6e) return this.readNull(at, column);
    return this.readOther(at, column);
  }

  private readString(open: number, column: number): number {
    const { text, row } = this;
    const close = text.indexOf(0x27, open + 1);
    if (close < 0 || close + 1 >= this.end) return NOT_LITERAL;
    let at = close + 1;
    if (text[at] === 0x27) return this.readDoubled(open, column);
    while (text[at] === 0x20) at++;
    const next = text[at];
    if (next === 0x3a) return this.readCast(open, close, column);
    if (next !== 0x2c && next !== 0x29) return this.readOther(open, column);
    row.starts[column] = open + 1;
    row.ends[column] = close;
    row.oids[column] = OID.unknown;
    return at;
  }

  /** A string with '' in it. */
  private readDoubled(open: number, column: number): number {
    const { text, row } = this;
    const end = skipQuoted(text, open, this.end);
    let at = end;
    while (text[at] === 0x20) at++;
    if (at >= this.end || (text[at] !== 0x2c && text[at] !== 0x29)) return this.readOther(open, column);
    const { scratch } = this.reader;
    row.starts[column] = scratch.length;
    appendPlain(scratch, text, open + 1, end - 1);
    row.ends[column] = scratch.length;
    row.oids[column] = OID.unknown;
    row.buffers[column] = scratch.buffer;
    this.isRowMixed = true;
    return at;
  }

  /** 'x'::type. A column's casts are spelled alike, row after row: what was read once is only compared. */
  private readCast(open: number, close: number, column: number): number {
    const { row, text } = this;
    const known = this.castsEndAt(close + 1);
    if (known > 0) {
      row.starts[column] = open + 1;
      row.ends[column] = close;
      row.oids[column] = this.castOid;
      return known;
    }
    const next = this.readOther(open, column);
    if (next > 0 && next < this.end && this.reader.keepsAnyString) {
      this.casts = text.subarray(close + 1, next);
      this.castOid = row.oids[column]!;
    }
    return next;
  }

  /** Where the casts at `start` end, if they are the ones that were read last; 0 otherwise. */
  private castsEndAt(start: number): number {
    const { casts, text } = this;
    if (casts.length === 0) return 0;
    for (let i = 0; i < casts.length; i++) if (text[start + i] !== casts[i]) return 0;
    const end = start + casts.length;
    return end < this.end && (text[end] === 0x2c || text[end] === 0x29) ? end : 0;
  }

  private readNull(start: number, column: number): number {
    const { text, row } = this;
    for (let i = 1; i < 4; i++)
      if ((text[start + i]! & 0xdf) !== NULL_WORD[i]) return this.readOther(start, column);
    let at = start + 4;
    while (text[at] === 0x20) at++;
    if (at >= this.end || (text[at] !== 0x2c && text[at] !== 0x29)) return this.readOther(start, column);
    row.starts[column] = NULL_FIELD;
    row.ends[column] = NULL_FIELD;
    row.oids[column] = OID.unknown;
    return at;
  }

  /** A number that PostgreSQL would print as it stands, with what may follow it; any other is read the slow way. */
  private readNumber(start: number, column: number): number {
    const { text, end, row } = this;
    const isNegative = text[start] === 0x2d;
    const first = isNegative ? start + 1 : start;
    let at = first;
    let byte = text[at]!;
    let digits = 0;
    while (at < end && byte >= 0x30 && byte <= 0x39) {
      digits |= byte;
      byte = text[++at]!;
    }
    const whole = at - first;
    if (whole === 0 || (text[first] === 0x30 && whole > 1)) return this.readOther(start, column);
    let oid: number = OID.int4;
    if (byte === 0x2e) {
      byte = text[++at]!;
      const fraction = at;
      while (at < end && byte >= 0x30 && byte <= 0x39) {
        digits |= byte;
        byte = text[++at]!;
      }
      if (at === fraction) return this.readOther(start, column);
      oid = OID.numeric;
    } else if (whole > SURE_INT4_DIGITS) return this.readOther(start, column);
    const valueEnd = at;
    while (at < end && byte === 0x20) byte = text[++at]!;
    // Zero has no sign.
    if ((byte !== 0x2c && byte !== 0x29) || (isNegative && digits === 0x30))
      return this.readOther(start, column);
    row.starts[column] = start;
    row.ends[column] = valueEnd;
    row.oids[column] = oid;
    return at;
  }

  private readOther(at: number, column: number): number {
    const { reader, row } = this;
    const next = reader.read(at);
    if (next < 0 || reader.kind === LITERAL.parameter) return NOT_LITERAL;
    const isNull = reader.kind === LITERAL.null;
    row.starts[column] = isNull ? NULL_FIELD : reader.start;
    row.ends[column] = isNull ? NULL_FIELD : reader.end;
    row.oids[column] = reader.oid;
    row.buffers[column] = reader.buffer;
    this.isRowMixed = true;
    return next;
  }

  private unmix(): void {
    this.row.buffers.fill(this.text);
    this.reader.scratch.length = 0;
    this.isRowMixed = false;
  }
}

/** PostgreSQL compares the first row with the columns, the others with the first. */
function tooMany(index: number): PostgresError {
  return new PostgresError(
    'syntax_error',
    index === 0
      ? 'INSERT has more expressions than target columns'
      : 'VALUES lists must all be the same length',
  );
}

function tooFew(index: number): PostgresError {
  return new PostgresError(
    'syntax_error',
    index === 0
      ? 'INSERT has more target columns than expressions'
      : 'VALUES lists must all be the same length',
  );
}
