// Reads protobuf's wire format by hand, within bounds; a malformed message throws 400.
// https://protobuf.dev/programming-guides/encoding/
import { badRequest } from '../api-error';

export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
const FIXED32 = 5;

const MAX_VARINT_BYTES = 10;

export class ProtobufReader {
  offset = 0;
  private readonly view: DataView;

  constructor(readonly bytes: Buffer) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A varint as a signed 64-bit number; exact up to 2^53. */
  varint(): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let low = first & 0x7f;
    let high = 0;
    for (let i = 1; i < MAX_VARINT_BYTES; i++) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) return high * 0x1_0000_0000 + (low >>> 0);
    }
    throw malformed();
  }

  double(): number {
    if (this.offset + 8 > this.bytes.length) throw malformed();
    const value = this.view.getFloat64(this.offset, true);
    this.offset += 8;
    return value;
  }

  /** The length of a delimited field that fits in before `end`; gives where it ends. */
  delimited(end: number): number {
    const length = this.varint();
    if (length < 0 || length > end - this.offset) throw malformed();
    return this.offset + length;
  }

  text(end: number): string {
    const to = this.delimited(end);
    const text = this.bytes.toString('utf8', this.offset, to);
    if (text.includes('\ufffd') && Buffer.from(text).compare(this.bytes, this.offset, to) !== 0)
      throw malformed();
    this.offset = to;
    return text;
  }

  skip(tag: number, end: number): void {
    switch (tag & 7) {
      case VARINT:
        this.varint();
        break;
      case FIXED64:
        this.offset += 8;
        break;
      case DELIMITED:
        this.offset = this.delimited(end);
        break;
      case FIXED32:
        this.offset += 4;
        break;
      default:
        throw malformed();
    }
    if (this.offset > end) throw malformed();
  }

  private byte(): number {
    const byte = this.bytes[this.offset++];
    if (byte === undefined) throw malformed();
    return byte;
  }
}

export function malformed(): Error {
  return badRequest('Failed to read the request body as protobuf.');
}
