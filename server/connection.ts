// One client's socket, from its first byte to its session and its end. The first stop of a row's journey.
//
//   accepted -> negotiating (TLS, cancel, startup packet) -> authenticating (SCRAM, opening the session) -> open -> closing
//
// Who closes: the client (the session is told by `closed`), the session (`context.close`), a limit of time, or the
// listener while it drains. In every case what was sent leaves first, and what still comes is read over, so that the
// client gets its error and no reset.
import type { Socket } from 'node:net';
import { describeError, type Log } from '../shared/log';
import type { Authenticate } from './authentication';
import { type CancelKey, LONG_KEY_BYTES, SHORT_KEY_BYTES } from './cancel-keys';
import type { CancelTimer, Clock } from './clock';
import * as login from './login';
import { PostgresError } from './postgres-error';
import { MessageWriter } from './protocol/backend-messages';
import { LATEST_MINOR, type StartupMessage } from './protocol/startup-packets';
import { ConnectionEnded } from './pulled-input';
import { negotiate, type NegotiationPorts } from './negotiation';
import { Transport } from './transport';

/** Everything before the session is open, as PostgreSQL's authentication_timeout. */
export const DEFAULT_STARTUP_LIMIT_MS = 60_000;
/** How long a client may take to read the last words and to close its side. */
const LINGER_MS = 5_000;

/** What a session has of its connection. */
export interface SessionContext {
  readonly username: string;
  readonly processId: number;
  readonly secretKey: Buffer;
  /** All startup parameters but user, database and replication. */
  readonly startupParameters: ReadonlyMap<string, string>;
  /** Takes over the bytes; all of one turn of the event loop leave in one write. */
  send(bytes: Buffer): void;
  /** The client is behind with reading: produce no more until `writable` is called. */
  readonly needsDrain: boolean;
  pauseReading(): void;
  resumeReading(): void;
  /** After what was sent is flushed. */
  close(): void;
}

export interface Session {
  /** Bytes after authentication, cut anywhere. */
  receive(chunk: Buffer): void;
  /** All that was sent has left. */
  writable(): void;
  cancel(): void;
  /** Finishes the commit unit in hand, then FATAL 57P01. */
  drain(): Promise<void>;
  /** The client is gone. Called once, whoever closed. */
  closed(): void;
}

/**
 * Called after AuthenticationOk; sends ParameterStatus, BackendKeyData and ReadyForQuery itself. A PostgresError goes to
 * the client as FATAL. What the client sends meanwhile is kept.
 */
export type OpenSession = (context: SessionContext) => Promise<Session>;

export interface ConnectionPorts extends NegotiationPorts {
  /** SLUICE_PLAINTEXT=allow */
  readonly allowPlaintext: boolean;
  readonly authenticate: Authenticate;
  readonly openSession: OpenSession;
  readonly startupLimitMs: number;
  /** Without a byte in either direction. 0: no limit. */
  readonly idleLimitMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

type Phase =
  | { readonly name: 'negotiating' | 'authenticating' | 'closing' }
  | { readonly name: 'open'; readonly session: Session };

export class Connection {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  private phase: Phase = { name: 'negotiating' };
  private readonly transport: Transport;
  private isPaused = false;
  private key: CancelKey | null = null;
  private timer: CancelTimer;
  private lastActivity = 0;
  private username: string | null = null;

