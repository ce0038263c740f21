// The write side of a connection: what is sent in one turn of the event loop leaves in one write.
import type { Socket } from 'node:net';

/** Unsent bytes from which the session should stop producing. At least the socket's own mark, so that 'drain' follows. */
const MAX_UNSENT_BYTES = 256 * 1024;
/** Small pieces are copied together; large ones go to the kernel as they are. */
const MAX_COPIED_BYTES = 64 * 1024;

export class Output {
  private pieces: Buffer[] = [];
  private bytes = 0;
  private scheduled = false;

  /** `onDrain` is called whenever all that was written has left. */
  constructor(
    private readonly stream: Socket,
    onDrain: () => void,
  ) {
    stream.on('drain', onDrain);
  }

  get needsDrain(): boolean {
    return this.bytes + this.stream.writableLength > MAX_UNSENT_BYTES;
  }

  /** Takes over the bytes. What comes after the end of the stream is dropped: there is nobody to read it. */
  send(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.pieces.push(bytes);
    this.bytes += bytes.length;
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.flush());
  }

  flush(): void {
    const { pieces, bytes, stream } = this;
    this.scheduled = false;
    this.pieces = [];
    this.bytes = 0;
    if (pieces.length === 0 || !stream.writable) return;
    if (bytes <= MAX_COPIED_BYTES) {
      stream.write(pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces, bytes));
      return;
    }
    stream.cork();
    for (const piece of pieces) stream.write(piece);
    stream.uncork();
  }
}
