// A connection's socket as it is now, in clear or under TLS: pulled input before the session, coalesced output.
import type { Socket } from 'node:net';
import { Output } from './output';
import { PulledInput } from './pulled-input';
import { type ServerIdentity, startTls } from './secure-context';

export class Transport {
  stream: Socket;
  input: PulledInput;
  isSecure = false;
  /** tls-server-end-point data under TLS, where there is one. */
  channelBinding: Buffer | null = null;
  private output: Output;

  constructor(
    socket: Socket,
    private readonly onDrain: () => void,
  ) {
    this.stream = socket;
    this.input = new PulledInput(socket);
    this.output = new Output(socket, onDrain);
  }

  /** Puts TLS over the socket; false where the handshake fails. */
  async secure(identity: ServerIdentity): Promise<boolean> {
    const secured = await startTls(this.stream, identity);
    if (secured === null) return false;
    this.stream = secured;
    this.input = new PulledInput(secured);
    this.output = new Output(secured, this.onDrain);
    this.channelBinding = identity.channelBinding;
    this.isSecure = true;
    return true;
  }

  get alpnProtocol(): string | false | null {
    return 'alpnProtocol' in this.stream ? (this.stream.alpnProtocol as string | false | null) : null;
  }

  get needsDrain(): boolean {
    return this.output.needsDrain;
  }

  /** Takes over the bytes; those of one turn of the event loop leave in one write. */
  send(bytes: Buffer): void {
    this.output.send(bytes);
  }

  flush(): void {
    this.output.flush();
  }
}
