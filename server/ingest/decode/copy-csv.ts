// COPY data as CSV: fields may stand in quotes, where delimiters and line endings are data; an unquoted null string is NULL.
import { BACKSLASH, badFormat, CR, LF, MARKER, MORE } from './copy-line-endings';
import { CopyLines, type LineTarget, nulByte, specialBytes } from './copy-lines';
import { NULL_FIELD } from './row-fields';

/** No byte: where escape and quote are the same, only the quote counts in finding a line's end. */
const NONE = -1;

export class CsvScanner extends CopyLines {
  private readonly delimiter: number;
  private readonly quote: number;
  private readonly escape: number;
  /** Bytes that matter outside quotes, inside, and to findEnd. */
  private readonly special: Uint8Array;
  private readonly specialInQuotes: Uint8Array;
  private readonly specialInLine: Uint8Array;
  /** 1 for the columns so named in the statement. */
  private readonly forceNotNull: Uint8Array;
  private readonly forceNull: Uint8Array;
  /** findEnd's state, kept where a chunk ends in the line. */
  private inQuotes = false;
  private afterEscape = false;

  constructor(target: LineTarget) {
    super(target, true);
    const { delimiter, quote, escape } = target.options;
    this.delimiter = delimiter;
    this.quote = quote;
    this.escape = escape;
    this.special = specialBytes(delimiter, quote);
    this.specialInQuotes = specialBytes(quote, escape);
    this.specialInLine = specialBytes(quote, escape, BACKSLASH);
    this.forceNotNull = flags(target, 'forceNotNull');
    this.forceNull = flags(target, 'forceNull');
  }

  protected takePlainLines(data: Buffer, from: number, to: number): number {
    const { special, delimiter, quote, endings, fields, sink } = this;
    const last = fields.count - 1;
    this.pointTo(data);
    let line = from;
    let field = 0;
    let start = from;
    let closing = NONE;
    let at = from;
    // A backslash at a line's start may be the end of the data.
    while (at < to && (at !== line || data[at] !== BACKSLASH)) {
      const byte = data[at]!;
      if (special[byte] === 0) {
        at++;
        while (at < to && special[data[at]!] === 0) at++;
      } else if (byte === quote) {
        if (at !== start) return line;
        closing = this.plainClosing(data, at + 1, to);
        if (closing === NONE) return line;
        at = closing + 1;
      } else {
        const isLast = byte !== delimiter;
        const width = isLast ? endings.plainEndAt(data, at, to) : 1;
        if (width === 0 || isLast !== (field === last)) return line;
        if (closing === NONE) this.put(field, data, start, at);
        else this.putQuoted(field, data, start + 1, closing);
        start = at += width;
        closing = NONE;
        field++;
        if (!isLast) continue;
        line = at;
        field = 0;
        this.line++;
        sink(fields);
        this.rows++;
      }
    }
    return line;
  }

  /** The closing quote of a field with nothing to unescape in it, where the field ends behind it; else NONE. */
  private plainClosing(data: Buffer, from: number, to: number): number {
    const { specialInQuotes, quote } = this;
    let at = from;
    while (at < to && specialInQuotes[data[at]!] === 0) at++;
    if (at + 1 >= to || data[at] !== quote) return NONE;
    const after = data[at + 1]!;
    return after !== quote && this.special[after] === 1 ? at : NONE;
  }

  private put(index: number, data: Buffer, start: number, end: number): void {
    const isNull = this.isNull(data, start, end) && this.forceNotNull[index] === 0;
    this.fields.starts[index] = isNull ? NULL_FIELD : start;
    this.fields.ends[index] = end;
  }

  private putQuoted(index: number, data: Buffer, start: number, end: number): void {
    const isNull = this.forceNull[index] === 1 && this.isNull(data, start, end);
    this.fields.starts[index] = isNull ? NULL_FIELD : start;
    this.fields.ends[index] = end;
  }

  protected findEnd(data: Buffer, start: number, to: number, last: boolean): number {
    const { specialInLine, quote } = this;
    const escape = this.escape === quote ? NONE : this.escape;
    let inQuotes = this.read > 0 && this.inQuotes;
    let afterEscape = this.read > 0 && this.afterEscape;
    let at = start + this.read;
    while (at < to) {
      const byte = data[at]!;
      if (specialInLine[byte] === 0) {
        afterEscape = false;
        at++;
        continue;
      }
      if (byte === 0) throw nulByte();
      if (byte === BACKSLASH && at === start) {
        const marker = this.endings.markerAt(data, at, to, last);
        if (marker === MARKER.more) break;
        if (marker === MARKER.yes) return this.endOfData(at, to);
      }
      if (inQuotes && byte === escape) afterEscape = !afterEscape;
      if (byte === quote && !afterEscape) inQuotes = !inQuotes;
      if (byte !== escape) afterEscape = false;
      if (byte === CR || byte === LF) {
        if (!inQuotes) {
          const next = this.endings.endAt(data, at, to, last);
          if (next === MORE) break;
          this.contentEnd = at;
          return next;
        }
        if (this.endings.counts(byte)) this.line++;
      }
      at++;
    }
    this.inQuotes = inQuotes;
    this.afterEscape = afterEscape;
    this.read = at - start;
    this.contentEnd = to;
    return last ? to : MORE;
  }

  protected split(data: Buffer, start: number, end: number): number {
    let count = 0;
    let at = start;
    while (at >= 0) at = this.readField(data, at, end, count++);
    return count;
  }

  /** Returns where the next field starts, -1 at the line's end. */
  private readField(data: Buffer, from: number, end: number, index: number): number {
    const { delimiter, quote } = this;
    let at = from;
    while (at < end && data[at] !== delimiter && data[at] !== quote) at++;
    if (at < end && data[at] === quote) return this.readQuotedField(data, from, end, index);
    if (index < this.fields.count) this.put(index, data, from, at);
    return at < end ? at + 1 : -1;
  }

  /** Quotes may open and close anywhere in a field. */
  private readQuotedField(data: Buffer, from: number, end: number, index: number): number {
    const { delimiter, quote, escape, scratch, scratchEnd } = this;
    let out = scratchEnd;
    let at = from;
    let inQuotes = false;
    while (at < end && (inQuotes || data[at] !== delimiter)) {
      let byte = data[at++]!;
      if (inQuotes && byte === escape && at < end && (data[at] === escape || data[at] === quote)) {
        byte = data[at++]!;
      } else if (byte === quote) {
        inQuotes = !inQuotes;
        continue;
      }
      scratch[out++] = byte;
    }
    if (inQuotes) throw badFormat('unterminated CSV quoted field');
    if (this.forceNull[index] === 1 && this.isNull(scratch, scratchEnd, out)) this.putNull(index);
    else this.putUnescaped(index, scratchEnd, out);
    return at < end ? at + 1 : -1;
  }
}

function flags(target: LineTarget, option: 'forceNotNull' | 'forceNull'): Uint8Array {
  const named = target.options[option];
  return Uint8Array.from(target.columns, (column) => (named === '*' || named.includes(column) ? 1 : 0));
}
