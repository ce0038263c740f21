// COPY data in lines, text and csv: what both have in common. Plain lines go through one loop over their bytes; a line
// with anything special in it is first found to its end, then split, in PostgreSQL's two steps (CopyReadLine and
// CopyReadAttributes in its copyfromparse.c), so that it is read and refused as PostgreSQL reads and refuses it.
import { PostgresError } from '../../postgres-error';
import { CarryingScanner, grown, KEPT_BYTES, NOTHING } from './copy-carry';
import { badFormat, CR, LF, LineEndings, MORE } from './copy-line-endings';
import type { CopyOptions, CopyScanner } from './copy-options';
import { NULL_FIELD, type RowFields, type RowSink } from './row-fields';

export interface LineTarget {
  readonly options: CopyOptions;
  readonly columns: readonly string[];
  readonly fields: RowFields;
  readonly sink: RowSink;
}

export abstract class CopyLines extends CarryingScanner implements CopyScanner {
  line = 0;
  rows = 0;
  /** `\.` has come: what follows is ignored. */
  isOver = false;
  /** Bytes of the open line that findEnd has read. */
  protected read = 0;
  /** Where the line that findEnd has found ends, without its line ending. */
  protected contentEnd = 0;
  protected scratch = NOTHING;
  protected scratchEnd = 0;
  protected readonly endings: LineEndings;
  protected readonly fields: RowFields;
  protected readonly sink: RowSink;
  protected readonly nullBytes: Buffer;
  private isLineOpen = false;
  private isHeaderDue: boolean;
  /** What all of fields.buffers are, or null where they differ. */
  private pointedTo: Buffer | null = null;

  protected constructor(
    protected readonly target: LineTarget,
    isCsv: boolean,
  ) {
    super();
    this.endings = new LineEndings(isCsv);
    this.fields = target.fields;
    this.sink = target.sink;
    this.nullBytes = Buffer.from(target.options.nullString);
    this.isHeaderDue = target.options.header !== false;
  }

  /** Gives all leading lines with nothing special in them to the sink. Returns where it stopped: the start of a line. */
  protected abstract takePlainLines(data: Buffer, from: number, to: number): number;

  /** Goes on at start + read. Returns where the next line starts and sets contentEnd, or returns MORE and sets read. */
  protected abstract findEnd(data: Buffer, start: number, to: number, last: boolean): number;

  /** Sets the fields from a whole line and returns their number, which may be any. */
  protected abstract split(data: Buffer, start: number, end: number): number;

  protected scan(data: Buffer, from: number, to: number, last: boolean): number {
    let at = from;
    while (at < to && !this.isOver) {
      if (!this.isLineOpen) {
        if (this.endings.isKnown && !this.isHeaderDue) at = this.takePlainLines(data, at, to);
        if (at >= to) break;
        this.openLine();
      }
      const next = this.findEnd(data, at, to, last);
      if (next === MORE) return at;
      this.closeLine(data, at);
      at = next;
    }
    return this.isOver ? to : at;
  }

  override finish(): void {
    super.finish();
    if (this.isOver || !this.isHeaderDue) return;
    this.openLine();
    this.contentEnd = 0;
    this.closeLine(NOTHING, 0);
  }

  private openLine(): void {
    this.isLineOpen = true;
    this.line++;
    this.read = 0;
  }

  private closeLine(data: Buffer, start: number): void {
    this.isLineOpen = false;
    const end = this.contentEnd;
    if (this.isHeaderDue) {
      this.isHeaderDue = false;
      if (this.target.options.header === 'match') this.checkHeader(data, start, end);
    } else if (!this.isOver || end > start) {
      this.takeLine(data, start, end);
    }
    if (this.scratch.length > KEPT_BYTES) this.scratch = NOTHING;
  }

  private takeLine(data: Buffer, start: number, end: number): void {
    const found = this.splitAfresh(data, start, end);
    if (found > this.fields.count) throw badFormat('extra data after last expected column');
    if (found < this.fields.count) throw badFormat(`missing data for column "${this.target.columns[found]}"`);
    this.sink(this.fields);
    this.rows++;
  }

  private checkHeader(data: Buffer, start: number, end: number): void {
    const { columns, options } = this.target;
    const found = this.splitAfresh(data, start, end);
    if (found !== columns.length)
      throw badFormat(`wrong number of fields in header line: got ${found}, expected ${columns.length}`);
    columns.forEach((column, index) => {
      const name = this.headerName(index);
      if (name === column) return;
      const got = name === null ? `null value ("${options.nullString}")` : `"${name}"`;
      throw badFormat(
        `column name mismatch in header line field ${index + 1}: got ${got}, expected "${column}"`,
      );
    });
  }

  private headerName(index: number): string | null {
    const start = this.fields.starts[index]!;
    if (start === NULL_FIELD) return null;
    return this.fields.buffers[index]!.toString('utf8', start, this.fields.ends[index]);
  }

  /** What is unescaped is never longer than the line, so the scratch buffer does not move while fields point into it. */
  private splitAfresh(data: Buffer, start: number, end: number): number {
    this.scratchEnd = 0;
    if (this.scratch.length < end - start) this.scratch = grown(NOTHING, end - start);
    this.pointTo(data);
    return this.split(data, start, end);
  }

  protected pointTo(data: Buffer): void {
    if (this.pointedTo === data) return;
    this.fields.buffers.fill(data);
    this.pointedTo = data;
  }

  /** Takes what has been written to the scratch buffer; a field beyond the last is counted, not kept. */
  protected putUnescaped(index: number, start: number, end: number): void {
    this.scratchEnd = end;
    if (index >= this.fields.count) return;
    this.fields.buffers[index] = this.scratch;
    this.pointedTo = null;
    this.fields.starts[index] = start;
    this.fields.ends[index] = end;
  }

  protected putNull(index: number): void {
    if (index < this.fields.count) this.fields.starts[index] = NULL_FIELD;
  }

  /** True where the bytes are the null string. */
  protected isNull(data: Buffer, start: number, end: number): boolean {
    const { nullBytes } = this;
    if (end - start !== nullBytes.length) return false;
    for (let index = 0; index < nullBytes.length; index++) {
      if (data[start + index] !== nullBytes[index]) return false;
    }
    return true;
  }

  /** Ends the data at `\.`; what stands before it on its line is a row. Answers as findEnd. */
  protected endOfData(backslash: number, to: number): number {
    this.contentEnd = backslash;
    this.isOver = true;
    return to;
  }
}

export function nulByte(): PostgresError {
  return new PostgresError('character_not_in_repertoire', 'invalid byte sequence for encoding "UTF8": 0x00');
}

/** A table that answers 1 for the bytes that end the loop over ordinary ones. */
export function specialBytes(...bytes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of [0, LF, CR, ...bytes]) table[byte] = 1;
  return table;
}