  /** `refusal`: the server takes no more sessions, which a client is told as soon as it can understand it. */
  constructor(
    socket: Socket,
    private readonly ports: ConnectionPorts,
    private readonly refusal: PostgresError | null = null,
  ) {
    this.transport = new Transport(socket, () => this.drained());
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(this.gone())));
    socket.on('error', () => undefined); // 'close' follows
    this.timer = ports.clock.after(ports.startupLimitMs, () => this.startupExpired());
    this.run().catch((error: unknown) => this.fail(error));
  }

  /** Lets the session finish its commit unit; refuses who is not logged in yet. Resolves when the socket is closed. */
  async drain(): Promise<void> {
    if (this.phase.name === 'open') {
      await this.phase.session.drain();
      this.close();
    } else if (this.phase.name === 'authenticating') this.fail(login.shuttingDown());
    else if (this.phase.name === 'negotiating') this.destroy();
    await this.closed;
  }

  /** Ends a session in the midst of what it does, with a word to its client. Resolves when the socket is closed. */
  async terminate(): Promise<void> {
    if (this.phase.name === 'open') this.fail(login.terminated());
    await this.closed;
  }

  destroy(): void {
    this.transport.stream.destroy();
  }

  private async run(): Promise<void> {
    const startup = await negotiate(this.transport, this.ports);
    if (startup === null) this.close();
    else await this.logIn(startup);
  }

  private async logIn(startup: StartupMessage): Promise<void> {
    const minor = Math.min(startup.minor, LATEST_MINOR);
    const { protocolOptions } = startup;
    this.enter({ name: 'authenticating' });
    if (startup.minor > minor || protocolOptions.length > 0)
      this.say((writer) => writer.negotiateProtocolVersion(minor, protocolOptions));
    const asked = login.readLogin(startup);
    this.username = asked.username;
    if (this.refusal !== null) throw this.refusal;
    if (!this.transport.isSecure && !this.ports.allowPlaintext) throw login.noEncryption(asked);
    await this.ports.authenticate({
      username: asked.username,
      channelBinding: this.transport.channelBinding,
      send: (bytes) => this.transport.send(bytes),
      receive: () => this.transport.input.readMessage(),
    });
    login.checkDatabase(asked);
    await this.openSession(asked, minor);
  }

  private async openSession(asked: login.Login, minor: number): Promise<void> {
    if (this.phase.name === 'closing') return;
    const secretBytes = minor >= 2 ? LONG_KEY_BYTES : SHORT_KEY_BYTES;
    const key = this.ports.cancelKeys.issue(secretBytes, () => {
      if (this.phase.name === 'open') this.phase.session.cancel();
    });
    this.key = key;
    const session = await this.ports.openSession(this.context(asked, key));
    if (!this.enter({ name: 'open', session })) {
      session.closed();
      return;
    }
    this.ports.log.info('session-opened', { username: asked.username, processId: key.processId });
    this.timer();
    this.watchIdleness();
    this.startReading(session);
  }

  private context(asked: login.Login, { processId, secretKey }: CancelKey): SessionContext {
    // Arrow functions and a getter over this connection: the session must not reach anything else of it.
    const { transport } = this;
    return {
      username: asked.username,
      processId,
      secretKey,
      startupParameters: asked.parameters,
      send: (bytes) => {
        this.lastActivity = this.ports.clock.now();
        transport.send(bytes);
      },
      get needsDrain() {
        return transport.needsDrain;
      },
      pauseReading: () => this.pause(true),
      resumeReading: () => this.pause(false),
      close: () => this.close(),
    };
  }

  private pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    if (this.phase.name !== 'open') return;
    if (isPaused) this.transport.stream.pause();
    else this.transport.stream.resume();
  }

  /** From pull to push: from here on bytes go to the session as they come. */
  private startReading(session: Session): void {
    const { stream } = this.transport;
    stream.on('data', (chunk: Buffer) => this.receive(chunk));
    stream.on('end', () => this.close());
    const rest = this.transport.input.takeRest();
    if (rest.length > 0) session.receive(rest);
    this.pause(this.isPaused);
  }

  private receive(chunk: Buffer): void {
    if (this.phase.name !== 'open') return;
    this.lastActivity = this.ports.clock.now();
    try {
      this.phase.session.receive(chunk);
    } catch (error) {
      this.fail(error);
    }
  }

  private drained(): void {
    if (this.phase.name === 'open') this.phase.session.writable();
  }

  private startupExpired(): void {
    // As PostgreSQL: whoever has not said anything that could be understood gets no answer.
    if (this.phase.name === 'negotiating') this.destroy();
    else this.fail(login.startupTimeout());
  }

  private watchIdleness(): void {
    const { clock, idleLimitMs } = this.ports;
    if (idleLimitMs === 0) return;
    this.lastActivity = clock.now();
    const look = () => {
      const left = this.lastActivity + idleLimitMs - clock.now();
      if (left <= 0) this.fail(login.idleTimeout());
      else this.timer = clock.after(left, look);
    };
    this.timer = clock.after(idleLimitMs, look);
  }

  private say(write: (writer: MessageWriter) => void): void {
    const writer = new MessageWriter();
    write(writer);
    this.transport.send(writer.take());
  }

  /** Tells the client and the log, and closes. */
  private fail(error: unknown): void {
    if (this.phase.name === 'closing') return;
    if (!(error instanceof ConnectionEnded)) {
      const refusal = this.asRefusal(error);
      this.say((writer) => writer.errorResponse(refusal));
    }
    this.close();
  }

  private asRefusal(error: unknown): PostgresError {
    const { log } = this.ports;
    const cause = error instanceof PostgresError ? error.details.cause : error;
    const code = error instanceof PostgresError ? error.code : 'XX000';
    const fields = { phase: this.phase.name, code, username: this.username };
    if (cause === undefined) log.info('connection-refused', fields);
    else log.error('connection-failed', { ...fields, error: describeError(cause) });
    if (error instanceof PostgresError) return login.asFatal(error);
    return new PostgresError('internal_error', 'internal error', { severity: 'FATAL' });
  }

  private close(): void {
    const { phase } = this;
    if (!this.enter({ name: 'closing' })) return;
    this.timer();
    this.transport.flush();
    this.transport.stream.end();
    this.transport.stream.on('data', () => undefined);
    this.transport.stream.resume();
    this.timer = this.ports.clock.after(LINGER_MS, () => this.destroy());
    this.leave(phase);
  }

  /** The socket is closed. */
  private gone(): void {
    const { phase } = this;
    this.enter({ name: 'closing' });
    this.timer();
    this.leave(phase);
  }

  private leave(phase: Phase): void {
    if (this.key !== null) this.ports.cancelKeys.revoke(this.key);
    this.key = null;
    if (phase.name === 'open') phase.session.closed();
  }

  /** `closing` is left by nothing. */
  private enter(phase: Phase): boolean {
    if (this.phase.name === 'closing') return false;
    this.phase = phase;
    return true;
  }
}
