// uuid: written as PostgreSQL prints it, lower case in five groups.
import type { Write } from './decoders';
import { BINARY_FORMAT, type Format } from './row-fields';
import { invalidBinary, invalidSyntax } from './utf8';

const BYTES = 16;
const DIGITS = 32;
const TEXT_LENGTH = 36;
const HEX = Buffer.from('0123456789abcdef');
const HYPHEN = 0x2d;
const OPEN = 0x7b;
const CLOSE = 0x7d;

/** Writes the 36 characters, without quotes. Throws 22P02, 22P03. */
export function uuidWriter(format: Format): Write {
  return format === BINARY_FORMAT ? writeBinary : writeText;
}

const writeBinary: Write = (buffer, start, end, out) => {
  if (end - start !== BYTES) throw invalidBinary();
  out.reserve(TEXT_LENGTH);
  for (let i = 0; i < BYTES; i++) {
    if (startsGroup(2 * i)) out.buffer[out.length++] = HYPHEN;
    const byte = buffer[start + i]!;
    out.buffer[out.length++] = HEX[byte >> 4]!;
    out.buffer[out.length++] = HEX[byte & 15]!;
  }
};

const writeText: Write = (buffer, start, end, out) => {
  if (!isUuid(buffer, start, end)) throw invalidSyntax('uuid', buffer, start, end);
  out.reserve(TEXT_LENGTH);
  let digits = 0;
  for (let i = start; i < end; i++) {
    const byte = buffer[i]!;
    if (!isHex(byte)) continue;
    if (startsGroup(digits)) out.buffer[out.length++] = HYPHEN;
    out.buffer[out.length++] = byte > 0x39 ? byte | 0x20 : byte;
    digits++;
  }
};

/** 32 hexadecimal digits; a hyphen may follow any four of them, braces may stand around. */
function isUuid(buffer: Buffer, start: number, end: number): boolean {
  const braces = buffer[start] === OPEN && end > start;
  if (braces && buffer[end - 1] !== CLOSE) return false;
  const last = braces ? end - 1 : end;
  let digits = 0;
  for (let i = braces ? start + 1 : start; i < last; i++) {
    if (isHex(buffer[i]!)) digits++;
    else if (
      buffer[i] !== HYPHEN ||
      digits === 0 ||
      digits % 4 !== 0 ||
      digits >= DIGITS ||
      !isHex(buffer[i - 1]!)
    )
      return false;
  }
  return digits === DIGITS;
}

function startsGroup(digits: number): boolean {
  return digits === 8 || digits === 12 || digits === 16 || digits === 20;
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}
