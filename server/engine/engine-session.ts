// One session of the engine, behind one client's session: a client of PostgreSQL's protocol that passes messages through
// as bytes. It reads none but those of the start.
import { connect, type Socket } from 'node:net';
import { PostgresError } from '../postgres-error';
import { decodeErrorResponse } from '../protocol/backend-messages';
import { encodeCancelRequest, encodeStartup, encodeTerminate } from '../protocol/engine-messages';
import { FrameReader, messageBytes } from '../protocol/frame-reader';

/** PostgreSQL's own bound (MaxAllocSize): whatever the engine says is passed on. */
const MAX_MESSAGE_BYTES = 0x3fffffff;
const START_LIMIT_MS = 30_000;
const CANCEL_LIMIT_MS = 5_000;
/** After Terminate a session closes its socket; one that does not is cut off. */
const END_LIMIT_MS = 5_000;
/** Who logs in where is the gateway's to say, whatever the client's startup message has. */
const OWN_PARAMETERS = ['user', 'database'];

const AUTHENTICATION = code('R');
const BACKEND_KEY_DATA = code('K');
const ERROR_RESPONSE = code('E');
const PARAMETER_STATUS = code('S');
const READY_FOR_QUERY = code('Z');

export interface EngineSessionOptions {
  readonly socketPath: string;
  readonly username: string;
  /** The user's own where it is not given. */
  readonly database?: string;
  /** Startup parameters to pass on: application_name, options, DateStyle ... */
  readonly parameters: ReadonlyMap<string, string>;
  /** Every message after the start, whole, type and length included. The bytes are never written again. */
  readonly onMessage: (type: number, message: Buffer) => void;
  /** Called once, after the start; null where `end` was asked for. */
  readonly onClose: (error: Error | null) => void;
  /** What `send` has taken is on its way; called only where `writableNeedsDrain` was true. */
  readonly onDrain?: () => void;
}

export interface EngineSession {
  /** ParameterStatus as the session began. */
  readonly parameters: ReadonlyMap<string, string>;
  /** True where the engine does not keep up with what is sent. */
  readonly writableNeedsDrain: boolean;
  /** Bytes of whole messages of a frontend. What is sent in one turn leaves in one piece. */
  send(bytes: Buffer): void;
  /** Stops delivery, also of messages that have come already, until `resume`. */
  pause(): void;
  resume(): void;
  /** Asks for the running statement's end; resolves when the engine has taken the request. */
  cancel(): Promise<void>;
  /** Ends the session, and the statement that it may be in the middle of. */
  end(): void;
}

/**
 * Resolves at the first ReadyForQuery. Rejects with the engine's own error (FATAL) where it refuses a parameter or the
 * login, with cannot_connect_now where the engine is not there or does not answer in time.
 */
export async function openEngineSession(options: EngineSessionOptions): Promise<EngineSession> {
  const session = new SocketSession(options);
  await session.started;
  return session;
}

class SocketSession implements EngineSession {
  readonly parameters = new Map<string, string>();
  readonly started: Promise<void>;
  private readonly socket: Socket;
  private readonly frames = new FrameReader(MAX_MESSAGE_BYTES);
  private readonly limit: NodeJS.Timeout;
  private phase: 'starting' | 'open' | 'ended' = 'starting';
  private settle!: { resolve: () => void; reject: (error: Error) => void };
  private processId = 0;
  private secretKey: Buffer = Buffer.alloc(0);
  private failure: Error | null = null;
  /** Something was sent after the last ReadyForQuery: a statement may be running. */
  private isBusy = false;
  private isPaused = false;
  private isDelivering = false;

  constructor(private readonly options: EngineSessionOptions) {
    this.started = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.limit = setTimeout(() => this.fail(notThere('it does not answer')), START_LIMIT_MS);
    this.socket = connect(options.socketPath);
    this.socket.on('data', (chunk: Buffer) => this.receive(chunk));
    this.socket.on('drain', () => options.onDrain?.());
    this.socket.on('error', (error) => (this.failure ??= error));
    this.socket.on('close', () => this.closed());
    this.socket.write(encodeStartup(startupParameters(options)));
  }

