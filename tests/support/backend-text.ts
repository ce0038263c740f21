// A server's messages as lines of text, for transcripts: what has to be the same for every server, and nothing that may
// differ (the words of an error, OIDs of tables).
import { isUtf8 } from 'node:buffer';
import { decodeErrorFields } from '../../server/protocol/backend-messages';
import { ByteReader } from '../../server/protocol/byte-reader';

type Describe = (reader: ByteReader, message: Buffer) => string;

const constant =
  (name: string): Describe =>
  () =>
    name;

const MESSAGES: Readonly<Record<string, Describe>> = {
  '1': constant('ParseComplete'),
  '2': constant('BindComplete'),
  '3': constant('CloseComplete'),
  n: constant('NoData'),
  s: constant('PortalSuspended'),
  I: constant('EmptyQueryResponse'),
  c: constant('CopyDone'),
  C: (reader) => `CommandComplete ${reader.string()}`,
  Z: (reader) => `ReadyForQuery ${String.fromCharCode(reader.byte())}`,
  S: (reader) => `ParameterStatus ${reader.string()}=${reader.string()}`,
  E: (_reader, message) => `ErrorResponse ${condition(message, 'ERROR')}`,
  N: (_reader, message) => `NoticeResponse ${condition(message, '')}`,
  T: (reader) => `RowDescription ${repeat(reader.uint16(), () => field(reader))}`.trimEnd(),
  t: (reader) => `ParameterDescription ${repeat(reader.uint16(), () => String(reader.int32()))}`.trimEnd(),
  V: (reader) => `FunctionCallResponse ${value(reader)}`,
  D: (reader) => `DataRow ${repeat(reader.uint16(), () => value(reader))}`.trimEnd(),
  G: (reader) => `CopyInResponse ${copyFormat(reader)}`,
  H: (reader) => `CopyOutResponse ${copyFormat(reader)}`,
  d: (reader) => `CopyData ${quoted(reader.bytes(reader.remaining))}`,
};

/** `RowDescription id:20 name:25`, `DataRow 1 NULL "a b"`, `ErrorResponse 42601`, `ReadyForQuery I` ... */
export function describeBackend(message: Buffer): string {
  const type = String.fromCharCode(message[0]!);
  const reader = new ByteReader({ buffer: message, start: 5, end: message.length });
  return MESSAGES[type]?.(reader, message) ?? `a message of type ${type}`;
}

/** The SQLSTATE; the severity in front of it where it is not the usual one. */
function condition(message: Buffer, usual: string): string {
  const fields = decodeErrorFields(message);
  const severity = fields.get('S') ?? '';
  const code = fields.get('C') ?? '';
  return severity === usual ? code : `${severity} ${code}`;
}

function field(reader: ByteReader): string {
  const name = quoted(reader.stringBytes());
  reader.bytes(6); // table and column: what they are called is the server's affair
  const oid = reader.int32();
  reader.bytes(8);
  return `${name}:${oid}`;
}

function value(reader: ByteReader): string {
  const length = reader.int32();
  return length < 0 ? 'NULL' : quoted(reader.bytes(length));
}

function copyFormat(reader: ByteReader): string {
  const format = reader.byte() === 0 ? 'text' : 'binary';
  return `${format} ${reader.uint16()}`;
}

function repeat(count: number, describe: () => string): string {
  return Array.from({ length: count }, describe).join(' ');
}

function quoted(bytes: Buffer): string {
  if (!isUtf8(bytes)) return `\\x${bytes.toString('hex')}`;
  const text = bytes.toString('utf8');
  return /^[^\s"\\]+$/.test(text) && text !== 'NULL' ? text : JSON.stringify(text);
}
