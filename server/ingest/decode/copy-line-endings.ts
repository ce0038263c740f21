// Where a line of COPY data ends, and the data: LF, CR or CRLF, whichever comes first and then for all lines, and `\.`.
import { PostgresError } from '../../postgres-error';

export const LF = 0x0a;
export const CR = 0x0d;
export const BACKSLASH = 0x5c;
export const DOT = 0x2e;

/** The bytes that decide have not come yet. */
export const MORE = -1;

const EOL = { unknown: 0, lf: 1, cr: 2, crlf: 3 } as const;
type Eol = (typeof EOL)[keyof typeof EOL];

export const MARKER = { no: 0, yes: 1, more: 2 } as const;
type Marker = (typeof MARKER)[keyof typeof MARKER];

export class LineEndings {
  private eol: Eol = EOL.unknown;

  constructor(private readonly isCsv: boolean) {}

  get isKnown(): boolean {
    return this.eol !== EOL.unknown;
  }

  /** How many bytes end the line at `at`, in the style of the lines before; 0 where it takes a closer look. */
  plainEndAt(data: Buffer, at: number, to: number): number {
    switch (this.eol) {
      case EOL.lf:
        return data[at] === LF ? 1 : 0;
      case EOL.cr:
        return data[at] === CR ? 1 : 0;
      default:
        return data[at] === CR && at + 1 < to && data[at + 1] === LF ? 2 : 0;
    }
  }

  /** At a CR or LF outside quotes: where the next line starts, or MORE. Throws where the lines before have ended otherwise. */
  endAt(data: Buffer, at: number, to: number, last: boolean): number {
    if (data[at] === LF) {
      if (this.eol === EOL.cr || this.eol === EOL.crlf) throw this.strayEnding('newline', '\\n');
      this.eol = EOL.lf;
      return at + 1;
    }
    if (this.eol === EOL.lf) throw this.strayEnding('carriage return', '\\r');
    if (this.eol === EOL.cr) return at + 1;
    if (at + 1 >= to && !last) return MORE;
    if (at + 1 < to && data[at + 1] === LF) {
      this.eol = EOL.crlf;
      return at + 2;
    }
    if (this.eol === EOL.crlf) throw this.strayEnding('carriage return', '\\r');
    this.eol = EOL.cr;
    return at + 1;
  }

  /** Does this CR or LF in quotes begin a line of the file? PostgreSQL counts one of the two bytes. */
  counts(byte: number): boolean {
    return byte === (this.eol === EOL.lf ? LF : CR);
  }

  /** At a backslash: is it the end of the data, `\.` before a line ending? In csv a doubtful one is data, in text an error. */
  markerAt(data: Buffer, backslash: number, to: number, last: boolean): Marker {
    if (backslash + 1 < to && data[backslash + 1] !== DOT) return MARKER.no;
    const byteAt = (at: number): number => (at < to ? data[at]! : last ? 0 : MORE);
    let at = backslash + 1;
    if (byteAt(at) !== DOT) return byteAt(at) === MORE ? MARKER.more : MARKER.no;
    if (this.eol === EOL.crlf) {
      const first = byteAt(++at);
      if (first === MORE) return MARKER.more;
      if (first === LF) return this.noMarker('end-of-copy marker does not match previous newline style');
      if (first !== CR) return this.noMarker('end-of-copy marker corrupt');
    }
    const end = byteAt(++at);
    if (end === MORE) return MARKER.more;
    if (end !== CR && end !== LF) return this.noMarker('end-of-copy marker corrupt');
    const expected = this.eol === EOL.unknown ? end : this.eol === EOL.cr ? CR : LF;
    if (end !== expected) throw badFormat('end-of-copy marker does not match previous newline style');
    return MARKER.yes;
  }

  private noMarker(message: string): Marker {
    if (this.isCsv) return MARKER.no;
    throw badFormat(message);
  }

  private strayEnding(name: string, escape: string): PostgresError {
    return this.isCsv
      ? badFormat(`unquoted ${name} found in data`, `Use quoted CSV field to represent ${name}.`)
      : badFormat(`literal ${name} found in data`, `Use "${escape}" to represent ${name}.`);
  }
}

export function badFormat(message: string, hint?: string): PostgresError {
  return new PostgresError('bad_copy_file_format', message, hint === undefined ? {} : { hint });
}
