// One client's conversation after authentication: messages come in as bytes, go to the query protocol that they belong
// to, and replies go out in order. It knows neither sockets nor storage: those are its context and its ports.
//
// Messages are taken one after another without a pause; where one has to wait (for CDF, for the engine's answer, for
// uploads) the later ones wait in memory up to a limit, and then the socket is not read.
import type { Session, SessionContext } from '../connection';
import { PostgresError } from '../postgres-error';
import { MessageWriter } from '../protocol/backend-messages';
import { type Frame, FrameReader } from '../protocol/frame-reader';
import { Dispatch, type Step } from './dispatch';
import { ExtendedQuery } from './extended-query';
import type { SessionPorts } from './ports';
import { SessionCore } from './session-core';
import { SimpleQuery } from './simple-query';

/** Bytes of messages that wait while one is worked on; beyond, the socket is not read. */
const MAX_WAITING_BYTES = 256 * 1024;

export class GatewaySession implements Session {
  private readonly frames: FrameReader;
  private readonly core: SessionCore;
  private readonly extended: ExtendedQuery;
  private readonly dispatch: Dispatch;
  /** Bytes that have come while a message was worked on. */
  private waitingBytes = 0;
  private isBusy = false;
  private isOver = false;
  private drained: (() => void) | null = null;
  private pausedByOutput = false;

  constructor(
    private readonly context: SessionContext,
    private readonly ports: SessionPorts,
    maxMessageBytes: number,
  ) {
    this.frames = new FrameReader(maxMessageBytes);
    this.core = new SessionCore(context.username, ports, {
      skip: () => {
        this.extended.skipping = true;
      },
      parameter: (message) => {
        this.core.replies.out.raw(message);
      },
      lost: () =>
        this.end(new PostgresError('connection_failure', 'the SQL engine has ended', { severity: 'FATAL' })),
      answered: () => {
        this.flush();
        this.finishDrain();
      },
      copying: () => {
        this.waitingBytes = 0;
        this.pump();
      },
      drained: () => this.regulate(),
    });
    this.extended = new ExtendedQuery(this.core);
    const simple = new SimpleQuery(this.core, this.extended.prepared);
    this.dispatch = new Dispatch(this.core, simple, this.extended, (error) => this.end(error));
  }

  /** Says that the session is ready: ParameterStatus, BackendKeyData, ReadyForQuery. */
  async start(openEngineNow: boolean): Promise<void> {
    const { context, core } = this;
    const parameters = new Map(this.ports.engineParameters);
    parameters.set('session_authorization', context.username);
    parameters.set('application_name', context.startupParameters.get('application_name') ?? '');
    if (openEngineNow)
      for (const [name, value] of (await core.link.open()).parameters) parameters.set(name, value);
    for (const [name, value] of parameters) core.replies.out.parameterStatus(name, value);
    core.replies.out.backendKeyData(context.processId, context.secretKey);
    core.replies.out.readyForQuery('I');
    this.flush();
  }

  receive(chunk: Buffer): void {
    if (this.isOver) return;
    this.frames.push(chunk);
    if (this.isBusy && this.core.copy === null) {
      this.waitingBytes += chunk.length;
      this.regulate();
    } else this.pump();
  }

  writable(): void {
    if (!this.pausedByOutput) return;
    this.pausedByOutput = false;
    this.core.link.resume();
    this.regulate();
  }

  cancel(): void {
    this.core.cancel();
    this.pump();
  }

  /** SIGTERM: the commit unit in hand is finished first. */
  async drain(): Promise<void> {
    if (this.isIdle) {
      this.shutDown();
      return;
    }
    await new Promise<void>((resolve) => {
      this.drained = resolve;
    });
  }

  /** The client is gone. What was not committed is forgotten; what was handed over is CDF's. */
  closed(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.core.copy?.fail(new PostgresError('connection_failure', 'the client is gone'));
    if (!this.isBusy) this.core.transaction.discard();
    this.core.link.end();
    this.ports.memory.release(this);
    this.ports.left();
    this.drained?.();
  }

