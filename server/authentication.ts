// Lets a client in: SCRAM-SHA-256, and -PLUS over TLS, against the verifier of its credential (RFC 5802, 7677, 5929).
// An unknown user and a wrong password look and cost the same: the same exchange, the same delay, the same error.
import {
  mockVerifier,
  parseVerifier,
  SCRAM_SHA_256,
  SCRAM_SHA_256_PLUS,
  ScramError,
  ScramServer,
  type Verifier,
} from '../shared/scram';
import type { Clock } from './clock';
import { FailureDelays } from './failure-delays';
import { PostgresError } from './postgres-error';
import { MessageWriter } from './protocol/backend-messages';
import type { Frame } from './protocol/frame-reader';
import { decodeSaslInitialResponse, decodeSaslResponse, FRONTEND } from './protocol/frontend-messages';

/** Rejects where the store of credentials cannot be reached. */
export type FindCredential = (username: string) => Promise<{ readonly verifier: string } | null>;

export interface AuthenticationPeer {
  readonly username: string;
  /** tls-server-end-point data; null without TLS, or where the certificate's signature defines no hash. */
  readonly channelBinding: Buffer | null;
  send(bytes: Buffer): void;
  /** The client's next message. */
  receive(): Promise<Frame>;
}

/** Resolves when AuthenticationOk has been sent; throws FATAL PostgresError. */
export type Authenticate = (peer: AuthenticationPeer) => Promise<void>;

export interface AuthenticationPorts {
  readonly findCredential: FindCredential;
  /** Makes the salt of unknown users steady; the same in all replicas, at least 32 bytes. */
  readonly mockSecret: Buffer;
  readonly clock: Clock;
}

export function createAuthenticate(ports: AuthenticationPorts): Authenticate {
  const delays = new FailureDelays(() => ports.clock.now());
  return async (peer) => {
    const { mechanism, clientFirst } = await chooseMechanism(peer);
    const { verifier, isKnown } = await findVerifier(peer.username, ports);
    const scram = new ScramServer(verifier, {
      channelBinding: peer.channelBinding,
      plusOffered: peer.channelBinding !== null,
    });
    const serverFirst = inScram(() => scram.first(clientFirst, mechanism));
    say(peer, (writer) => writer.authenticationSaslContinue(serverFirst));
    const clientFinal = decodeSaslResponse(await receiveSasl(peer));
    await wait(delays.delayMs(peer.username), ports.clock);
    const result = inScram(() => scram.final(clientFinal));
    if (!isKnown || !result.ok) {
      delays.failed(peer.username);
      throw wrongPassword(peer.username);
    }
    delays.succeeded(peer.username);
    say(peer, (writer) => {
      writer.authenticationSaslFinal(result.serverFinal);
      writer.authenticationOk();
    });
  };
}

async function chooseMechanism(
  peer: AuthenticationPeer,
): Promise<{ mechanism: string; clientFirst: string }> {
  const offered = peer.channelBinding === null ? [SCRAM_SHA_256] : [SCRAM_SHA_256_PLUS, SCRAM_SHA_256];
  say(peer, (writer) => writer.authenticationSasl(offered));
  const { mechanism, response } = decodeSaslInitialResponse(await receiveSasl(peer));
  if (!offered.includes(mechanism))
    throw fatal('protocol_violation', 'client selected an invalid SASL authentication mechanism');
  if (response !== null) return { mechanism, clientFirst: response };
  // The client leaves us the first word: SCRAM has none, so an empty one asks for the client's.
  say(peer, (writer) => writer.authenticationSaslContinue(''));
  return { mechanism, clientFirst: decodeSaslResponse(await receiveSasl(peer)) };
}

async function findVerifier(
  username: string,
  { findCredential, mockSecret }: AuthenticationPorts,
): Promise<{ verifier: Verifier; isKnown: boolean }> {
  try {
    const credential = await findCredential(username);
    // Made in either case, so that both cost the same.
    const mock = mockVerifier(username, mockSecret);
    if (credential === null) return { verifier: mock, isKnown: false };
    return { verifier: parseVerifier(credential.verifier), isKnown: true };
  } catch (cause) {
    throw new PostgresError('cannot_connect_now', 'cannot connect now', {
      severity: 'FATAL',
      detail: 'The store of credentials does not answer.',
      hint: 'Try again in a while.',
      cause,
    });
  }
}

async function receiveSasl(peer: AuthenticationPeer): Promise<Frame> {
  const frame = await peer.receive();
  if (frame.type === FRONTEND.Password) return frame;
  throw fatal('protocol_violation', `expected SASL response, got message type ${frame.type}`);
}

function say(peer: AuthenticationPeer, write: (writer: MessageWriter) => void): void {
  const writer = new MessageWriter();
  write(writer);
  peer.send(writer.take());
}

function inScram<Result>(run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ScramError)) throw error;
    const detail = error.detail === undefined ? {} : { detail: error.detail };
    throw new PostgresError({ code: error.code }, error.message, { severity: 'FATAL', ...detail });
  }
}

function wait(ms: number, clock: Clock): Promise<void> {
  if (ms === 0) return Promise.resolve();
  return new Promise((resolve) => void clock.after(ms, resolve));
}

function wrongPassword(username: string): PostgresError {
  return fatal('invalid_password', `password authentication failed for user "${username}"`);
}

function fatal(condition: 'protocol_violation' | 'invalid_password', message: string): PostgresError {
  return new PostgresError(condition, message, { severity: 'FATAL' });
}
