// The server's side of a SCRAM-SHA-256 exchange (RFC 5802, 7677; channel binding of RFC 5929), without a socket:
// server/authentication feeds it what SASLInitialResponse and SASLResponse carry. Errors are PostgreSQL's.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Verifier } from './scram-verifier';
import { hmac, SCRAM_KEY_BYTES, sha256 } from './scram-verifier';

export { createVerifier, mockVerifier, parseVerifier } from './scram-verifier';
export type { Verifier } from './scram-verifier';

export const SCRAM_SHA_256 = 'SCRAM-SHA-256';
export const SCRAM_SHA_256_PLUS = 'SCRAM-SHA-256-PLUS';

/** As PostgreSQL: SCRAM_RAW_NONCE_LEN. */
const NONCE_BYTES = 18;

const PROTOCOL_VIOLATION = '08P01';
const INVALID_AUTHORIZATION = '28000';
const FEATURE_NOT_SUPPORTED = '0A000';

/** The exchange cannot go on. A wrong password is no ScramError: `final` answers `{ ok: false }`. */
export class ScramError extends Error {
  override readonly name = 'ScramError';

  /** `code` is the SQLSTATE; detail is PostgreSQL's DETAIL line. */
  constructor(
    readonly code: string,
    message: string,
    readonly detail?: string,
  ) {
    super(message);
  }
}

export interface ScramOptions {
  /** The connection's tls-server-end-point data: the hash of our certificate. null without TLS. */
  readonly channelBinding: Buffer | null;
  /** Whether AuthenticationSASL named SCRAM-SHA-256-PLUS: what makes a client's `y` a downgrade. */
  readonly plusOffered: boolean;
  /** Our half of the nonce: printable, without commas. */
  readonly nonce?: () => string;
}

export type ScramResult = { readonly ok: true; readonly serverFinal: string } | { readonly ok: false };

interface Exchange {
  readonly clientFirstBare: string;
  readonly serverFirst: string;
  readonly nonce: string;
  /** What the client must repeat in `c=`, base64. */
  readonly binding: string;
  readonly plus: boolean;
}

/** One login. `first`, then `final`, each once. Both throw ScramError. */
export class ScramServer {
  private exchange: Exchange | null = null;

  constructor(
    private readonly verifier: Verifier,
    private readonly options: ScramOptions,
  ) {}

