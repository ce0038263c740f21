// Reading by pull, for the time before the session: negotiation and authentication ask for one message at a time,
// so nothing is read from the socket that belongs to a later layer (TLS, session).
import type { Socket } from 'node:net';
import { type Frame, FrameReader } from './protocol/frame-reader';

/** PostgreSQL's PG_MAX_AUTH_TOKEN_LENGTH: clients send access tokens in the place of passwords. */
const MAX_AUTHENTICATION_BYTES = 65_535;

/** The client is gone before it is logged in: no error, nothing to answer. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
}

export class PulledInput {
  private readonly reader = new FrameReader(MAX_AUTHENTICATION_BYTES);

  constructor(private readonly stream: Socket) {}

  /** Looks at the next bytes and leaves them in the stream, for TLS to read. */
  async peekByte(): Promise<number> {
    const chunk = await this.chunk();
    this.stream.unshift(chunk);
    return chunk[0]!;
  }

  /** What cannot be a startup packet ends the connection without a word, as in PostgreSQL: it speaks another protocol. */
  readStartup(): Promise<Frame> {
    return this.read(() => {
      try {
        return this.reader.readStartup();
      } catch (cause) {
        throw new ConnectionEnded('invalid length of startup packet', { cause });
      }
    });
  }

  readMessage(): Promise<Frame> {
    return this.read(() => this.reader.read());
  }

  /** True where bytes have come that were not asked for yet. */
  get hasRest(): boolean {
    return this.reader.hasRest || this.stream.readableLength > 0;
  }

  /** What came behind the last message. */
  takeRest(): Buffer {
    return this.reader.takeRest();
  }

  private async read(next: () => Frame | null): Promise<Frame> {
    for (;;) {
      const frame = next();
      if (frame !== null) return frame;
      this.reader.push(await this.chunk());
    }
  }

  private async chunk(): Promise<Buffer> {
    for (;;) {
      const chunk = this.stream.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (this.stream.readableEnded || this.stream.destroyed) throw new ConnectionEnded();
      await somethingHappens(this.stream);
    }
  }
}

const EVENTS = ['readable', 'end', 'close'] as const;

function somethingHappens(stream: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      for (const event of EVENTS) stream.off(event, settle);
      resolve();
    };
    for (const event of EVENTS) stream.on(event, settle);
  });
}