  private get isIdle(): boolean {
    return (
      !this.isBusy &&
      this.core.replies.isIdle &&
      // A failed block has nothing left to finish.
      (this.core.link.status === 'E' || (this.core.link.status === 'I' && !this.core.transaction.hasRows))
    );
  }

  private pump(): void {
    while (!this.isOver) {
      const { copy } = this.core;
      if (copy === null ? this.isBusy : copy.isOver || this.isCopyWaiting) break;
      const frame = this.next();
      if (frame === null) break;
      if (copy !== null) this.takeCopy(frame);
      else this.step(() => this.dispatch.take(frame));
    }
    if (this.isOver) return;
    this.measure();
    this.flush();
    this.regulate();
    this.finishDrain();
  }

  private isCopyWaiting = false;

  /** The socket is read unless someone is behind: this session, its uploads, the engine, or the client with reading. */
  private regulate(): void {
    const isBehind =
      this.waitingBytes > MAX_WAITING_BYTES ||
      this.isCopyWaiting ||
      this.pausedByOutput ||
      this.core.link.needsDrain;
    if (isBehind) this.context.pauseReading();
    else this.context.resumeReading();
  }

  private takeCopy(frame: Frame): void {
    const copy = this.core.copy!;
    copy.receive(frame);
    const { transaction } = this.core;
    if (!transaction.isBehind || copy.isOver) return;
    this.isCopyWaiting = true;
    transaction
      .catchUp()
      .catch((error: unknown) => copy.fail(error))
      .finally(() => {
        this.isCopyWaiting = false;
        this.pump();
      })
      .catch((error: unknown) => this.end(this.core.asPostgresError(error)));
  }

  /** The next whole message; null where there is none. An oversized or malformed one is answered here. */
  private next(): Frame | null {
    try {
      return this.frames.read();
    } catch (error) {
      const refusal = this.core.asPostgresError(error);
      if (refusal.severity === 'FATAL') {
        this.end(refusal);
        return null;
      }
      if (this.core.copy === null)
        this.step(() => this.dispatch.refuseOversized(this.frames.oversizedType, refusal));
      else this.core.copy.fail(refusal);
      return this.isBusy ? null : this.next();
    }
  }

  /** Runs one message; where it has to wait, the later ones wait for it. */
  private step(run: () => Step): void {
    let step: Step;
    this.core.begin();
    try {
      step = run();
    } catch (error) {
      step = this.dispatch.refuse(error);
    }
    if (step === undefined) return;
    this.isBusy = true;
    step
      .catch((error: unknown) => this.dispatch.refuse(error))
      .then(() => this.resume())
      .catch((error: unknown) => this.end(this.core.asPostgresError(error)));
  }

  private resume(): void {
    this.isBusy = false;
    if (this.isOver) {
      this.core.transaction.discard();
      return;
    }
    this.waitingBytes = 0;
    this.pump();
  }

  /** What the session holds; where the process holds too much, the windows are cut now instead of when they are full. */
  private measure(): void {
    const { unit } = this.core.transaction;
    if (!this.ports.memory.hold(this, unit?.bytes ?? 0)) return;
    unit!.cut();
    unit!.shrink();
    this.ports.memory.hold(this, unit!.bytes);
  }

  private flush(): void {
    if (this.isOver) return;
    const replies = this.core.takeReplies();
    if (replies.length === 0) return;
    this.context.send(replies);
    if (!this.context.needsDrain || this.pausedByOutput) return;
    this.pausedByOutput = true;
    this.core.link.pause();
  }

  private finishDrain(): void {
    if (this.drained !== null && this.isIdle) this.shutDown();
  }

  private shutDown(): void {
    const message = 'terminating connection due to administrator command';
    this.end(new PostgresError('admin_shutdown', message, { severity: 'FATAL' }));
  }

  private end(error: PostgresError | null): void {
    if (this.isOver) return;
    const writer = new MessageWriter();
    writer.raw(this.core.takeReplies());
    if (error !== null) writer.errorResponse(error);
    if (writer.length > 0) this.context.send(writer.take());
    this.context.close();
    this.closed();
  }
}
