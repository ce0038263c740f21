// What COPY FROM STDIN was asked for, and what reads its data: the contract between the statement and the scanners.

/** The options of COPY FROM that tell how its data is to be read. Bytes are ASCII. */
export interface CopyOptions {
  readonly format: 'text' | 'csv' | 'binary';
  /** A byte. */
  readonly delimiter: number;
  readonly nullString: string;
  readonly header: false | true | 'match';
  /** A byte, as is `escape`; both are for csv. */
  readonly quote: number;
  readonly escape: number;
  readonly forceNotNull: '*' | readonly string[];
  readonly forceNull: '*' | readonly string[];
  /** PostgreSQL's name of the character set in any spelling; null is UTF8. */
  readonly encoding: string | null;
  /** A scanner stops in any case: `ignore` is about values, which the sink reads. */
  readonly onError: 'stop' | 'ignore';
}

/** Reads the payload of CopyData messages. Errors are PostgresError; a scanner that has thrown is not used again. */
export interface CopyScanner {
  /** Takes chunk[start, end), any cut of the stream. Rows go to the sink as they are complete; the chunk is not kept. */
  write(chunk: Buffer, start: number, end: number): void;
  /** CopyDone: the last row may have no line ending. */
  finish(): void;
  /** PostgreSQL's line number for CONTEXT: of the last line read so far, counted from 1; in binary the row's number. */
  readonly line: number;
  /** Rows that the sink has taken. */
  readonly rows: number;
}

const QUOTE = 0x22;

/** What PostgreSQL assumes where the statement is silent. */
export function defaultCopyOptions(format: CopyOptions['format']): CopyOptions {
  const csv = format === 'csv';
  return {
    format,
    delimiter: csv ? 0x2c : 0x09,
    nullString: csv ? '' : '\\N',
    header: false,
    quote: QUOTE,
    escape: QUOTE,
    forceNotNull: [],
    forceNull: [],
    encoding: null,
    onError: 'stop',
  };
}
