// Writes messages into one growing buffer: the only place that knows endianness and where a length belongs.

const FIRST_BYTES = 1024;
/** UTF-8 needs at most three bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3;
const MAX_LOOP_LENGTH = 24;

export class ByteWriter {
  /** Bytes written since the last `take`. */
  length = 0;
  private buffer = Buffer.alloc(0);
  private messageStart = 0;

  /** Begins a message; `end` sets its length. A startup packet has no type. */
  begin(type: number | null): this {
    this.reserve(5);
    this.messageStart = this.length;
    if (type !== null) {
      this.buffer[this.length] = type;
      this.messageStart = ++this.length;
    }
    this.length += 4;
    return this;
  }

  end(): void {
    this.buffer.writeInt32BE(this.length - this.messageStart, this.messageStart);
  }

  byte(value: number): this {
    this.reserve(1);
    this.buffer[this.length++] = value;
    return this;
  }

  /** Signed or unsigned: the low 16 bits. */
  int16(value: number): this {
    this.reserve(2);
    this.buffer[this.length++] = value >>> 8;
    this.buffer[this.length++] = value;
    return this;
  }

  /** Signed or unsigned: the low 32 bits. */
  int32(value: number): this {
    this.reserve(4);
    this.buffer.writeInt32BE(value | 0, this.length);
    this.length += 4;
    return this;
  }

  bytes(value: Buffer): this {
    this.reserve(value.length);
    value.copy(this.buffer, this.length);
    this.length += value.length;
    return this;
  }

  text(value: string): this {
    this.reserve(value.length * MAX_BYTES_PER_UNIT);
    if (value.length > MAX_LOOP_LENGTH || !this.ascii(value))
      this.length += this.buffer.write(value, this.length, 'utf8');
    return this;
  }

  /** Command tags are short and ASCII: a loop is faster than the call into the runtime. */
  private ascii(value: string): boolean {
    const { buffer, length } = this;
    for (let i = 0; i < value.length; i++) {
      const unit = value.charCodeAt(i);
      if (unit > 0x7f) return false;
      buffer[length + i] = unit;
    }
    this.length += value.length;
    return true;
  }

  /** A String of the protocol. It ends at its first NUL, so a NUL inside would shift all that follows: cut there. */
  string(value: string): this {
    const nul = value.indexOf('\0');
    return this.text(nul < 0 ? value : value.slice(0, nul)).byte(0);
  }

  /** Int32 byte length, then the bytes; -1 for null. */
  sized(value: string | Buffer | null): this {
    if (value === null) return this.int32(-1);
    if (typeof value !== 'string') return this.int32(value.length).bytes(value);
    return this.int32(Buffer.byteLength(value)).text(value);
  }

  /** What was written, for good: the buffer goes with it. */
  take(): Buffer {
    const taken = this.buffer.subarray(0, this.length);
    this.buffer = Buffer.alloc(0);
    this.length = 0;
    return taken;
  }

  /** Takes back what was written after the first `length` bytes. */
  truncate(length: number): void {
    this.length = Math.min(this.length, length);
  }

  private reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed <= this.buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, FIRST_BYTES, 2 * this.buffer.length));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
