// Cuts the client's byte stream into messages: the first step of a row's journey behind the socket.
// A message inside one chunk is not copied; one that spans chunks is put together once.
import { PostgresError } from '../postgres-error';
import { violation } from './byte-reader';

/** PostgreSQL's own bound on what a length field may say (PQ_LARGE_MESSAGE_LIMIT). */
const MAX_LENGTH_FIELD = 0x3fffffff;
/** Messages above this are read over and refused; the session goes on. */
const DEFAULT_MAX_MESSAGE_BYTES = 64 * 1024 * 1024;
/** PostgreSQL's MAX_STARTUP_PACKET_LENGTH. */
export const MAX_STARTUP_BYTES = 10_000;

const LENGTH_BYTES = 4;
const MAX_HEAD_BYTES = 5;
/** A startup packet holds at least its length and its code. */
const MIN_STARTUP_BYTES = 8;
/** Memory for a message that spans chunks is claimed as its bytes come, not as its length promises. */
const FIRST_CLAIM_BYTES = 64 * 1024;

/**
 * One message. The object is reused by the next read; the bytes are not: a view of `buffer` may be kept, because
 * neither a chunk nor a message that was put together is ever written again.
 */
export interface Frame {
  /** The type byte; 0 for a startup packet, which has none. */
  readonly type: number;
  readonly buffer: Buffer;
  /** Offset of the type byte (startup packet: of the length). */
  readonly frameStart: number;
  /** The payload, without type and length. */
  readonly start: number;
  readonly end: number;
}

type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] };

const NOTHING: Buffer = Buffer.alloc(0);

export class FrameReader {
  /** Type of the message that the last `program_limit_exceeded` was about. */
  oversizedType = 0;
  private readonly frame: Writable<Frame> = { type: 0, buffer: NOTHING, frameStart: 0, start: 0, end: 0 };
  private chunk = NOTHING;
  private at = 0;
  private waiting: Buffer[] = [];
  /** The beginning of a message whose end has not come. */
  private part = NOTHING;
  private partBytes = 0;
  /** Bytes of an oversized message that are still to be thrown away; -1 when there is none. */
  private toDiscard = -1;

  constructor(private readonly maxMessageBytes = DEFAULT_MAX_MESSAGE_BYTES) {}

