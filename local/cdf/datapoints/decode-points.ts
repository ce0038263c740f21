// Decodes NumericDatapoints and StringDatapoints straight into columns: the hot loop of the stand-in.
import { badRequest } from '../api-error';
import { checkNumeric, checkStringBytes, checkTimestamp } from './check-point';
import type { Points } from './points';
import type { ProtobufReader } from './protobuf-reader';
import { DELIMITED, FIXED64, VARINT, malformed } from './protobuf-reader';
import { GOOD, isBad, statusCode } from './status-code';

const POINTS = (1 << 3) | DELIMITED;
const TIMESTAMP = (1 << 3) | VARINT;
const NUMERIC_VALUE = (2 << 3) | FIXED64;
const STRING_VALUE = (2 << 3) | DELIMITED;
const STATUS = (3 << 3) | DELIMITED;
const NULL_VALUE = (4 << 3) | VARINT;
const CODE = (1 << 3) | VARINT;
const SYMBOL = (2 << 3) | DELIMITED;

export interface PointsPlace {
  readonly kind: Points['kind'];
  readonly where: string;
}

/** Reads up to `end`. Throws 400. */
export function readPoints(reader: ProtobufReader, end: number, { kind, where }: PointsPlace): Points {
  const columns = new Columns(kind, countPoints(reader, end));
  let index = 0;
  while (reader.offset < end) {
    const tag = reader.varint();
    if (tag === POINTS) columns.readPoint(reader, reader.delimited(end), index++, where);
    else reader.skip(tag, end);
  }
  return columns.points();
}

/** Counting first lets the columns be made in their final size; it reads one tag and one length a point. */
function countPoints(reader: ProtobufReader, end: number): number {
  const start = reader.offset;
  let count = 0;
  while (reader.offset < end) {
    const tag = reader.varint();
    if (tag === POINTS) count++;
    reader.skip(tag, end);
  }
  reader.offset = start;
  return count;
}

class Columns {
  private readonly timestamps: Float64Array;
  private readonly numbers: Float64Array;
  private readonly texts: string[] = [];
  private statuses: Uint32Array | null = null;
  private absent: Uint8Array | null = null;
  private readonly valueTag: number;
  /** Of the point that is read. */
  private status = GOOD;
  private isAbsent = false;

  constructor(
    private readonly kind: Points['kind'],
    private readonly count: number,
  ) {
    this.valueTag = kind === 'numeric' ? NUMERIC_VALUE : STRING_VALUE;
    this.timestamps = new Float64Array(count);
    this.numbers = new Float64Array(kind === 'numeric' ? count : 0);
  }

  readPoint(reader: ProtobufReader, end: number, index: number, where: string): void {
    this.status = GOOD;
    this.isAbsent = false;
    if (this.kind === 'string') this.texts.push('');
    while (reader.offset < end) this.readField(reader, end, index, where);
    if (reader.offset !== end) throw malformed();
    if (this.status !== GOOD || this.isAbsent) this.note(index, where);
    checkTimestamp(this.timestamps[index]!, where);
    if (this.kind === 'string') checkStringBytes(this.texts[index]!, where);
    else if (!isBad(this.status)) checkNumeric(this.numbers[index]!, where);
  }

  private readField(reader: ProtobufReader, end: number, index: number, where: string): void {
    const tag = reader.varint();
    if (tag === TIMESTAMP) this.timestamps[index] = reader.varint();
    else if (tag === this.valueTag) this.readValue(reader, end, index);
    else if (tag === STATUS) this.status = readStatus(reader, reader.delimited(end), where);
    else if (tag === NULL_VALUE) this.isAbsent = reader.varint() !== 0;
    else reader.skip(tag, end);
  }

  private readValue(reader: ProtobufReader, end: number, index: number): void {
    if (this.kind === 'numeric') this.numbers[index] = reader.double();
    else this.texts[index] = reader.text(end);
  }

  points(): Points {
    const { timestamps, statuses, absent } = this;
    if (this.kind === 'string') return { kind: 'string', timestamps, values: this.texts, statuses, absent };
    return { kind: 'numeric', timestamps, values: this.numbers, statuses, absent };
  }

  /** Most requests have no status: its columns are made when the first comes. */
  private note(index: number, where: string): void {
    const { status, isAbsent } = this;
    if (isAbsent && !isBad(status)) throw badRequest(`${where}: only a bad data point may have no value`);
    this.statuses ??= new Uint32Array(this.count);
    this.statuses[index] = status;
    if (!isAbsent) return;
    this.absent ??= new Uint8Array(this.count);
    this.absent[index] = 1;
  }
}

function readStatus(reader: ProtobufReader, end: number, where: string): number {
  let code: number | undefined;
  let symbol: string | undefined;
  while (reader.offset < end) {
    const tag = reader.varint();
    if (tag === CODE) code = reader.varint();
    else if (tag === SYMBOL) symbol = reader.text(end);
    else reader.skip(tag, end);
  }
  return statusCode(code, symbol === '' ? undefined : symbol, `${where}.status`);
}