  /** Takes client-first-message and the mechanism that the client chose; gives server-first-message. */
  first(clientFirst: string, mechanism: string): string {
    const plus = mechanism === SCRAM_SHA_256_PLUS;
    const { header, bare, clientNonce } = parseClientFirst(clientFirst);
    checkBindingFlag(header, plus, this.options);
    const nonce = clientNonce + (this.options.nonce ?? randomNonce)();
    const { salt, iterations } = this.verifier;
    const serverFirst = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`;
    const data = plus ? (this.options.channelBinding ?? Buffer.alloc(0)) : Buffer.alloc(0);
    const binding = Buffer.concat([Buffer.from(header), data]).toString('base64');
    this.exchange = { clientFirstBare: bare, serverFirst, nonce, binding, plus };
    return serverFirst;
  }

  /** Takes client-final-message; `ok: false` where the proof does not fit the verifier. */
  final(clientFinal: string): ScramResult {
    const exchange = this.exchange;
    if (exchange === null) throw malformed('client-final-message came before client-first-message.');
    this.exchange = null;
    const { binding, nonce, proof, withoutProof } = parseClientFinal(clientFinal);
    checkBinding(binding, exchange);
    if (!equalInConstantTime(Buffer.from(nonce), Buffer.from(exchange.nonce)))
      throw new ScramError(PROTOCOL_VIOLATION, 'invalid SCRAM response', 'Nonce does not match.');
    const authMessage = `${exchange.clientFirstBare},${exchange.serverFirst},${withoutProof}`;
    const clientKey = xor(proof, hmac(this.verifier.storedKey, authMessage));
    if (!equalInConstantTime(sha256(clientKey), this.verifier.storedKey)) return { ok: false };
    return { ok: true, serverFinal: `v=${hmac(this.verifier.serverKey, authMessage).toString('base64')}` };
  }
}

/** gs2-header (`n,,`, `y,,`, `p=<type>,,`) and client-first-message-bare. The user name is the startup message's. */
function parseClientFirst(message: string): { header: string; bare: string; clientNonce: string } {
  const [flag = '', authzid, ...attributes] = message.split(',');
  if (message.includes('\0') || authzid === undefined)
    throw malformed('The message has no complete GS2 header.');
  if (authzid.startsWith('a='))
    throw new ScramError(
      FEATURE_NOT_SUPPORTED,
      'client uses authorization identity, but it is not supported',
    );
  if (authzid !== '') throw malformed('Unexpected attribute in client-first-message.');
  const [name = '', nonce = ''] = attributes;
  if (name.startsWith('m='))
    throw new ScramError(FEATURE_NOT_SUPPORTED, 'client requires an unsupported SCRAM extension');
  if (!name.startsWith('n=')) throw malformed('Expected attribute "n" in client-first-message.');
  if (!nonce.startsWith('r=')) throw malformed('Expected attribute "r" in client-first-message.');
  if (!/^r=[!-~]+$/.test(nonce))
    throw new ScramError(PROTOCOL_VIOLATION, 'non-printable characters in SCRAM nonce');
  return { header: `${flag},,`, bare: attributes.join(','), clientNonce: nonce.slice(2) };
}

function checkBindingFlag(header: string, plus: boolean, options: ScramOptions): void {
  const flag = header.slice(0, -2);
  if (flag === 'n' || flag === 'y') {
    if (plus)
      throw malformed(
        'The client selected SCRAM-SHA-256-PLUS, but the SCRAM message does not include channel binding data.',
      );
    if (flag === 'y' && options.plusOffered) throw downgraded();
  } else if (flag.startsWith('p=')) {
    if (!plus || options.channelBinding === null)
      throw malformed(
        'The client selected SCRAM-SHA-256 without channel binding, but the SCRAM message includes channel binding data.',
      );
    if (flag !== 'p=tls-server-end-point')
      throw new ScramError(PROTOCOL_VIOLATION, 'unsupported SCRAM channel-binding type');
  } else throw malformed('Unexpected channel-binding flag.');
}

/** RFC 5802, section 6: someone in the middle took SCRAM-SHA-256-PLUS out of our offer. */
function downgraded(): ScramError {
  return new ScramError(
    INVALID_AUTHORIZATION,
    'SCRAM channel binding negotiation error',
    'The client supports SCRAM channel binding but thinks the server does not.  ' +
      'However, this server does support channel binding.',
  );
}

const CLIENT_FINAL = /^(c=([^,]+),r=([!-+\--~]+)(?:,[^=,]+=[^,]*)*),p=([A-Za-z0-9+/]+={0,2})$/;

function parseClientFinal(message: string): {
  binding: string;
  nonce: string;
  proof: Buffer;
  withoutProof: string;
} {
  const [, withoutProof, binding, nonce, base64] = CLIENT_FINAL.exec(message) ?? [];
  if (withoutProof === undefined || binding === undefined || nonce === undefined || base64 === undefined)
    throw malformed('Malformed client-final-message.');
  const proof = Buffer.from(base64, 'base64');
  if (proof.length !== SCRAM_KEY_BYTES || proof.toString('base64') !== base64)
    throw malformed('Malformed proof in client-final-message.');
  return { binding, nonce, proof, withoutProof };
}

function checkBinding(given: string, { binding, plus }: Exchange): void {
  if (equalInConstantTime(Buffer.from(given), Buffer.from(binding))) return;
  throw plus
    ? new ScramError(INVALID_AUTHORIZATION, 'SCRAM channel binding check failed')
    : new ScramError(
        PROTOCOL_VIOLATION,
        'unexpected SCRAM channel-binding attribute in client-final-message',
      );
}

function equalInConstantTime(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, at) => byte ^ (right[at] ?? 0)));
}

function malformed(detail: string): ScramError {
  return new ScramError(PROTOCOL_VIOLATION, 'malformed SCRAM message', detail);
}

function randomNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64');
}