  /** Takes over a chunk: the caller must not write to it again. */
  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (this.at < this.chunk.length) {
      this.waiting.push(chunk);
      return;
    }
    this.chunk = chunk;
    this.at = 0;
  }

  /**
   * The next whole message, or null where more bytes are needed. Throws FATAL protocol_violation for a length that
   * cannot be (the stream is lost then), and once, after its last byte, ERROR program_limit_exceeded for a message
   * above the limit.
   */
  read(): Frame | null {
    return this.next(1);
  }

  /** As `read`, for a packet without type byte: StartupMessage, SSLRequest, GSSENCRequest, CancelRequest. */
  readStartup(): Frame | null {
    return this.next(0);
  }

  /** True where bytes have come that no read has returned. */
  get hasRest(): boolean {
    return this.partBytes > 0 || this.at < this.chunk.length || this.waiting.length > 0;
  }

  /** Takes out all bytes that no read has returned. */
  takeRest(): Buffer {
    const parts = [this.part.subarray(0, this.partBytes), this.chunk.subarray(this.at), ...this.waiting];
    this.part = this.chunk = NOTHING;
    this.partBytes = this.at = 0;
    this.waiting = [];
    return Buffer.concat(parts);
  }

  private next(typeBytes: 0 | 1): Frame | null {
    for (;;) {
      const frame = this.nextInChunk(typeBytes);
      if (frame !== null) return frame;
      const chunk = this.waiting.shift();
      if (chunk === undefined) return null;
      this.chunk = chunk;
      this.at = 0;
    }
  }

  /** null: the chunk is used up. */
  private nextInChunk(typeBytes: 0 | 1): Frame | null {
    if (this.toDiscard >= 0) this.discard();
    if (this.toDiscard >= 0) return null;
    if (this.partBytes > 0) return this.assemble(typeBytes);
    const { chunk, at } = this;
    const head = typeBytes + LENGTH_BYTES;
    if (chunk.length - at < head) return this.keepPart();
    const total = this.totalBytes(chunk, at, typeBytes);
    if (total === 0) return this.nextInChunk(typeBytes);
    if (chunk.length - at < total) return this.keepPart(total);
    this.at = at + total;
    return this.frameIn(chunk, at, total, typeBytes);
  }

  private frameIn(buffer: Buffer, at: number, total: number, typeBytes: 0 | 1): Frame {
    const { frame } = this;
    frame.type = typeBytes === 0 ? 0 : buffer[at]!;
    frame.buffer = buffer;
    frame.frameStart = at;
    frame.start = at + typeBytes + LENGTH_BYTES;
    frame.end = at + total;
    return frame;
  }

  /** Type and length included; 0 where the message is to be thrown away. */
  private totalBytes(buffer: Buffer, at: number, typeBytes: 0 | 1): number {
    const length = buffer.readInt32BE(at + typeBytes);
    if (typeBytes === 0) {
      if (length >= MIN_STARTUP_BYTES && length <= MAX_STARTUP_BYTES) return length;
      throw violation('invalid length of startup packet', 'FATAL');
    }
    if (length < LENGTH_BYTES || length > MAX_LENGTH_FIELD)
      throw violation('invalid message length', 'FATAL');
    if (length - LENGTH_BYTES <= this.maxMessageBytes) return 1 + length;
    this.oversizedType = buffer[at]!;
    this.toDiscard = 1 + length - this.partBytes;
    this.part = NOTHING;
    this.partBytes = 0;
    return 0;
  }

  private discard(): void {
    const bytes = Math.min(this.toDiscard, this.chunk.length - this.at);
    this.at += bytes;
    this.toDiscard -= bytes;
    if (this.toDiscard > 0) return;
    this.toDiscard = -1;
    throw new PostgresError('program_limit_exceeded', 'message is too large', {
      detail: `A message may have up to ${this.maxMessageBytes} bytes.`,
    });
  }

  private keepPart(total = MAX_HEAD_BYTES): null {
    const { chunk, at } = this;
    if (at === chunk.length) return null;
    this.part = Buffer.allocUnsafe(Math.min(total, Math.max(FIRST_CLAIM_BYTES, 2 * (chunk.length - at))));
    this.append(chunk.length - at);
    return null;
  }

  private append(bytes: number): void {
    this.chunk.copy(this.part, this.partBytes, this.at, this.at + bytes);
    this.at += bytes;
    this.partBytes += bytes;
  }

  private assemble(typeBytes: 0 | 1): Frame | null {
    const head = typeBytes + LENGTH_BYTES;
    const available = () => this.chunk.length - this.at;
    if (this.partBytes < head) this.append(Math.min(head - this.partBytes, available()));
    if (this.partBytes < head) return null;
    const total = this.totalBytes(this.part, 0, typeBytes);
    if (total === 0) return this.nextInChunk(typeBytes);
    const bytes = Math.min(total - this.partBytes, available());
    this.claim(this.partBytes + bytes, total);
    this.append(bytes);
    if (this.partBytes < total) return null;
    const whole = this.part;
    this.part = NOTHING;
    this.partBytes = 0;
    return this.frameIn(whole, 0, total, typeBytes);
  }

  /** Doubles, so that a message of n bytes is copied at most twice whatever the size of its chunks. */
  private claim(needed: number, total: number): void {
    if (needed <= this.part.length) return;
    const grown = Buffer.allocUnsafe(
      Math.min(total, Math.max(FIRST_CLAIM_BYTES, needed, 2 * this.part.length)),
    );
    this.part.copy(grown, 0, 0, this.partBytes);
    this.part = grown;
  }
}

/** The whole message, type and length included, as a view. */
export function messageBytes(frame: Frame): Buffer {
  return frame.buffer.subarray(frame.frameStart, frame.end);
}