  get writableNeedsDrain(): boolean {
    return this.socket.writableNeedDrain;
  }

  send(bytes: Buffer): void {
    if (this.phase !== 'open') return;
    this.isBusy = true;
    if (this.socket.writableCorked === 0) {
      this.socket.cork();
      process.nextTick(() => this.socket.uncork());
    }
    this.socket.write(bytes);
  }

  pause(): void {
    this.isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    this.isPaused = false;
    this.deliver();
    if (!this.isPaused) this.socket.resume();
  }

  cancel(): Promise<void> {
    return requestCancel(this.options.socketPath, encodeCancelRequest(this.processId, this.secretKey));
  }

  end(): void {
    if (this.phase !== 'open') return;
    // A session reads Terminate when its statement is over: so the statement is ended too.
    if (this.isBusy) this.cancel().catch(() => this.socket.destroy());
    this.phase = 'ended';
    this.socket.end(encodeTerminate());
    // What still comes is read over, or the end of the stream would never be seen.
    this.socket.removeAllListeners('data').resume();
    const limit = setTimeout(() => this.socket.destroy(), END_LIMIT_MS);
    this.socket.once('close', () => clearTimeout(limit));
  }

  private receive(chunk: Buffer): void {
    this.frames.push(chunk);
    this.deliver();
  }

  private deliver(): void {
    if (this.isDelivering) return;
    this.isDelivering = true;
    try {
      while (!this.isPaused) {
        const frame = this.frames.read();
        if (frame === null) break;
        this.take(frame.type, messageBytes(frame));
      }
    } catch (error) {
      this.fail(error as Error);
    } finally {
      this.isDelivering = false;
    }
  }

  private take(type: number, message: Buffer): void {
    if (this.phase === 'ended') return;
    if (this.phase === 'starting') return this.begin(type, message);
    if (type === READY_FOR_QUERY) this.isBusy = false;
    this.options.onMessage(type, message);
  }

  private begin(type: number, message: Buffer): void {
    if (type === PARAMETER_STATUS) {
      const [name = '', value = ''] = message.toString('utf8', 5).split('\0');
      this.parameters.set(name, value);
    } else if (type === BACKEND_KEY_DATA) {
      this.processId = message.readInt32BE(5);
      this.secretKey = Buffer.from(message.subarray(9));
    } else if (type === ERROR_RESPONSE) {
      this.fail(decodeErrorResponse(message));
    } else if (type === AUTHENTICATION && message.readInt32BE(5) !== 0) {
      this.fail(notThere('it asks for a password'));
    } else if (type === READY_FOR_QUERY) {
      clearTimeout(this.limit);
      this.phase = 'open';
      this.settle.resolve();
    }
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.socket.destroy();
  }

  private closed(): void {
    clearTimeout(this.limit);
    const { phase } = this;
    this.phase = 'ended';
    if (phase === 'starting')
      this.settle.reject(
        this.failure instanceof PostgresError ? this.failure : notThere('it hung up', this.failure),
      );
    else this.options.onClose(phase === 'ended' ? null : (this.failure ?? notThere('it hung up')));
  }
}

function startupParameters(options: EngineSessionOptions): [string, string][] {
  const passed = [...options.parameters].filter(([name]) => !OWN_PARAMETERS.includes(name));
  return [['user', options.username], ['database', options.database ?? options.username], ...passed];
}

/** The engine answers a CancelRequest by closing the connection. */
function requestCancel(socketPath: string, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(socketPath);
    socket.setTimeout(CANCEL_LIMIT_MS, () => socket.destroy(notThere('it does not answer')));
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.resume().write(request);
  });
}

function notThere(why: string, cause: Error | null = null): PostgresError {
  return new PostgresError('cannot_connect_now', `the SQL engine is not available: ${why}`, {
    severity: 'FATAL',
    ...(cause === null ? {} : { cause }),
  });
}

function code(letter: string): number {
  return letter.charCodeAt(0);
}
