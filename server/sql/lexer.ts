// The tokens of SQL text, read from its bytes: a kind and two offsets, no string per token. Used for a statement's words,
// names and options, and for the rarer literals; a VALUES list's common ones are read without it.
import {
  continuation,
  dollarDelimiter,
  isDigit,
  isIdentifierPart,
  isIdentifierStart,
  isOperator,
  skipBits,
  skipDollarQuoted,
  skipEscaped,
  skipQuoted,
  skipSpace,
} from './bytes';

export const TOKEN = {
  end: 0,
  /** An unquoted identifier or a keyword. */
  word: 1,
  quotedName: 2,
  /** U&"..." */
  unicodeName: 3,
  string: 4,
  /** E'...' */
  escapeString: 5,
  /** $tag$...$tag$ */
  dollarString: 6,
  /** U&'...', N'...', B'...', X'...' */
  otherString: 7,
  number: 8,
  /** $1 */
  parameter: 9,
  operator: 10,
  /** :: */
  cast: 11,
  /** One byte: ( ) [ ] , ; : . */
  punctuation: 12,
  /** An unterminated string or a byte that no token begins with. */
  broken: 13,
} as const;
export type TokenKind = (typeof TOKEN)[keyof typeof TOKEN];

export class Lexer {
  kind: TokenKind = TOKEN.end;
  /** The token is text[start, end). */
  start: number;
  end: number;

  constructor(
    readonly text: Buffer,
    start: number,
    readonly limit: number,
  ) {
    this.start = start;
    this.end = start;
  }

  /** Reads the next token. */
  next(): TokenKind {
    this.start = skipSpace(this.text, this.end, this.limit);
    this.end = this.start;
    if (this.start >= this.limit) return (this.kind = TOKEN.end);
    this.kind = this.scan(this.text[this.start]!);
    if (this.end > this.limit) {
      this.end = this.limit;
      this.kind = TOKEN.broken;
    }
    return this.kind;
  }

  /** Reads on from another place. */
  seek(position: number): void {
    this.end = position;
    this.next();
  }

  isEnd(): boolean {
    return this.kind === TOKEN.end;
  }

  /** Is the token this keyword? `upper` consists of capital letters and underscores. */
  isWord(upper: string): boolean {
    if (this.kind !== TOKEN.word || this.end - this.start !== upper.length) return false;
    for (let i = 0; i < upper.length; i++) {
      if ((this.text[this.start + i]! & 0xdf) !== upper.charCodeAt(i)) return false;
    }
    return true;
  }

  isPunctuation(char: number): boolean {
    return this.kind === TOKEN.punctuation && this.text[this.start] === char;
  }

  /** Goes on when the token is this keyword. */
  acceptWord(upper: string): boolean {
    if (!this.isWord(upper)) return false;
    this.next();
    return true;
  }

  acceptPunctuation(char: number): boolean {
    if (!this.isPunctuation(char)) return false;
    this.next();
    return true;
  }

  /** The token's text, ASCII upper case: for keywords. */
  upperWord(): string {
    return this.text.toString('latin1', this.start, this.end).toUpperCase();
  }

  private byteAt(position: number): number | undefined {
    return position < this.limit ? this.text[position] : undefined;
  }

  private scan(byte: number): TokenKind {
    if (isIdentifierStart(byte)) return this.scanWord(byte);
    if (byte === 0x27) return this.scanString(TOKEN.string);
    if (isDigit(byte) || (byte === 0x2e && isDigit(this.byteAt(this.start + 1)))) return this.scanNumber();
    if (byte === 0x22) {
      this.end = skipQuoted(this.text, this.start, this.limit);
      return this.end === this.start + 2 ? TOKEN.broken : TOKEN.quotedName;
    }
    if (byte === 0x24) return this.scanDollar();
    if (isOperator(byte)) return this.scanOperator();
    return this.scanPunctuation(byte);
  }

  private scanWord(first: number): TokenKind {
    const second = this.byteAt(this.start + 1);
    const letter = first & 0xdf;
    if (second === 0x27) {
      if (letter === 0x45) return this.scanString(TOKEN.escapeString, skipEscaped);
      if (letter === 0x42 || letter === 0x58) return this.scanString(TOKEN.otherString, skipBits);
      if (letter === 0x4e) return this.scanString(TOKEN.otherString);
    } else if (second === 0x26 && letter === 0x55) {
      const third = this.byteAt(this.start + 2);
      if (third === 0x27) return this.scanString(TOKEN.otherString);
      if (third === 0x22) {
        this.end = skipQuoted(this.text, this.start + 2, this.limit);
        return TOKEN.unicodeName;
      }
    }
    let at = this.start + 1;
    while (at < this.limit && isIdentifierPart(this.text[at])) at++;
    this.end = at;
    return TOKEN.word;
  }

  private scanString(kind: TokenKind, skip = skipQuoted): TokenKind {
    let open = this.text.indexOf(0x27, this.start);
    while (open >= 0) {
      this.end = skip(this.text, open, this.limit);
      open = continuation(this.text, this.end, this.limit);
    }
    return kind;
  }

  /** Letters at its end are taken along: 0x1F is a number, 1_000 is, 1a is none and becomes no token of its own. */
  private scanNumber(): TokenKind {
    let at = this.skipDigits(this.start);
    // `1..2` is a range in PL/pgSQL: the points are a token of their own.
    if (this.byteAt(at) === 0x2e && this.byteAt(at + 1) !== 0x2e) at = this.skipDigits(at + 1);
    if (this.byteAt(at) === 0x65 || this.byteAt(at) === 0x45) {
      const sign = this.byteAt(at + 1);
      const digits = sign === 0x2b || sign === 0x2d ? at + 2 : at + 1;
      if (isDigit(this.byteAt(digits))) at = this.skipDigits(digits);
    }
    while (isIdentifierPart(this.byteAt(at)) && this.text[at] !== 0x24) at++;
    this.end = at;
    return TOKEN.number;
  }

  private skipDigits(start: number): number {
    let at = start;
    while (isDigit(this.byteAt(at))) at++;
    return at;
  }

  private scanDollar(): TokenKind {
    if (isDigit(this.byteAt(this.start + 1))) {
      this.end = this.skipDigits(this.start + 1);
      return TOKEN.parameter;
    }
    const opening = dollarDelimiter(this.text, this.start, this.limit);
    this.end = opening === 0 ? this.start + 1 : skipDollarQuoted(this.text, this.start, this.limit);
    return opening === 0 ? TOKEN.broken : TOKEN.dollarString;
  }

  /** A run of operator characters ends before a comment, and loses its trailing + and - unless one of ~!@#^&|`?% is in it. */
  private scanOperator(): TokenKind {
    let at = this.start;
    let special = false;
    while (at < this.limit && isOperator(this.text[at])) {
      const byte = this.text[at]!;
      const next = this.byteAt(at + 1);
      if ((byte === 0x2d && next === 0x2d) || (byte === 0x2f && next === 0x2a)) break;
      if ('~!@#^&|`?%'.includes(String.fromCharCode(byte))) special = true;
      at++;
    }
    if (!special)
      while (at > this.start + 1 && (this.text[at - 1] === 0x2b || this.text[at - 1] === 0x2d)) at--;
    this.end = at;
    return TOKEN.operator;
  }

  private scanPunctuation(byte: number): TokenKind {
    this.end = this.start + 1;
    if (byte === 0x3a && this.byteAt(this.end) === 0x3a) {
      this.end++;
      return TOKEN.cast;
    }
    return '()[],;:.'.includes(String.fromCharCode(byte)) ? TOKEN.punctuation : TOKEN.broken;
  }
}
