// bytea: PostgreSQL's hex or escape text, or the bytes themselves, to base64: JSON has no bytes of its own.
import { PostgresError } from '../../postgres-error';
import type { Write } from './decoders';
import { BINARY_FORMAT, type Format } from './row-fields';
import { invalidSyntax } from './utf8';

const BACKSLASH = 0x5c;
const LOWER_X = 0x78;

/** Without quotes. Throws 22P02, and 22023 for hex digits that are none. */
export function base64Writer(format: Format): Write {
  const bytesOf = format === BINARY_FORMAT ? slice : readText;
  return (buffer, start, end, out) => out.ascii(bytesOf(buffer, start, end).toString('base64'));
}

function slice(buffer: Buffer, start: number, end: number): Buffer {
  return buffer.subarray(start, end);
}

function readText(buffer: Buffer, start: number, end: number): Buffer {
  const isHex = end - start >= 2 && buffer[start] === BACKSLASH && buffer[start + 1] === LOWER_X;
  return isHex ? readHex(buffer, start + 2, end) : readEscaped(buffer, start, end);
}

/** White space may stand between the bytes. */
function readHex(buffer: Buffer, start: number, end: number): Buffer {
  const digits = buffer.toString('latin1', start, end);
  if (!/^[0-9a-fA-F]*$/.test(digits)) return readSpacedHex(digits);
  if (digits.length % 2 === 1) throw oddDigits();
  return Buffer.from(digits, 'hex');
}

function readSpacedHex(text: string): Buffer {
  const bytes: number[] = [];
  for (let i = 0; i < text.length;) {
    if (/[ \n\t\r]/.test(text[i]!)) {
      i++;
      continue;
    }
    const pair = text.slice(i, i + 2);
    for (const digit of pair)
      if (!/[0-9a-fA-F]/.test(digit))
        throw new PostgresError('invalid_parameter_value', `invalid hexadecimal digit: "${digit}"`);
    if (pair.length < 2) throw oddDigits();
    bytes.push(Number.parseInt(pair, 16));
    i += 2;
  }
  return Buffer.from(bytes);
}

function oddDigits(): PostgresError {
  return new PostgresError('invalid_parameter_value', 'invalid hexadecimal data: odd number of digits');
}

/** A backslash is doubled, or begins three octal digits of a byte. */
function readEscaped(buffer: Buffer, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let i = start; i < end;) {
    const byte = buffer[i]!;
    if (byte !== BACKSLASH) {
      bytes[length++] = byte;
      i++;
    } else if (i + 1 < end && buffer[i + 1] === BACKSLASH) {
      bytes[length++] = BACKSLASH;
      i += 2;
    } else {
      const octal = buffer.toString('latin1', i + 1, Math.min(end, i + 4));
      if (!/^[0-3][0-7]{2}$/.test(octal)) throw invalidSyntax('bytea', buffer, start, end);
      bytes[length++] = Number.parseInt(octal, 8);
      i += 4;
    }
  }
  return bytes.subarray(0, length);
}
