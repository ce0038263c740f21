// The bytes that a string constant stands for: '...', E'...' and $$...$$, in one or several segments. Written into a
// buffer that the caller owns, since a VALUES list has many of them.
import { isUtf8 } from 'node:buffer';
import { continuation, dollarDelimiter, skipEscaped, skipQuoted } from './bytes';
import { TOKEN, type TokenKind } from './lexer';

const EMPTY = Buffer.alloc(0);
const MIN_BYTES = 1024;
/** Up to here a loop is faster than a call of Buffer.copy. */
const SHORT = 48;

/** Grows by doubling; `length` is what is written. */
export class Scratch {
  buffer: Buffer = EMPTY;
  length = 0;

  reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes, MIN_BYTES));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }

  /** Room must have been reserved. */
  put(byte: number): void {
    this.buffer[this.length++] = byte;
  }

  append(source: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    if (end - start > SHORT) {
      source.copy(this.buffer, this.length, start, end);
      this.length += end - start;
    } else for (let at = start; at < end; at++) this.put(source[at]!);
  }
}

/** Appends the value of the string token text[start, end). False when PostgreSQL would refuse it (or it is of another kind). */
export function appendString(
  scratch: Scratch,
  text: Buffer,
  token: { kind: TokenKind; start: number; end: number },
): boolean {
  const { kind, start, end } = token;
  if (kind === TOKEN.dollarString) {
    const delimiter = dollarDelimiter(text, start, end);
    scratch.append(text, start + delimiter, end - delimiter);
    return true;
  }
  const escapes = kind === TOKEN.escapeString;
  if (kind !== TOKEN.string && !escapes) return false;
  const from = scratch.length;
  let open = escapes ? start + 1 : start;
  while (open >= 0) {
    const close = escapes ? skipEscaped(text, open, end) : skipQuoted(text, open, end);
    if (close > end) return false;
    if (escapes) {
      if (!appendEscaped(scratch, text, open + 1, close - 1)) return false;
    } else appendPlain(scratch, text, open + 1, close - 1);
    open = continuation(text, close, end);
  }
  return !escapes || isCleanText(scratch.buffer.subarray(from, scratch.length));
}

/** \x and octal escapes can make bytes that are no text. */
function isCleanText(bytes: Buffer): boolean {
  return !bytes.includes(0) && isUtf8(bytes);
}

/** Appends the inside of a '...' string: each '' becomes '. */
export function appendPlain(scratch: Scratch, text: Buffer, start: number, end: number): void {
  let from = start;
  let quote = text.indexOf(0x27, from);
  while (quote >= 0 && quote < end) {
    scratch.append(text, from, quote + 1);
    from = quote + 2;
    quote = text.indexOf(0x27, from);
  }
  scratch.append(text, from, end);
}

function appendEscaped(scratch: Scratch, text: Buffer, start: number, end: number): boolean {
  // No escape is shorter than what it stands for.
  scratch.reserve(end - start);
  let at = start;
  while (at < end) {
    const byte = text[at]!;
    if (byte === 0x5c) {
      at = appendEscape(scratch, text, at + 1, end);
      if (at < 0) return false;
    } else {
      scratch.put(byte);
      at += byte === 0x27 ? 2 : 1;
    }
  }
  return true;
}

const SINGLE: Record<number, number> = { 0x62: 8, 0x66: 12, 0x6e: 10, 0x72: 13, 0x74: 9, 0x76: 11 };

/** Reads the escape whose backslash lies before `at`; gives where it ends, -1 for one that PostgreSQL refuses. */
function appendEscape(scratch: Scratch, text: Buffer, at: number, end: number): number {
  const byte = text[at]!;
  if (byte >= 0x30 && byte <= 0x37) {
    const digits = countDigits(text, at, { end: Math.min(end, at + 3), base: 8 });
    scratch.put(parseInt(text.toString('latin1', at, at + digits), 8) & 0xff);
    return at + digits;
  }
  if (byte === 0x78) {
    const digits = countDigits(text, at + 1, { end: Math.min(end, at + 3), base: 16 });
    scratch.put(digits === 0 ? byte : parseInt(text.toString('latin1', at + 1, at + 1 + digits), 16));
    return at + 1 + digits;
  }
  if (byte === 0x75 || byte === 0x55) return appendUnicode(scratch, text, at, end);
  scratch.put(SINGLE[byte] ?? byte);
  return at + 1;
}

/** \uXXXX, \UXXXXXXXX, and two of them that make a surrogate pair. */
function appendUnicode(scratch: Scratch, text: Buffer, at: number, end: number): number {
  const high = readPoint(text, at, end);
  let next = at + pointLength(text, at);
  let point = high;
  if (high >= 0xd800 && high <= 0xdfff) {
    const low = text[next] === 0x5c ? readPoint(text, next + 1, end) : -1;
    if (high > 0xdbff || low < 0xdc00 || low > 0xdfff) return -1;
    point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
    next += 1 + pointLength(text, next + 1);
  }
  if (point <= 0 || point > 0x10ffff) return -1;
  scratch.length += scratch.buffer.write(String.fromCodePoint(point), scratch.length, 'utf8');
  return next;
}

/** The letter u takes four digits, U eight. */
function pointLength(text: Buffer, at: number): number {
  return text[at] === 0x75 ? 5 : 9;
}

function readPoint(text: Buffer, at: number, end: number): number {
  if (at >= end || (text[at]! | 0x20) !== 0x75) return -1;
  const length = pointLength(text, at) - 1;
  const digits = countDigits(text, at + 1, { end: Math.min(end, at + 1 + length), base: 16 });
  return digits === length ? parseInt(text.toString('latin1', at + 1, at + 1 + length), 16) : -1;
}

function countDigits(text: Buffer, start: number, span: { end: number; base: 8 | 16 }): number {
  let at = start;
  while (at < span.end && isDigitOf(text[at]!, span.base)) at++;
  return at - start;
}

function isDigitOf(byte: number, base: 8 | 16): boolean {
  if (base === 8) return byte >= 0x30 && byte <= 0x37;
  const letter = byte | 0x20;
  return (byte >= 0x30 && byte <= 0x39) || (letter >= 0x61 && letter <= 0x66);
}
