// Reads the fields of one message; every length is checked before use. Errors are those of PostgreSQL's pqformat.c.
import { isUtf8 } from 'node:buffer';
import { PostgresError, type Severity } from '../postgres-error';

const MAX_LOOP_LENGTH = 32;

export interface ByteRange {
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

export class ByteReader {
  private readonly buffer: Buffer;
  private at: number;
  private readonly limit: number;

  constructor({ buffer, start, end }: ByteRange) {
    this.buffer = buffer;
    this.at = start;
    this.limit = end;
  }

  get remaining(): number {
    return this.limit - this.at;
  }

  byte(): number {
    if (this.at >= this.limit) throw violation('no data left in message');
    return this.buffer[this.at++]!;
  }

  /** Unsigned, as PostgreSQL counts parameters. */
  uint16(): number {
    this.at += this.need(2);
    return this.buffer.readUInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += this.need(4);
    return this.buffer.readInt32BE(this.at - 4);
  }

  /** A view of the next `length` bytes. */
  bytes(length: number): Buffer {
    this.at += this.need(length);
    return this.buffer.subarray(this.at - length, this.at);
  }

  /** A view of a String of the protocol without its NUL. */
  stringBytes(): Buffer {
    const { buffer, at } = this;
    const nul = endOfString(buffer, at, this.limit);
    this.at = nul + 1;
    return buffer.subarray(at, nul);
  }

  string(): string {
    return decodeText(this.stringBytes());
  }

  finish(): void {
    if (this.at !== this.limit) throw violation('invalid message format');
  }

  private need(bytes: number): number {
    if (bytes < 0 || bytes > this.limit - this.at) throw violation('insufficient data left in message');
    return bytes;
  }
}

/** Offset of the NUL that ends the String at `start`. */
export function endOfString(buffer: Buffer, start: number, end: number): number {
  // Names are short, the unnamed statement's most of all: a loop is faster than the call into the runtime.
  const near = Math.min(end, start + MAX_LOOP_LENGTH);
  for (let at = start; at < near; at++) if (buffer[at] === 0) return at;
  const nul = buffer.indexOf(0, near);
  if (nul < 0 || nul >= end) throw violation('invalid string in message');
  return nul;
}

/** Names that are not UTF-8 would become the same string: refused. */
export function decodeText(bytes: Buffer): string {
  if (bytes.length === 0) return '';
  const text = bytes.toString('utf8');
  if (text.includes('\ufffd') && !isUtf8(bytes))
    throw new PostgresError('character_not_in_repertoire', 'invalid byte sequence for encoding "UTF8"');
  return text;
}

export function violation(message: string, severity: Severity = 'ERROR'): PostgresError {
  return new PostgresError('protocol_violation', message, { severity });
}
