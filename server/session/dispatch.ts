// Which message goes where, and what a message that failed means for those behind it.
import type { PostgresError } from '../postgres-error';
import { encodeCopyFail } from '../protocol/engine-messages';
import { type Frame, messageBytes } from '../protocol/frame-reader';
import { FRONTEND, invalidMessageType } from '../protocol/frontend-messages';
import { EngineRefusal } from './engine-link';
import type { ExtendedQuery } from './extended-query';
import type { SessionCore } from './session-core';
import type { SimpleQuery } from './simple-query';

/** A promise where the message has to wait for something. */
export type Step = Promise<void> | undefined;

export class Dispatch {
  private isSimple = false;

  /** `end` closes the session, after an error where there is one. */
  constructor(
    private readonly core: SessionCore,
    private readonly simple: SimpleQuery,
    private readonly extended: ExtendedQuery,
    private readonly end: (error: PostgresError | null) => void,
  ) {}

  /** Throws PostgresError; FATAL for a type that is in no list. */
  take(frame: Frame): Step {
    const take = MESSAGES[String.fromCharCode(frame.type)];
    if (take === undefined) throw invalidMessageType(frame.type);
    if (this.extended.skipping && !NOT_SKIPPED.has(frame.type)) return undefined;
    return take(this, frame);
  }

  /** A message failed: in the extended protocol the rest up to Sync is skipped, a Query is over. */
  async refuse(error: unknown): Promise<void> {
    if (error instanceof EngineRefusal) {
      this.extended.skipping = true;
      return this.core.refused();
    }
    const refusal = this.core.asPostgresError(error);
    if (refusal.severity === 'FATAL') {
      this.end(refusal);
      return;
    }
    await this.core.refuse(refusal);
    if (this.isSimple) this.core.ready();
    else this.extended.skipping = true;
  }

  /** Data of a COPY that misses a part must not pass for the whole. */
  refuseOversized(type: number, refusal: PostgresError): Step {
    const { link, replies } = this.core;
    if (type === FRONTEND.CopyData) {
      if (!replies.isIdle) link.pass(encodeCopyFail(refusal.message));
      return undefined;
    }
    if (this.extended.skipping) return undefined;
    this.isSimple = type === FRONTEND.Query || type === FRONTEND.FunctionCall;
    return this.refuse(refusal);
  }

  /** One line a message of the frontend (protocol: Message Formats). */
  static readonly messages: Record<string, (to: Dispatch, frame: Frame) => Step> = {
    Q: (to, frame) => to.inSimple(() => to.simple.take(frame, to.extended)),
    // Old, and answered as a Query is; no function can write to a gateway table.
    F: (to, frame) => to.inSimple(() => to.core.forwardQuery(messageBytes(frame))),
    P: (to, frame) => to.inExtended(() => to.extended.parse(frame)),
    B: (to, frame) => to.inExtended(() => to.extended.bind(frame)),
    D: (to, frame) => to.inExtended(() => to.extended.describe(frame)),
    E: (to, frame) => to.inExtended(() => to.extended.execute(frame)),
    C: (to, frame) => to.inExtended(() => to.extended.close(frame)),
    H: (to, frame) => {
      to.extended.flush(frame);
      return undefined;
    },
    S: (to, frame) => to.extended.sync(frame),
    X: (to) => to.terminate(),
    // Data of a COPY that is over already, or that the engine takes (into a temporary table).
    d: (to, frame) => to.copyData(frame),
    c: (to, frame) => to.copyData(frame),
    f: (to, frame) => to.copyData(frame),
  };

  private inSimple(run: () => Step): Step {
    this.isSimple = true;
    return run();
  }

  /** What came before it is answered first. */
  private terminate(): Step {
    const { replies, link } = this.core;
    if (!replies.isIdle) return link.drained().then(() => this.end(null));
    this.end(null);
    return undefined;
  }

  private inExtended(run: () => Step): Step {
    this.isSimple = false;
    const { link, replies } = this.core;
    // Replies that wait for the engine's answers wait in memory: a pipeline without Sync may have many.
    return run() ?? (replies.isLong && !link.isCopying ? link.drained() : undefined);
  }

  private copyData(frame: Frame): Step {
    const { link, replies } = this.core;
    if (!replies.isIdle) link.pass(messageBytes(frame));
    if (frame.type !== FRONTEND.CopyData) link.isCopying = false;
    return undefined;
  }
}

const MESSAGES = Dispatch.messages;
/** After an error in the extended protocol everything is skipped up to Sync, even a Query. */
const NOT_SKIPPED = new Set<number>([FRONTEND.Sync, FRONTEND.Terminate]);
