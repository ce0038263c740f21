// COPY ... FROM STDIN into a gateway table: from CopyInResponse to CopyDone or CopyFail.
import type { CopyScanner } from '../ingest/decode/copy-options';
import { PostgresError } from '../postgres-error';
import { encodeCopyFail } from '../protocol/engine-messages';
import { type Frame, messageBytes } from '../protocol/frame-reader';
import { placed } from './row-sink';
import { decodeCopyFail, FRONTEND } from '../protocol/frontend-messages';

/** Takes the client's messages while a COPY is on. */
export interface CopyTaker {
  readonly isOver: boolean;
  receive(frame: Frame): void;
  fail(error: unknown): void;
}

const GOES_ON = new Set<number>([FRONTEND.CopyData, FRONTEND.Flush, FRONTEND.Sync]);

/** A COPY that the engine takes, into a table of the session's own. Its errors are the engine's. */
export class EngineCopy implements CopyTaker {
  isOver = false;

  constructor(private readonly pass: (bytes: Buffer) => void) {}

  receive(frame: Frame): void {
    this.isOver = !GOES_ON.has(frame.type);
    this.pass(messageBytes(frame));
  }

  /** Where the engine has ended the COPY by itself (cancel) it ignores this. */
  fail(error: unknown): void {
    this.isOver = true;
    this.pass(encodeCopyFail(error instanceof Error ? error.message : 'failed'));
  }
}

export class CopyIn implements CopyTaker {
  /** The number of rows, once CopyDone has come. */
  readonly finished: Promise<number>;
  isOver = false;
  private resolve!: (rows: number) => void;
  private reject!: (error: unknown) => void;

  /** `place`: where the scanner is, for errors of the data's form, which know no table. */
  constructor(
    private readonly scanner: CopyScanner,
    private readonly place: () => string,
    /** Rows that ON_ERROR ignore has left out so far. */
    readonly skipped: () => number = () => 0,
  ) {
    this.finished = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Whoever runs the COPY awaits it; a session that ends before that must not crash the process.
    this.finished.catch(() => undefined);
  }

  /** Takes one message of the client. Errors end the COPY; they come out of `finished`. */
  receive(frame: Frame): void {
    try {
      this.take(frame);
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.isOver = true;
    this.reject(error);
  }

  private take(frame: Frame): void {
    if (frame.type === FRONTEND.CopyData) {
      this.scan(() => this.scanner.write(frame.buffer, frame.start, frame.end));
    } else if (frame.type === FRONTEND.CopyDone) {
      this.scan(() => this.scanner.finish());
      this.isOver = true;
      this.resolve(this.scanner.rows - this.skipped());
    } else if (frame.type === FRONTEND.CopyFail) {
      throw new PostgresError('query_canceled', `COPY from stdin failed: ${decodeCopyFail(frame)}`);
    } else if (frame.type !== FRONTEND.Flush && frame.type !== FRONTEND.Sync) {
      throw unexpectedInCopy(frame.type);
    }
  }

  private scan(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw placed(error, this.place());
    }
  }
}

function unexpectedInCopy(type: number): PostgresError {
  const hex = type.toString(16).padStart(2, '0');
  return new PostgresError(
    'protocol_violation',
    `unexpected message type 0x${hex.toUpperCase()} during COPY from stdin`,
    {
      severity: 'FATAL',
    },
  );
}

/** PostgreSQL's notice of rows that ON_ERROR ignore left out. */
export function skippedRows(count: number): string {
  return `${count} ${count === 1 ? 'row was' : 'rows were'} skipped due to data type incompatibility`;
}
