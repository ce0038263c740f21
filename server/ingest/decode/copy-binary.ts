// COPY data in PostgreSQL's binary format: a header, then rows of fields with their lengths, then a trailer that may be missing.
// Nothing is copied and no byte of a value is read: fields point into the chunk.
import { CarryingScanner, MAX_ROW_BYTES, NOTHING, rowTooLong } from './copy-carry';
import { badFormat } from './copy-line-endings';
import type { CopyScanner } from './copy-options';
import { BINARY_FORMAT, NULL_FIELD, type RowFields, type RowSink } from './row-fields';

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
const FLAGS_AT = SIGNATURE.length;
const EXTENSION_AT = FLAGS_AT + 4;
const HEADER_BYTES = EXTENSION_AT + 4;
/** The lower half of the flags may say what it likes. */
const CRITICAL_FLAGS = 0xffff0000;
const WITH_OIDS = 0x00010000;

const TRAILER = -1;
const COUNT_BYTES = 2;
const SIZE_BYTES = 4;
/** The size of a NULL. */
const NULL_SIZE = -1;

const STAGE = { header: 0, extension: 1, rows: 2, over: 3 } as const;

export class BinaryScanner extends CarryingScanner implements CopyScanner {
  line = 0;
  rows = 0;
  private stage: (typeof STAGE)[keyof typeof STAGE] = STAGE.header;
  private extensionLeft = 0;
  /** The row in hand has at least so many bytes. */
  private needed = 0;
  private pointedTo: Buffer = NOTHING;

  constructor(
    private readonly fields: RowFields,
    private readonly sink: RowSink,
  ) {
    super();
    fields.formats.fill(BINARY_FORMAT);
  }

  protected scan(data: Buffer, from: number, to: number, last: boolean): number {
    let at = from;
    if (this.stage === STAGE.header) at = this.readHeader(data, at, to, last);
    if (this.stage === STAGE.extension) at = this.skipExtension(at, to, last);
    if (this.stage === STAGE.rows && (last || to - at >= this.needed)) at = this.readRows(data, at, to);
    if (this.stage === STAGE.over && at < to) throw badFormat('received copy data after EOF marker');
    // One byte of a count is no row, as in PostgreSQL.
    if (last && to - at >= COUNT_BYTES) throw badFormat('unexpected EOF in COPY data');
    return at;
  }

  private readHeader(data: Buffer, from: number, to: number, last: boolean): number {
    const bytes = to - from;
    if (bytes < HEADER_BYTES && !last) return from;
    if (SIGNATURE.compare(data, from, Math.min(from + FLAGS_AT, to)) !== 0)
      throw badFormat('COPY file signature not recognized');
    if (bytes < EXTENSION_AT) throw badFormat('invalid COPY file header (missing flags)');
    const flags = data.readInt32BE(from + FLAGS_AT);
    if ((flags & WITH_OIDS) !== 0) throw badFormat('invalid COPY file header (WITH OIDS)');
    if ((flags & CRITICAL_FLAGS) !== 0) throw badFormat('unrecognized critical flags in COPY file header');
    this.extensionLeft = bytes < HEADER_BYTES ? -1 : data.readInt32BE(from + EXTENSION_AT);
    if (this.extensionLeft < 0) throw badFormat('invalid COPY file header (missing length)');
    this.stage = STAGE.extension;
    return from + HEADER_BYTES;
  }

  private skipExtension(from: number, to: number, last: boolean): number {
    const skipped = Math.min(this.extensionLeft, to - from);
    this.extensionLeft -= skipped;
    if (this.extensionLeft === 0) this.stage = STAGE.rows;
    else if (last) throw badFormat('invalid COPY file header (wrong length)');
    return from + skipped;
  }

  /** Returns where the first unfinished row starts. */
  private readRows(data: Buffer, from: number, to: number): number {
    const { fields, sink } = this;
    const { starts, ends, count } = fields;
    this.pointTo(data);
    let row = from;
    while (row + COUNT_BYTES <= to) {
      this.line = this.rows + 1;
      if (this.isTrailer(data, row)) return row + COUNT_BYTES;
      let at = row + COUNT_BYTES;
      for (let field = 0; field < count; field++) {
        if (at + SIZE_BYTES > to) return this.await(row, at + SIZE_BYTES);
        const size = (data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!;
        at += SIZE_BYTES;
        if (size < 0) {
          if (size !== NULL_SIZE) throw badFormat('invalid field size');
          starts[field] = NULL_FIELD;
          continue;
        }
        if (size > to - at) return this.await(row, at + size);
        starts[field] = at;
        ends[field] = at += size;
      }
      row = at;
      sink(fields);
      this.rows++;
    }
    this.needed = 0;
    return row;
  }

  private isTrailer(data: Buffer, at: number): boolean {
    const count = ((data[at]! << 24) >> 16) | data[at + 1]!;
    if (count === this.fields.count) return false;
    if (count !== TRAILER) throw badFormat(`row field count is ${count}, expected ${this.fields.count}`);
    this.stage = STAGE.over;
    return true;
  }

  /** The row is not complete before data[until] has come. */
  private await(row: number, until: number): number {
    this.needed = until - row;
    if (this.needed > MAX_ROW_BYTES) throw rowTooLong();
    return row;
  }

  private pointTo(data: Buffer): void {
    if (this.pointedTo === data) return;
    this.fields.buffers.fill(data);
    this.pointedTo = data;
  }
}
