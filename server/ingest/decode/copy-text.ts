// COPY data in PostgreSQL's text format: fields between delimiters, backslash escapes, `\N` for NULL.
import { BACKSLASH, CR, DOT, LF, MARKER, MORE } from './copy-line-endings';
import { CopyLines, type LineTarget, nulByte, specialBytes } from './copy-lines';
import { NULL_FIELD } from './row-fields';

/** What \b \f \n \r \t \v stand for; the other letters stand for themselves. */
const CONTROLS = new Map([
  [0x62, 8],
  [0x66, 12],
  [0x6e, 10],
  [0x72, 13],
  [0x74, 9],
  [0x76, 11],
]);
const LETTER_X = 0x78;

export class TextScanner extends CopyLines {
  private readonly delimiter: number;
  private readonly special: Uint8Array;
  /** The null string is a backslash and an ordinary byte, as `\N`: the plain loop can read it. */
  private readonly isNullPlain: boolean;

  constructor(target: LineTarget) {
    super(target, false);
    this.delimiter = target.options.delimiter;
    this.special = specialBytes(this.delimiter, BACKSLASH);
    const [first, second = 0] = this.nullBytes;
    this.isNullPlain =
      this.nullBytes.length === 2 && first === BACKSLASH && second !== DOT && this.special[second] === 0;
  }

  protected takePlainLines(data: Buffer, from: number, to: number): number {
    const { special, delimiter, endings, fields, sink } = this;
    const last = fields.count - 1;
    this.pointTo(data);
    let line = from;
    let field = 0;
    let start = from;
    let at = from;
    while (at < to) {
      const byte = data[at]!;
      if (special[byte] === 0) {
        at++;
        while (at < to && special[data[at]!] === 0) at++;
      } else if (byte === delimiter) {
        if (field === last) return line;
        this.put(field++, data, start, at);
        start = ++at;
      } else if (byte === BACKSLASH) {
        if (at !== start || !this.isPlainNull(data, at, to)) return line;
        at += 2;
      } else {
        const width = endings.plainEndAt(data, at, to);
        if (width === 0 || field !== last) return line;
        this.put(field, data, start, at);
        at += width;
        line = start = at;
        field = 0;
        this.line++;
        sink(fields);
        this.rows++;
      }
    }
    return line;
  }

  private isPlainNull(data: Buffer, at: number, to: number): boolean {
    if (!this.isNullPlain || at + 2 >= to || data[at + 1] !== this.nullBytes[1]) return false;
    return this.special[data[at + 2]!] === 1;
  }

  private put(index: number, data: Buffer, start: number, end: number): void {
    this.fields.starts[index] = this.isNull(data, start, end) ? NULL_FIELD : start;
    this.fields.ends[index] = end;
  }

  protected findEnd(data: Buffer, start: number, to: number, last: boolean): number {
    const { special } = this;
    let at = start + this.read;
    while (at < to) {
      const byte = data[at]!;
      if (special[byte] === 0) {
        at++;
        continue;
      }
      if (byte === LF || byte === CR) {
        const next = this.endings.endAt(data, at, to, last);
        if (next === MORE) break;
        this.contentEnd = at;
        return next;
      }
      if (byte === BACKSLASH) {
        const marker = this.endings.markerAt(data, at, to, last);
        if (marker === MARKER.more) break;
        if (marker === MARKER.yes) return this.endOfData(at, to);
        // Whatever follows a backslash belongs to it, a line ending too.
        at++;
        if (data[at] === 0 && at < to) throw nulByte();
      } else if (byte === 0) {
        throw nulByte();
      }
      at++;
    }
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
    const { delimiter } = this;
    let at = from;
    while (at < end && data[at] !== delimiter && data[at] !== BACKSLASH) at++;
    if (at < end && data[at] === BACKSLASH) return this.readEscapedField(data, from, end, index);
    if (index < this.fields.count) this.put(index, data, from, at);
    return at < end ? at + 1 : -1;
  }

  private readEscapedField(data: Buffer, from: number, end: number, index: number): number {
    const { delimiter, scratch, scratchEnd } = this;
    let out = scratchEnd;
    let at = from;
    let rawEnd = end;
    let hasNul = false;
    while (at < end && data[at] !== delimiter) {
      let byte = data[at++]!;
      if (byte === BACKSLASH) {
        if (at === end) {
          // A backslash with nothing behind it is dropped.
          rawEnd--;
          break;
        }
        const escape = decodeEscape(data, at, end);
        byte = escape & 0xff;
        at += escape >> 8;
        hasNul ||= byte === 0;
      }
      scratch[out++] = byte;
    }
    if (at < end) rawEnd = at;
    // The null string is compared with what was sent, and nothing in it can be wrong.
    if (this.isNull(data, from, rawEnd)) this.putNull(index);
    else if (hasNul) throw nulByte();
    else this.putUnescaped(index, scratchEnd, out);
    return at < end ? at + 1 : -1;
  }
}

/** The escape whose backslash stands before `at`: its byte, plus 256 times the number of bytes that it takes. */
function decodeEscape(data: Buffer, at: number, end: number): number {
  const byte = data[at]!;
  if (digitOf(byte, 8) >= 0) return decodeDigits(data, at, Math.min(end, at + 3), 8);
  if (byte !== LETTER_X) return 0x100 | (CONTROLS.get(byte) ?? byte);
  const digits = decodeDigits(data, at + 1, Math.min(end, at + 3), 16);
  // An \x without a digit is an x.
  return digits === 0 ? 0x100 | LETTER_X : digits + 0x100;
}

/** Answers as decodeEscape; 0 where there is no digit. Higher bits of \777 are cut off, as PostgreSQL does. */
function decodeDigits(data: Buffer, from: number, to: number, radix: number): number {
  let value = 0;
  let at = from;
  for (; at < to; at++) {
    const digit = digitOf(data[at]!, radix);
    if (digit < 0) break;
    value = value * radix + digit;
  }
  return ((at - from) << 8) | (value & 0xff);
}

/** -1 where the byte is no digit of this radix. */
function digitOf(byte: number, radix: number): number {
  const letter = byte | 0x20;
  const digit = byte < 0x3a ? byte - 0x30 : letter >= 0x61 ? letter - 0x57 : -1;
  return digit < radix ? Math.max(digit, -1) : -1;
}
