// Decodes what a client sends after authentication, but for Bind (bind-view.ts) and startup packets
// (startup-packets.ts). Errors are PostgreSQL's, ERROR in severity: the session stays usable.
import type { PostgresError } from '../postgres-error';
import { ByteReader, type ByteRange, decodeText, endOfString, violation } from './byte-reader';
import type { Frame } from './frame-reader';

/** Type bytes, named as in the protocol's chapter. */
export const FRONTEND = {
  Bind: 0x42, // B
  Close: 0x43, // C
  CopyData: 0x64, // d
  CopyDone: 0x63, // c
  CopyFail: 0x66, // f
  Describe: 0x44, // D
  Execute: 0x45, // E
  Flush: 0x48, // H
  FunctionCall: 0x46, // F
  Parse: 0x50, // P
  /** PasswordMessage, SASLInitialResponse or SASLResponse: the phase tells which. */
  Password: 0x70, // p
  Query: 0x51, // Q
  Sync: 0x53, // S
  Terminate: 0x58, // X
} as const;

export interface ParseMessage {
  readonly statement: string;
  /** The statement's text, in place. */
  readonly query: ByteRange;
  /** Declared parameter types; 0 = to be inferred. Possibly fewer than there are parameters. */
  readonly oids: Int32Array;
}

/** Names a statement (S) or portal (P): Describe and Close. */
export interface NamedMessage {
  readonly kind: 'S' | 'P';
  readonly name: string;
}

export interface ExecuteMessage {
  readonly portal: string;
  /** 0 = no limit. Negative counts are none either, as in PostgreSQL. */
  readonly maxRows: number;
}

export interface SaslInitialResponse {
  readonly mechanism: string;
  /** null where the client leaves the first word to the server. */
  readonly response: string | null;
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-QUERY */
export function decodeQuery(frame: Frame): ByteRange {
  const end = endOfString(frame.buffer, frame.start, frame.end);
  if (end !== frame.end - 1) throw violation('invalid message format');
  return { buffer: frame.buffer, start: frame.start, end };
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-PARSE */
export function decodeParse(frame: Frame): ParseMessage {
  const { buffer, end } = frame;
  const nameEnd = endOfString(buffer, frame.start, end);
  const statement = decodeText(buffer.subarray(frame.start, nameEnd));
  const queryEnd = endOfString(buffer, nameEnd + 1, end);
  const reader = new ByteReader({ buffer, start: queryEnd + 1, end });
  const count = reader.uint16();
  if (4 * count > reader.remaining) throw violation('insufficient data left in message');
  const oids = new Int32Array(count);
  for (let i = 0; i < count; i++) oids[i] = reader.int32();
  reader.finish();
  return { statement, query: { buffer, start: nameEnd + 1, end: queryEnd }, oids };
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-DESCRIBE */
export function decodeDescribe(frame: Frame): NamedMessage {
  return decodeNamed(frame, 'DESCRIBE');
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-CLOSE */
export function decodeClose(frame: Frame): NamedMessage {
  return decodeNamed(frame, 'CLOSE');
}

function decodeNamed(frame: Frame, message: string): NamedMessage {
  const reader = new ByteReader(frame);
  const kind = reader.byte();
  const name = reader.string();
  reader.finish();
  if (kind !== 0x53 && kind !== 0x50) throw violation(`invalid ${message} message subtype ${kind}`);
  return { kind: kind === 0x53 ? 'S' : 'P', name };
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-EXECUTE */
export function decodeExecute(frame: Frame): ExecuteMessage {
  const { buffer, start, end } = frame;
  const nul = endOfString(buffer, start, end);
  if (end - nul !== 5)
    throw violation(end - nul < 5 ? 'insufficient data left in message' : 'invalid message format');
  const portal = nul === start ? '' : decodeText(buffer.subarray(start, nul));
  return { portal, maxRows: Math.max(buffer.readInt32BE(nul + 1), 0) };
}

/** The client's reason. @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-COPYFAIL */
export function decodeCopyFail(frame: Frame): string {
  const reader = new ByteReader(frame);
  const reason = reader.string();
  reader.finish();
  return reason;
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SASLINITIALRESPONSE */
export function decodeSaslInitialResponse(frame: Frame): SaslInitialResponse {
  const reader = new ByteReader(frame);
  const mechanism = reader.string();
  const length = reader.int32();
  const response = length === -1 ? null : reader.bytes(length).toString('utf8');
  reader.finish();
  return { mechanism, response };
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SASLRESPONSE */
export function decodeSaslResponse(frame: Frame): string {
  return frame.buffer.toString('utf8', frame.start, frame.end);
}

/** A type byte that is in no list. The stream cannot be trusted any more: FATAL, as in PostgreSQL. */
export function invalidMessageType(type: number): PostgresError {
  return violation(`invalid frontend message type ${type}`, 'FATAL');
}
