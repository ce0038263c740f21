// COPY's stream is cut anywhere: the start of a row whose end has not come is carried over to the next chunk.
// Only that row is copied; rows that lie whole in a chunk are read where they lie.
import { PostgresError } from '../../postgres-error';

/** A longer row is refused: it would have to be held in memory whole. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;
/** So much of a chunk is added to the carried row at a time, until that row is complete. */
const STEP_BYTES = 8 * 1024;
/** A buffer that one long row has made larger than this is let go after it. */
export const KEPT_BYTES = 1024 * 1024;

export const NOTHING: Buffer = Buffer.alloc(0);

export abstract class CarryingScanner {
  private carried = NOTHING;
  private length = 0;

  /**
   * Reads rows from data[from, to) and returns where the first unfinished one starts. It will be asked again from that
   * start with more bytes. `last`: there are no more.
   */
  protected abstract scan(data: Buffer, from: number, to: number, last: boolean): number;

  write(chunk: Buffer, start: number, end: number): void {
    let from = start;
    while (this.length > 0 && from < end) from = this.continueRow(chunk, from, end);
    if (from >= end) return;
    const rest = this.scan(chunk, from, end, false);
    if (rest < end) this.add(chunk, rest, end);
  }

  finish(): void {
    this.scan(this.carried, 0, this.length, true);
    this.drop(this.length);
  }

  /** Returns where in the chunk to go on. */
  private continueRow(chunk: Buffer, from: number, end: number): number {
    const next = Math.min(from + STEP_BYTES, end);
    this.add(chunk, from, next);
    const done = this.scan(this.carried, 0, this.length, false);
    const left = this.length - done;
    if (left <= next - from) {
      this.drop(this.length);
      return next - left;
    }
    this.drop(done);
    return next;
  }

  private add(chunk: Buffer, start: number, end: number): void {
    const length = this.length + end - start;
    if (length > MAX_ROW_BYTES) throw rowTooLong();
    if (length > this.carried.length) this.carried = grown(this.carried, length);
    chunk.copy(this.carried, this.length, start, end);
    this.length = length;
  }

  private drop(bytes: number): void {
    if (bytes > 0) this.carried.copyWithin(0, bytes, this.length);
    this.length -= bytes;
    if (this.length === 0 && this.carried.length > KEPT_BYTES) this.carried = NOTHING;
  }
}

/** A buffer of at least `length` bytes that begins with the old one's. */
export function grown(buffer: Buffer, length: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(length, buffer.length * 2, STEP_BYTES));
  buffer.copy(larger);
  return larger;
}

export function rowTooLong(): PostgresError {
  return new PostgresError('program_limit_exceeded', `row of COPY data exceeds ${MAX_ROW_BYTES} bytes`);
}
