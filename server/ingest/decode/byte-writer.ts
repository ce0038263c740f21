// Growing bytes that decoders write into: a batch's JSON body grows here, row after row.

const FIRST_BYTES = 256;
/** Below this, a loop beats Buffer.copy's call. */
const SHORT_COPY = 48;

export class ByteWriter {
  /** May be replaced by a larger one at each `reserve`; only the first `length` bytes mean something. */
  buffer = Buffer.allocUnsafe(FIRST_BYTES);
  length = 0;

  /** Makes room for `bytes` more, so that the caller may write into `buffer` itself. */
  reserve(bytes: number): void {
    const needed = this.length + bytes;
    if (needed > this.buffer.length) this.grow(needed);
  }

  byte(value: number): void {
    if (this.length === this.buffer.length) this.grow(this.length + 1);
    this.buffer[this.length++] = value;
  }

  copy(from: Buffer, start: number, end: number): void {
    const bytes = end - start;
    this.reserve(bytes);
    if (bytes > SHORT_COPY) from.copy(this.buffer, this.length, start, end);
    else for (let i = start, at = this.length; i < end; i++) this.buffer[at++] = from[i]!;
    this.length += bytes;
  }

  /** The text must be ASCII. */
  ascii(text: string): void {
    this.reserve(text.length);
    for (let i = 0; i < text.length; i++) this.buffer[this.length++] = text.charCodeAt(i);
  }

  /** Forgets all but the first `length` bytes. */
  truncate(length: number): void {
    this.length = length;
  }

  private grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(needed, this.buffer.length * 2));
    this.buffer.copy(grown, 0, 0, this.length);
    this.buffer = grown;
  }
}
