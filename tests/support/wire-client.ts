// A client for wire conversations: sends bytes as they are given, reads the server's messages one by one.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { decodeErrorFields } from '../../server/protocol/backend-messages';
import { FrameReader, messageBytes } from '../../server/protocol/frame-reader';

export class WireClient {
  private readonly reader = new FrameReader();
  private chunks: Buffer[] = [];
  private isEnded = false;
  private wake: () => void = () => undefined;

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.wake();
    });
    socket.on('error', () => undefined);
    for (const event of ['end', 'close'])
      socket.on(event, () => {
        this.isEnded = true;
        this.wake();
      });
  }

  static async connect(port: number): Promise<WireClient> {
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    return new WireClient(socket);
  }

  send(...parts: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(parts));
  }

  /** The one byte that answers SSLRequest or GSSENCRequest. */
  async answer(): Promise<string> {
    const chunk = await this.chunk();
    if (chunk === null) return 'closed';
    if (chunk.length > 1) this.chunks.unshift(chunk.subarray(1));
    return chunk.toString('latin1', 0, 1);
  }

  /** The next whole message, or null where the server has closed. */
  async message(): Promise<Buffer | null> {
    for (;;) {
      const frame = this.reader.read();
      if (frame !== null) return messageBytes(frame);
      const chunk = await this.chunk();
      if (chunk === null) return null;
      this.reader.push(chunk);
    }
  }

  /** Reads to the next ErrorResponse: `FATAL 28000 message`; `closed` where none comes. */
  async error(): Promise<string> {
    for (let message = await this.message(); message !== null; message = await this.message()) {
      if (message[0] !== 0x45) continue;
      const fields = decodeErrorFields(message);
      return `${fields.get('S')} ${fields.get('C')} ${fields.get('M')}`;
    }
    return 'closed';
  }

  /** The types of all messages up to and with the next of type `last`, or to the end. */
  async types(last = ''): Promise<string> {
    let types = '';
    for (let message = await this.message(); message !== null; message = await this.message()) {
      types += String.fromCharCode(message[0]!);
      if (types.endsWith(last) && last !== '') break;
    }
    return types;
  }

  /** Goes on under TLS, on the same connection. */
  async secure(options: ConnectionOptions): Promise<WireClient> {
    this.socket.removeAllListeners('data');
    const secured = connectTls({ socket: this.socket, host: 'localhost', ...options });
    await once(secured, 'secureConnect');
    return new WireClient(secured);
  }

  close(): void {
    this.socket.destroy();
  }

  private async chunk(): Promise<Buffer | null> {
    for (;;) {
      const chunk = this.chunks.shift();
      if (chunk !== undefined) return chunk;
      if (this.isEnded) return null;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }
}
