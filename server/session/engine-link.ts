// The session's side of its engine session: opened when the first message needs it, forwarded to as bytes, and the
// source of truth for the transaction status.
import { PostgresError } from '../postgres-error';
import {
  encodeClose,
  encodeExecute,
  encodeFlush,
  encodeParse,
  encodeQuery,
  encodeSync,
} from '../protocol/engine-messages';
import {
  decodeErrorResponse,
  readyForQueryStatus,
  type TransactionStatus,
} from '../protocol/backend-messages';
import type { EngineSession, OpenEngineSession, SessionEvents } from './ports';
import type { Expected, ReplyQueue } from './reply-queue';

/** A statement that no one can parse: the way to put the engine's transaction into its failed state. */
const REFUSED_TEXT = 'sluice: abort the transaction';
/** Names of the gateway's own statement and portal in the engine: no client will think of them. */
const OWN_NAME = 'sluice internal';

/** The engine has refused a statement and has told the client itself. */
export class EngineRefusal extends Error {
  override readonly name = 'EngineRefusal';
}

/** Gets a DataRow at a time. Must not throw: it is called in the midst of an answer. */
type OnRow = (message: Buffer) => void;
/** A message, and the types of the engine's that end its answer. */
type Step = readonly [bytes: Buffer, last: string];

export class EngineLink {
  status: TransactionStatus = 'I';
  /** The engine has got messages of the extended protocol and no Sync after them. */
  unsynced = false;
  /** The engine takes a COPY of the extended protocol: it ignores Sync until CopyDone. */
  isCopying = false;
  /** The engine has refused a message and reads over all that comes, up to Sync: what is sent now is not answered. */
  isSkipping = false;
  private isEnded = false;
  private session: EngineSession | null = null;
  private opening: Promise<void> | null = null;

  constructor(
    private readonly openSession: OpenEngineSession,
    private readonly replies: ReplyQueue,
    private readonly events: Pick<SessionEvents, 'parameter' | 'lost' | 'answered' | 'drained'>,
  ) {}

  /** The engine is behind with reading: send it no more until `drained`. */
  get needsDrain(): boolean {
    return this.session?.writableNeedsDrain ?? false;
  }

  get isOpen(): boolean {
    return this.session !== null;
  }

  async open(): Promise<EngineSession> {
    this.opening ??= this.openSession({
      onMessage: (type, message) => this.receive(String.fromCharCode(type), message),
      onClose: () => this.lose(),
      onDrain: () => this.events.drained(),
    }).then(
      (session) => this.opened(session),
      (error: unknown) => {
        this.opening = null;
        throw error;
      },
    );
    await this.opening;
    return this.engine;
  }

  /** Forwards bytes of a client's message and says what the engine owes for it. The link must be open. */
  forward(bytes: Buffer, expected: Expected): void {
    this.unsynced = !expected.ends;
    if (expected.ends) this.isSkipping = false;
    this.replies.expect(expected);
    this.engine.send(bytes);
  }

  /** Forwards what has no answer of its own: Flush, CopyData. */
  pass(bytes: Buffer): void {
    this.session?.send(bytes);
  }

  /** Resolves when the engine owes nothing. It keeps its answers to itself until a Sync, so it is asked to flush. */
  drained(): Promise<void> {
    this.flush();
    return this.replies.drained();
  }

  flush(): void {
    if (this.unsynced) this.session?.send(encodeFlush());
  }

  /** Runs a simple Query whose answer the client does not see, or just what `intercept` shows. */
  async query(
    text: string | Buffer,
    intercept: NonNullable<Expected['intercept']> = ignore,
  ): Promise<boolean> {
    await this.open();
    return new Promise((resolve) => {
      this.forward(encodeQuery(text), { last: 'Z', ends: true, intercept, done: resolve });
    });
  }

  /** Runs a Query of the gateway's own; its rows come in text. Throws the engine's error. */
  async rows(text: Buffer | string, onRow: OnRow): Promise<void> {
    await this.open();
    let error: PostgresError | null = null;
    const failed = await new Promise<boolean>((resolve) => {
      const intercept = (type: string, message: Buffer) => {
        if (type === 'D') onRow(message);
        if (type === 'E') error = decodeErrorResponse(message);
      };
      this.forward(encodeQuery(text), { last: 'Z', ends: true, intercept, done: resolve });
    });
    if (error !== null) throw withoutPosition(error);
    if (failed) throw new PostgresError('connection_failure', 'the SQL engine did not answer');
  }

