// Bind, the message that carries rows in the extended protocol: a view that is filled again for each one.
// Offsets go into arrays that grow as needed; no string or object is made for a parameter.
import { PostgresError } from '../postgres-error';
import { decodeText, endOfString, violation } from './byte-reader';
import type { Frame } from './frame-reader';

/** Marks NULL in `starts`. */
export const NULL_PARAMETER = -1;

const FIRST_PARAMETERS = 16;

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-BIND */
export class BindView {
  portal = '';
  statement = '';
  /** The message's bytes, into which `starts` and `ends` point. */
  buffer: Buffer = Buffer.alloc(0);
  parameterCount = 0;
  /** Parameter i is buffer.subarray(starts[i], ends[i]); starts[i] = NULL_PARAMETER for NULL. Valid up to parameterCount. */
  starts = new Int32Array(FIRST_PARAMETERS);
  ends = new Int32Array(FIRST_PARAMETERS);
  /** One format code for each parameter, 0 text, 1 binary, also where the message gives one for all or none. */
  formats = new Uint8Array(FIRST_PARAMETERS);
  /** As the message has them: none, one for all columns, or one for each. */
  resultFormatCount = 0;
  resultFormats = new Uint8Array(FIRST_PARAMETERS);
  /** Where the statement's name ends: what follows (formats, parameters, result formats) can be sent on as it is. */
  restStart = 0;
  private at = 0;
  private limit = 0;

  /** Throws protocol_violation in PostgreSQL's words; the view is then undefined. */
  read(frame: Frame): void {
    this.buffer = frame.buffer;
    this.at = frame.start;
    this.limit = frame.end;
    this.portal = this.name(this.portal);
    this.statement = this.name(this.statement);
    this.restStart = this.at;
    const formatCount = this.uint16();
    const formatsAt = this.at;
    this.skip(2 * formatCount);
    this.parameterCount = this.uint16();
    this.grow(this.parameterCount);
    this.readFormats(formatCount, formatsAt);
    this.readParameters();
    this.readResultFormats();
    if (this.at !== this.limit) throw violation('invalid message format');
  }

  private readFormats(count: number, at: number): void {
    const { parameterCount, formats } = this;
    if (count > 1 && count !== parameterCount)
      throw violation(`bind message has ${count} parameter formats but ${parameterCount} parameters`);
    const common = count === 1 ? this.format(at) : 0;
    for (let i = 0; i < parameterCount; i++) formats[i] = count < 2 ? common : this.format(at + 2 * i);
  }

  private readParameters(): void {
    const { buffer, starts, ends, limit, parameterCount } = this;
    let at = this.at;
    for (let i = 0; i < parameterCount; i++) {
      if (limit - at < 4) throw violation('insufficient data left in message');
      const length = buffer.readInt32BE(at);
      at += 4;
      starts[i] = length === -1 ? NULL_PARAMETER : at;
      if (length !== -1) {
        if (length < 0 || length > limit - at) throw violation('insufficient data left in message');
        at += length;
      }
      ends[i] = at;
    }
    this.at = at;
  }

  private readResultFormats(): void {
    const count = this.uint16();
    const at = this.at;
    this.skip(2 * count);
    if (count > this.resultFormats.length) this.resultFormats = new Uint8Array(count);
    for (let i = 0; i < count; i++) this.resultFormats[i] = this.format(at + 2 * i);
    this.resultFormatCount = count;
  }

  private grow(count: number): void {
    // A parameter has at least its length: a count that cannot be is refused before memory is claimed for it.
    if (4 * count > this.limit - this.at) throw violation('insufficient data left in message');
    if (count <= this.starts.length) return;
    this.starts = new Int32Array(count);
    this.ends = new Int32Array(count);
    this.formats = new Uint8Array(count);
  }

  private format(at: number): number {
    const code = this.buffer.readInt16BE(at);
    if (code !== 0 && code !== 1)
      throw new PostgresError('invalid_parameter_value', `unsupported format code: ${code}`);
    return code;
  }

  /** A prepared statement is bound again and again: its name is not decoded anew while it is the same. */
  private name(previous: string): string {
    const { buffer, at: start } = this;
    const end = endOfString(buffer, start, this.limit);
    this.at = end + 1;
    if (start === end) return '';
    return isSameAscii(previous, buffer, start, end) ? previous : decodeText(buffer.subarray(start, end));
  }

  private uint16(): number {
    this.skip(2);
    return this.buffer.readUInt16BE(this.at - 2);
  }

  private skip(bytes: number): void {
    if (bytes > this.limit - this.at) throw violation('insufficient data left in message');
    this.at += bytes;
  }
}

/** Whether the bytes are those of `text`. False for what is not ASCII, which then is decoded. */
function isSameAscii(text: string, buffer: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f || unit !== buffer[start + i]) return false;
  }
  return true;
}
