// One literal of a VALUES list in any of its forms: signs, parentheses, casts, escapes, typed strings, parameters. The
// scanner reads the common forms itself and comes here for the rest.
import { Lexer, TOKEN } from '../../sql/lexer';
import { appendString, Scratch } from '../../sql/string-literal';
import { OID } from './row-fields';
import { appendNumber, digitsFrom, exceeds, integerOid } from './values-number';
import { NO_MODIFIER, TypeReader } from './values-type';

export const LITERAL = { null: 0, bool: 1, number: 2, string: 3, parameter: 4 } as const;
export type LiteralKind = (typeof LITERAL)[keyof typeof LITERAL];

/** Deeper parentheses and longer rows of signs are the engine's. */
const MAX_DEPTH = 50;
const BOOLEANS = Buffer.from('truefalse');
/** float8 holds that many digits exactly, so that it prints an integer as it was written. */
const FLOAT_DIGITS: Record<number, number> = { [OID.float4]: 6, [OID.float8]: 15 };
const INTEGER_MAX: Record<number, string> = {
  [OID.int2]: '32767',
  [OID.int4]: '2147483647',
  [OID.int8]: '9223372036854775807',
};

export class LiteralReader {
  kind: LiteralKind = LITERAL.null;
  /** The value is buffer[start, end), in PostgreSQL's text form. */
  buffer: Buffer;
  start = 0;
  end = 0;
  /** The literal's type; 705 for an untyped string, 0 for a parameter without a cast. */
  oid = 0;
  /** A string whose casts take any other string as well, unchanged: those without a length. */
  keepsAnyString = false;
  /** n of $n. */
  parameter = 0;
  /** Values that are not in the text as they stand. Whoever reads row after row empties it between rows. */
  readonly scratch = new Scratch();
  private readonly lexer: Lexer;
  private readonly type = new TypeReader();
  private depth = 0;
  /** An integer that no cast has given a type. */
  private isPlainInteger = false;

  constructor(
    private readonly text: Buffer,
    limit: number,
  ) {
    this.buffer = text;
    this.lexer = new Lexer(text, 0, limit);
  }

  /** Reads the literal at `position`; gives where the next token begins, or -1 when this is no literal. */
  read(position: number): number {
    this.depth = 0;
    this.lexer.seek(position);
    return this.expression() ? this.lexer.start : -1;
  }

  private expression(): boolean {
    if (++this.depth > MAX_DEPTH) return false;
    if (this.lexer.kind === TOKEN.operator) return this.signed();
    if (!this.primary()) return false;
    while (this.lexer.kind === TOKEN.cast) {
      this.lexer.next();
      if (!this.type.read(this.lexer) || !this.cast()) return false;
    }
    return true;
  }

  private signed(): boolean {
    const sign = this.text[this.lexer.start];
    const single = this.lexer.end - this.lexer.start === 1;
    if (!single || (sign !== 0x2b && sign !== 0x2d)) return false;
    this.lexer.next();
    if (!this.expression() || this.kind !== LITERAL.number) return false;
    // A number that was cast to text has no sign.
    if (this.oid === OID.text || this.oid === OID.varchar) return false;
    if (sign === 0x2d) return this.negate();
    this.isPlainInteger = false;
    return true;
  }

  /** Zero has no sign but as a float, which is left to the engine. */
  private negate(): boolean {
    if (!this.hasDigit()) return this.oid !== OID.float4 && this.oid !== OID.float8;
    if (this.buffer[this.start] === 0x2d) this.start++;
    else this.putSign();
    // PostgreSQL takes the sign into the constant before it gives it a type.
    if (this.isPlainInteger) this.oid = integerOid(this.buffer, this.start, this.end);
    return true;
  }

  private putSign(): void {
    const { buffer, start, end } = this;
    this.begin();
    this.scratch.reserve(1);
    this.scratch.put(0x2d);
    this.scratch.append(buffer, start, end);
    this.finish();
  }

  private hasDigit(): boolean {
    for (let at = this.start; at < this.end; at++) if (this.buffer[at]! >= 0x31) return true;
    return false;
  }

  private primary(): boolean {
    const { lexer } = this;
    switch (lexer.kind) {
      case TOKEN.punctuation:
        return lexer.acceptPunctuation(0x28) && this.expression() && lexer.acceptPunctuation(0x29);
      case TOKEN.string:
      case TOKEN.escapeString:
      case TOKEN.dollarString:
        return this.string();
      case TOKEN.number:
        return this.number();
      case TOKEN.parameter:
        return this.placeholder();
      case TOKEN.word:
      case TOKEN.quotedName:
        return this.word();
      default:
        return false;
    }
  }

  private string(): boolean {
    this.begin();
    if (!appendString(this.scratch, this.text, this.lexer)) return false;
    this.finish();
    this.kind = LITERAL.string;
    this.keepsAnyString = true;
    this.oid = OID.unknown;
    this.lexer.next();
    return true;
  }

