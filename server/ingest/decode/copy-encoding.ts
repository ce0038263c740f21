// COPY data in a single-byte character set becomes UTF-8 before a scanner reads it.
import { isAscii } from 'node:buffer';
import { PostgresError } from '../../postgres-error';
import type { CopyLines } from './copy-lines';
import type { CopyScanner } from './copy-options';

/** So much is converted at a time. */
const STEP_BYTES = 16 * 1024;
/** No character of these sets is longer in UTF-8. */
const MAX_UTF8_BYTES = 3;

/** WIN1252's characters 0x80 to 0x9f; a space where it has none. Else it is LATIN1. */
const WIN1252 = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** Names as PostgreSQL compares them: letters and digits, lower case. */
const AS_THEY_ARE = new Set(['utf8', 'unicode', 'sqlascii']);
const SINGLE_BYTE = new Map([
  ['latin1', 'LATIN1'],
  ['iso88591', 'LATIN1'],
  ['win1252', 'WIN1252'],
  ['windows1252', 'WIN1252'],
]);

/** The scanner for data in this character set. Throws feature_not_supported where it cannot be converted here. */
export function convertingTo(scanner: CopyLines, encoding: string | null): CopyScanner {
  const name = (encoding ?? 'utf8').replace(/[^A-Za-z0-9]/g, '').toLowerCase();
  if (AS_THEY_ARE.has(name)) return scanner;
  const set = SINGLE_BYTE.get(name);
  if (set !== undefined) return new ConvertingScanner(scanner, set);
  throw new PostgresError('feature_not_supported', `COPY with encoding "${encoding}" is not supported`, {
    hint: 'Send the data as UTF8, LATIN1 or WIN1252.',
  });
}

class ConvertingScanner implements CopyScanner {
  private readonly converted = Buffer.allocUnsafeSlow(STEP_BYTES * MAX_UTF8_BYTES);
  /** UTF-8 of byte b at [b * 3, b * 3 + lengths[b]); length 0 for what is no character. */
  private readonly table = Buffer.alloc(256 * MAX_UTF8_BYTES);
  private readonly lengths = new Uint8Array(256);

  constructor(
    private readonly scanner: CopyLines,
    private readonly set: string,
  ) {
    for (let byte = 1; byte < 256; byte++) {
      const isOwn = set === 'WIN1252' && byte >= 0x80 && byte < 0xa0;
      const character = isOwn ? WIN1252.charAt(byte - 0x80) : String.fromCharCode(byte);
      const exists = !isOwn || character !== ' ';
      this.lengths[byte] = exists ? this.table.write(character, byte * MAX_UTF8_BYTES) : 0;
    }
  }

  get line(): number {
    return this.scanner.line;
  }

  get rows(): number {
    return this.scanner.rows;
  }

  write(chunk: Buffer, start: number, end: number): void {
    for (let from = start; from < end; from += STEP_BYTES) {
      this.convert(chunk, from, Math.min(from + STEP_BYTES, end));
    }
  }

  finish(): void {
    this.scanner.finish();
  }

  private convert(chunk: Buffer, from: number, to: number): void {
    const piece = chunk.subarray(from, to);
    if (isAscii(piece) && !piece.includes(0)) this.scanner.write(chunk, from, to);
    else this.convertBytes(chunk, from, to);
  }

  private convertBytes(chunk: Buffer, from: number, to: number): void {
    const { converted, table, lengths } = this;
    let out = 0;
    let at = from;
    for (; at < to; at++) {
      const byte = chunk[at]!;
      const length = lengths[byte]!;
      if (length === 0) break;
      const character = byte * MAX_UTF8_BYTES;
      converted[out++] = table[character]!;
      for (let next = 1; next < length; next++) converted[out++] = table[character + next]!;
    }
    this.scanner.write(converted, 0, out);
    // Behind the end of the data anything may stand.
    if (at < to && !this.scanner.isOver) throw this.noCharacter(chunk[at]!);
  }

  private noCharacter(byte: number): PostgresError {
    const hex = `0x${byte.toString(16).padStart(2, '0')}`;
    if (byte === 0)
      return new PostgresError(
        'character_not_in_repertoire',
        `invalid byte sequence for encoding "${this.set}": ${hex}`,
      );
    const message = `character with byte sequence ${hex} in encoding "${this.set}" has no equivalent in encoding "UTF8"`;
    return new PostgresError({ code: '22P05' }, message);
  }
}
