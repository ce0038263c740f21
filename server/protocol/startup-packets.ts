// Decodes what a client sends first: packets without a type byte.
// @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
import { PostgresError } from '../postgres-error';
import { ByteReader, violation } from './byte-reader';
import type { Frame } from './frame-reader';

const CANCEL_REQUEST_CODE = 80877102;
const SSL_REQUEST_CODE = 80877103;
const GSSENC_REQUEST_CODE = 80877104;

const SUPPORTED_MAJOR = 3;
/** 3.2 brought cancel keys of variable length; 3.1 was never used. */
export const LATEST_MINOR = 2;
/** PostgreSQL's bound on a cancel key. */
const MAX_CANCEL_KEY_BYTES = 256;
/** Startup parameters with this prefix are options of the protocol. We know none. */
const PROTOCOL_OPTION_PREFIX = '_pq_.';

export interface StartupMessage {
  readonly type: 'StartupMessage';
  /** Minor version that the client asks for; may be above LATEST_MINOR. */
  readonly minor: number;
  /** Without options of the protocol. A name given twice has its last value. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly protocolOptions: readonly string[];
}

interface CancelRequest {
  readonly type: 'CancelRequest';
  readonly processId: number;
  readonly secretKey: Buffer;
}

export type StartupPacket =
  StartupMessage | CancelRequest | { readonly type: 'SSLRequest' | 'GSSENCRequest'; readonly code: number };

/** Throws FATAL protocol_violation, or feature_not_supported for a version other than 3.x. */
export function decodeStartupPacket(frame: Frame): StartupPacket {
  const code = frame.buffer.readInt32BE(frame.start);
  if (code === SSL_REQUEST_CODE) return { type: 'SSLRequest', code };
  if (code === GSSENC_REQUEST_CODE) return { type: 'GSSENCRequest', code };
  if (code === CANCEL_REQUEST_CODE) return decodeCancelRequest(frame);
  const major = code >>> 16;
  const minor = code & 0xffff;
  if (major !== SUPPORTED_MAJOR) throw unsupportedVersion(major, minor);
  return { type: 'StartupMessage', minor, ...decodeParameters(frame) };
}

function decodeCancelRequest(frame: Frame): CancelRequest {
  const keyBytes = frame.end - frame.start - 8;
  if (keyBytes < 4 || keyBytes > MAX_CANCEL_KEY_BYTES)
    throw violation('invalid length of cancel request packet', 'FATAL');
  const processId = frame.buffer.readInt32BE(frame.start + 4);
  return {
    type: 'CancelRequest',
    processId,
    secretKey: frame.buffer.subarray(frame.start + 8, frame.end),
  };
}

function decodeParameters(frame: Frame): Pick<StartupMessage, 'parameters' | 'protocolOptions'> {
  const { buffer, end } = frame;
  // Without this terminator a list that was cut could pass for a shorter one.
  if (buffer[end - 1] !== 0 || end - frame.start < 5) throw invalidLayout();
  const reader = new ByteReader({ buffer, start: frame.start + 4, end });
  const parameters = new Map<string, string>();
  const protocolOptions: string[] = [];
  while (reader.remaining > 1) {
    const name = reader.stringBytes().toString('utf8');
    if (name === '' || reader.remaining === 0) throw invalidLayout();
    const value = reader.stringBytes().toString('utf8');
    if (name.startsWith(PROTOCOL_OPTION_PREFIX)) protocolOptions.push(name);
    else parameters.set(name, value);
  }
  if (reader.remaining !== 1) throw invalidLayout();
  return { parameters, protocolOptions };
}

function invalidLayout(): PostgresError {
  return violation('invalid startup packet layout: expected terminator as last byte', 'FATAL');
}

export function unsupportedVersion(major: number, minor: number): PostgresError {
  const supported = `server supports ${SUPPORTED_MAJOR}.0 to ${SUPPORTED_MAJOR}.${LATEST_MINOR}`;
  return new PostgresError(
    'feature_not_supported',
    `unsupported frontend protocol ${major}.${minor}: ${supported}`,
    {
      severity: 'FATAL',
    },
  );
}