  /**
   * Runs one statement of the gateway's own between the client's messages: in the extended protocol, under own names,
   * so that neither the client's unnamed statement nor its transaction is touched.
   */
  async between(
    text: Buffer | string,
    bind: Buffer,
    oids: Int32Array | readonly number[],
    onRow: OnRow,
  ): Promise<void> {
    const steps: Step[] = [
      ...CLOSE_OWN,
      [encodeParse(OWN_NAME, text, oids), '1'],
      [bind, '2'],
      [encodeExecute(OWN_NAME), 'CIs'],
      ...CLOSE_OWN,
    ];
    return this.exchange(steps, onRow);
  }

  /** Has the engine say what it thinks of a statement, without running it: throws its error. As `between`. */
  async check(text: Buffer, oids: Int32Array | readonly number[]): Promise<void> {
    const steps: Step[] = [...CLOSE_OWN, [encodeParse(OWN_NAME, text, oids), '1'], ...CLOSE_OWN];
    return this.exchange(steps, ignore);
  }

  private async exchange(steps: readonly Step[], onRow: OnRow): Promise<void> {
    await this.open();
    let error: PostgresError | null = null;
    const wasUnsynced = this.unsynced;
    const intercept = (type: string, message: Buffer) => {
      if (type === 'D') onRow(message);
      if (type === 'E') error = decodeErrorResponse(message);
    };
    const failed = await new Promise<boolean>((resolve) => {
      steps.forEach(([bytes, last], i) => {
        const done = wasUnsynced && i === steps.length - 1 ? resolve : ignore;
        this.forward(bytes, { last, ends: false, intercept, done });
      });
      if (wasUnsynced) this.flush();
      else this.forward(encodeSync(), { last: 'Z', ends: true, intercept, done: resolve });
    });
    if (error !== null) throw withoutPosition(error);
    // Not this was refused, but something that the client had sent before it.
    if (failed) throw new EngineRefusal();
  }

  /** Makes the engine's transaction fail with the gateway's statement, so that it answers 25P02 and ROLLBACK itself. */
  async fail(): Promise<void> {
    if (this.session === null) return;
    if (this.isSkipping) {
      if (this.status === 'T') this.status = 'E';
    } else if (this.unsynced) {
      const swallow = () => undefined;
      this.forward(encodeParse(OWN_NAME, REFUSED_TEXT, []), { last: '1', ends: false, intercept: swallow });
      // What is in the same packet must not go by what the engine said before.
      if (this.status === 'T') this.status = 'E';
    } else if (this.status === 'T') {
      await this.query(REFUSED_TEXT);
    }
  }

  async cancel(): Promise<void> {
    if (!this.replies.isIdle) await this.session?.cancel();
  }

  end(): void {
    this.isEnded = true;
    this.session?.end();
    this.session = null;
  }

  pause(): void {
    this.session?.pause();
  }

  resume(): void {
    this.session?.resume();
  }

  private opened(session: EngineSession): void {
    if (this.isEnded) session.end();
    else this.session = session;
  }

  private get engine(): EngineSession {
    if (this.session === null) throw new PostgresError('connection_failure', 'the SQL engine is not there');
    return this.session;
  }

  private receive(type: string, message: Buffer): void {
    if (type === 'Z') this.status = readyForQueryStatus(message);
    if (type === 'S') this.events.parameter(message);
    else if (type === 'N' || type === 'A') this.replies.out.raw(message);
    else this.replies.answer(type, message);
    this.events.answered();
  }

  private lose(): void {
    this.session = null;
    this.replies.abandon();
    this.events.lost();
  }
}

/**
 * Said before a statement too, not only after it: where one fails the engine reads over what comes behind it, and the
 * names stay taken. To close what is not there is no error.
 */
const CLOSE_OWN: readonly Step[] = [
  [encodeClose('S', OWN_NAME), '3'],
  [encodeClose('P', OWN_NAME), '3'],
];
export const OWN_PORTAL = OWN_NAME;

function ignore(): void {
  // What ends the exchange comes later, or is all that matters.
}

/** A position in the gateway's text means nothing in the client's. */
function withoutPosition(error: PostgresError): PostgresError {
  const { position: _position, ...details } = error.details;
  return new PostgresError(error, error.message, details);
}
