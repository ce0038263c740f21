// What the gateway itself says to the engine, as its client. (A client's own messages are sent on as they came.)
import { ByteWriter } from './byte-writer';
import { FRONTEND } from './frontend-messages';

const PROTOCOL_VERSION = 3 << 16;
const CANCEL_REQUEST_CODE = 80877102;
const EMPTY_LENGTH = [0, 0, 0, 4] as const;
const SYNC = Buffer.from([FRONTEND.Sync, ...EMPTY_LENGTH]);
const FLUSH = Buffer.from([FRONTEND.Flush, ...EMPTY_LENGTH]);
const TERMINATE = Buffer.from([FRONTEND.Terminate, ...EMPTY_LENGTH]);

/** StartupMessage of version 3.0: `user`, `database` and settings. */
export function encodeStartup(parameters: Iterable<readonly [string, string]>): Buffer {
  const writer = new ByteWriter();
  writer.begin(null).int32(PROTOCOL_VERSION);
  for (const [name, value] of parameters) writer.string(name).string(value);
  writer.byte(0).end();
  return writer.take();
}

export function encodeCancelRequest(processId: number, secretKey: Buffer): Buffer {
  const writer = new ByteWriter();
  writer.begin(null).int32(CANCEL_REQUEST_CODE).int32(processId).bytes(secretKey).end();
  return writer.take();
}

/** `text` must hold no NUL. */
export function encodeQuery(text: string | Buffer): Buffer {
  const writer = new ByteWriter();
  writeText(writer.begin(FRONTEND.Query), text).end();
  return writer.take();
}

/** `text` must hold no NUL. An OID of 0, or one that is not there, is inferred. */
export function encodeParse(name: string, text: string | Buffer, oids: ArrayLike<number> = []): Buffer {
  const writer = new ByteWriter();
  writeText(writer.begin(FRONTEND.Parse).string(name), text).int16(oids.length);
  for (let i = 0; i < oids.length; i++) writer.int32(oids[i]!);
  writer.end();
  return writer.take();
}

/** Parameters and results in text format; null is NULL. */
export function encodeBind(
  portal: string,
  statement: string,
  values: readonly (string | Buffer | null)[],
): Buffer {
  const writer = new ByteWriter();
  writer.begin(FRONTEND.Bind).string(portal).string(statement).int16(0).int16(values.length);
  for (const value of values) writer.sized(value);
  writer.int16(0).end();
  return writer.take();
}

export function encodeDescribe(kind: 'S' | 'P', name: string): Buffer {
  return encodeNamed(FRONTEND.Describe, kind, name);
}

export function encodeClose(kind: 'S' | 'P', name: string): Buffer {
  return encodeNamed(FRONTEND.Close, kind, name);
}

function encodeNamed(type: number, kind: 'S' | 'P', name: string): Buffer {
  const writer = new ByteWriter();
  writer.begin(type).byte(kind.charCodeAt(0)).string(name).end();
  return writer.take();
}

/** maxRows 0: all. */
export function encodeExecute(portal: string, maxRows = 0): Buffer {
  const writer = new ByteWriter();
  writer.begin(FRONTEND.Execute).string(portal).int32(maxRows).end();
  return writer.take();
}

export function encodeCopyFail(reason: string): Buffer {
  const writer = new ByteWriter();
  writer.begin(FRONTEND.CopyFail).string(reason).end();
  return writer.take();
}

export function encodeSync(): Buffer {
  return SYNC;
}

export function encodeFlush(): Buffer {
  return FLUSH;
}

export function encodeTerminate(): Buffer {
  return TERMINATE;
}

function writeText(writer: ByteWriter, text: string | Buffer): ByteWriter {
  return (typeof text === 'string' ? writer.text(text) : writer.bytes(text)).byte(0);
}
