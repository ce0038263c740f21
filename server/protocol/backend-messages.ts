// Writes what a client gets, and reads the few messages of the engine that the session looks into.
// The reply to a whole chunk of messages is collected in one MessageWriter and leaves in one piece.
import type { PostgresError } from '../postgres-error';
import { violation } from './byte-reader';
import { ByteWriter } from './byte-writer';
import { writeErrorFields } from './error-fields';

export { decodeErrorFields, decodeErrorResponse } from './error-fields';

export type TransactionStatus = 'I' | 'T' | 'E';

export interface FieldDescription {
  readonly name: string;
  readonly typeOid: number;
  readonly tableOid?: number;
  readonly attributeNumber?: number;
  /** Bytes of the type; negative for variable length. */
  readonly typeSize?: number;
  readonly typeModifier?: number;
  readonly format?: 0 | 1;
}

const AUTHENTICATION_OK = constant('R', [0, 0, 0, 0]);
const PARSE_COMPLETE = constant('1');
const BIND_COMPLETE = constant('2');
const CLOSE_COMPLETE = constant('3');
const NO_DATA = constant('n');
const EMPTY_QUERY_RESPONSE = constant('I');
const PORTAL_SUSPENDED = constant('s');
const READY_FOR_QUERY: Readonly<Record<TransactionStatus, Buffer>> = {
  I: constant('Z', [0x49]),
  T: constant('Z', [0x54]),
  E: constant('Z', [0x45]),
};

const AUTHENTICATION_SASL = 10;
const AUTHENTICATION_SASL_CONTINUE = 11;
const AUTHENTICATION_SASL_FINAL = 12;

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
export class MessageWriter extends ByteWriter {
  /** A whole message, as it is. */
  raw(message: Buffer): void {
    this.bytes(message);
  }

  authenticationOk(): void {
    this.bytes(AUTHENTICATION_OK);
  }

  authenticationSasl(mechanisms: readonly string[]): void {
    this.message('R').int32(AUTHENTICATION_SASL);
    for (const mechanism of mechanisms) this.string(mechanism);
    this.byte(0).end();
  }

  authenticationSaslContinue(data: string): void {
    this.message('R').int32(AUTHENTICATION_SASL_CONTINUE).text(data).end();
  }

  authenticationSaslFinal(data: string): void {
    this.message('R').int32(AUTHENTICATION_SASL_FINAL).text(data).end();
  }

  /** `minor` is the newest minor version of protocol 3 that we speak; `options` are those that we do not know. */
  negotiateProtocolVersion(minor: number, options: readonly string[]): void {
    this.message('v')
      .int32((3 << 16) | minor)
      .int32(options.length);
    for (const option of options) this.string(option);
    this.end();
  }

  parameterStatus(name: string, value: string): void {
    this.message('S').string(name).string(value).end();
  }

  backendKeyData(processId: number, secretKey: Buffer): void {
    this.message('K').int32(processId).bytes(secretKey).end();
  }

  readyForQuery(status: TransactionStatus): void {
    this.bytes(READY_FOR_QUERY[status]);
  }

  commandComplete(tag: string): void {
    this.message('C').string(tag).end();
  }

  errorResponse(error: PostgresError): void {
    writeErrorFields(this.message('E'), error);
    this.end();
  }

  noticeResponse(notice: PostgresError): void {
    writeErrorFields(this.message('N'), notice);
    this.end();
  }

  parseComplete(): void {
    this.bytes(PARSE_COMPLETE);
  }

  bindComplete(): void {
    this.bytes(BIND_COMPLETE);
  }

  closeComplete(): void {
    this.bytes(CLOSE_COMPLETE);
  }

  noData(): void {
    this.bytes(NO_DATA);
  }

  emptyQueryResponse(): void {
    this.bytes(EMPTY_QUERY_RESPONSE);
  }

  portalSuspended(): void {
    this.bytes(PORTAL_SUSPENDED);
  }

  parameterDescription(oids: ArrayLike<number>): void {
    this.message('t').int16(oids.length);
    for (let i = 0; i < oids.length; i++) this.int32(oids[i]!);
    this.end();
  }

  /** `format` holds for the whole and for every column. Clients check the count. */
  copyInResponse(format: 0 | 1, columnCount: number): void {
    this.message('G').byte(format).int16(columnCount);
    for (let i = 0; i < columnCount; i++) this.int16(format);
    this.end();
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.message('T').int16(fields.length);
    for (const field of fields) {
      this.string(field.name).int32(field.tableOid ?? 0);
      this.int16(field.attributeNumber ?? 0).int32(field.typeOid);
      this.int16(field.typeSize ?? -1).int32(field.typeModifier ?? -1);
      this.int16(field.format ?? 0);
    }
    this.end();
  }

  /** Text values; null is NULL. */
  dataRow(values: readonly (string | null)[]): void {
    this.message('D').int16(values.length);
    for (const value of values) this.sized(value);
    this.end();
  }

  private message(type: string): this {
    return this.begin(type.charCodeAt(0));
  }
}

/** The transaction status in a whole ReadyForQuery. */
export function readyForQueryStatus(message: Buffer): TransactionStatus {
  const status = String.fromCharCode(message[5] ?? 0);
  if (status !== 'I' && status !== 'T' && status !== 'E') throw violation('invalid ReadyForQuery');
  return status;
}

/** Where the values of a whole DataRow lie: start and end of each, `nullMark` as the start of NULL. Returns their number. */
export function dataRowFields(
  message: Buffer,
  starts: Int32Array,
  ends: Int32Array,
  nullMark: number,
): number {
  const count = message.readUInt16BE(5);
  if (count > starts.length) throw violation('too many fields in DataRow');
  let at = 7;
  for (let i = 0; i < count; i++) {
    const length = message.readInt32BE(at);
    at += 4;
    starts[i] = length < 0 ? nullMark : at;
    if (length > 0) at += length;
    ends[i] = at;
  }
  return count;
}

/** The values of a whole DataRow in text format. */
export function dataRowText(message: Buffer): (string | null)[] {
  const count = message.readUInt16BE(5);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  dataRowFields(message, starts, ends, -1);
  return Array.from(starts, (start, i) => (start < 0 ? null : message.toString('utf8', start, ends[i])));
}

function constant(type: string, payload: readonly number[] = []): Buffer {
  return Buffer.from([type.charCodeAt(0), 0, 0, 0, 4 + payload.length, ...payload]);
}