  private number(): boolean {
    this.begin();
    this.oid = appendNumber(this.scratch, this.text, this.lexer.start, this.lexer.end);
    this.finish();
    this.isPlainInteger = digitsFrom(this.text, this.lexer.start, this.lexer.end) === this.lexer.end;
    this.kind = LITERAL.number;
    this.lexer.next();
    return this.oid !== 0;
  }

  private placeholder(): boolean {
    this.kind = LITERAL.parameter;
    this.parameter = Number(this.text.toString('latin1', this.lexer.start + 1, this.lexer.end));
    this.oid = 0;
    this.lexer.next();
    return this.parameter >= 1;
  }

  private word(): boolean {
    const { lexer } = this;
    if (lexer.acceptWord('NULL')) {
      this.kind = LITERAL.null;
      this.oid = OID.unknown;
      return true;
    }
    if (lexer.isWord('TRUE') || lexer.isWord('FALSE')) return this.bool();
    if (lexer.acceptWord('CAST')) {
      if (!lexer.acceptPunctuation(0x28) || !this.expression() || !lexer.acceptWord('AS')) return false;
      return this.type.read(lexer) && lexer.acceptPunctuation(0x29) && this.cast();
    }
    return this.typedString();
  }

  private bool(): boolean {
    this.kind = LITERAL.bool;
    this.oid = OID.bool;
    this.buffer = BOOLEANS;
    this.start = this.lexer.isWord('TRUE') ? 0 : 4;
    this.end = this.start === 0 ? 4 : 9;
    this.lexer.next();
    return true;
  }

  /** `date '2024-01-01'`. */
  private typedString(): boolean {
    if (!this.type.read(this.lexer) || this.type.isArray) return false;
    const { kind } = this.lexer;
    if (kind !== TOKEN.string && kind !== TOKEN.escapeString && kind !== TOKEN.dollarString) return false;
    return this.string() && this.cast();
  }

  /** Casts to the type just read. False: the value might change, or PostgreSQL might refuse. */
  private cast(): boolean {
    const { oid, modifier } = this.type;
    if (!this.takesCast(oid, modifier)) return false;
    this.oid = oid;
    this.isPlainInteger = false;
    if (modifier !== NO_MODIFIER || oid === OID.bpchar) this.keepsAnyString = false;
    return true;
  }

  private takesCast(oid: number, modifier: number): boolean {
    switch (this.kind) {
      case LITERAL.null:
        return this.oid === OID.unknown || this.oid === oid;
      case LITERAL.bool:
        return oid === OID.bool;
      case LITERAL.number:
        return modifier === NO_MODIFIER && this.numberFits(oid);
      case LITERAL.parameter:
        return modifier === NO_MODIFIER && (this.oid === 0 || this.oid === oid);
      case LITERAL.string:
        return (this.oid === OID.unknown || sameString(this.oid, oid)) && this.stringFits(oid, modifier);
    }
  }

  private numberFits(oid: number): boolean {
    const isInteger = this.oid === OID.int2 || this.oid === OID.int4 || this.oid === OID.int8;
    const start = this.buffer[this.start] === 0x2d ? this.start + 1 : this.start;
    const max = INTEGER_MAX[oid];
    if (max !== undefined) return isInteger && !exceeds(this.buffer, start, this.end, max);
    const digits = FLOAT_DIGITS[oid];
    if (digits !== undefined) return this.end - this.start <= digits && this.printsAsFloat();
    if (oid === OID.numeric) return isInteger || this.oid === OID.numeric;
    return (oid === OID.text || oid === OID.varchar) && (isInteger || this.oid === OID.numeric);
  }

  /** Is it written as PostgreSQL prints a float? Not so 1.50 and 0.00001. */
  private printsAsFloat(): boolean {
    const text = this.buffer.toString('latin1', this.start, this.end);
    return !text.includes('.') || !/^-?0\.0000|0$/.test(text);
  }

  private stringFits(oid: number, modifier: number): boolean {
    const last = this.buffer[this.end - 1];
    if (oid === OID.bpchar && this.end > this.start && last === 0x20) return false;
    if (modifier === NO_MODIFIER) return true;
    if (oid === OID.timestamp || oid === OID.timestamptz) return this.fractionDigits() <= modifier;
    const length = this.characters();
    return oid === OID.bpchar ? length === modifier : modifier > 0 && length <= modifier;
  }

  private characters(): number {
    let count = 0;
    for (let at = this.start; at < this.end; at++) if ((this.buffer[at]! & 0xc0) !== 0x80) count++;
    return count;
  }

  private fractionDigits(): number {
    const point = this.buffer.indexOf(0x2e, this.start);
    if (point < 0 || point >= this.end) return 0;
    let at = point + 1;
    while (at < this.end && this.buffer[at]! >= 0x30 && this.buffer[at]! <= 0x39) at++;
    return at - point - 1;
  }

  private begin(): void {
    this.start = this.scratch.length;
  }

  private finish(): void {
    this.buffer = this.scratch.buffer;
    this.end = this.scratch.length;
  }
}

/** text and varchar are the same bytes. */
function sameString(from: number, to: number): boolean {
  const isText = (oid: number): boolean => oid === OID.text || oid === OID.varchar;
  return from === to || (isText(from) && isText(to));
}
