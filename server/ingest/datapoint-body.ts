// Writes a DataPointInsertionRequest, the protobuf body of CDF's POST /timeseries/data, from columns.
// Field numbers: cognitedata/protobuf-files v1/timeseries (data_point_insertion_request, data_points).

/** Points in the order of the body, grouped by series; `from`/`to` of a series index these columns. */
export interface PointColumns {
  readonly timestamps: Float64Array;
  /** Numeric values; or, for strings, null. */
  readonly values: Float64Array | null;
  /** String values: value i is text[textStarts[i], textEnds[i]). */
  readonly text: Buffer;
  readonly textStarts: Int32Array;
  readonly textEnds: Int32Array;
}

export interface SeriesSlice {
  /** External id as UTF-8, or the decimal digits of an id. */
  readonly key: Buffer;
  readonly isId: boolean;
  /** Indexes into PointColumns. */
  readonly order: Int32Array;
  readonly from: number;
  readonly to: number;
}

const NUMERIC_POINT_FIXED = 1 + 1 + 8; // tag of timestamp, tag and bytes of value

export function encodeDatapoints(series: readonly SeriesSlice[], points: PointColumns): Buffer {
  const listBytes = series.map((slice) => datapointsLength(slice, points));
  const itemBytes = series.map((slice, i) => referenceLength(slice) + delimited(listBytes[i]!));
  const writer = new Writer(itemBytes.reduce((sum, bytes) => sum + delimited(bytes), 0));
  series.forEach((slice, i) => {
    writer.tagAndLength(0x0a, itemBytes[i]!); // items = 1
    writer.reference(slice);
    writer.tagAndLength(points.values === null ? 0x22 : 0x1a, listBytes[i]!); // numericDatapoints = 3, stringDatapoints = 4
    if (points.values === null) writer.stringPoints(slice, points);
    else writer.numericPoints(slice, points.timestamps, points.values);
  });
  return writer.bytes;
}

function datapointsLength(slice: SeriesSlice, points: PointColumns): number {
  let sum = 0;
  for (let i = slice.from; i < slice.to; i++) {
    const row = slice.order[i]!;
    const timestamp = varintLength(points.timestamps[row]!);
    if (points.values !== null) sum += 2 + NUMERIC_POINT_FIXED + timestamp;
    else sum += delimited(1 + timestamp + delimited(points.textEnds[row]! - points.textStarts[row]!));
  }
  return sum;
}

function referenceLength(slice: SeriesSlice): number {
  return slice.isId ? 1 + varintLength(Number(slice.key.toString('latin1'))) : delimited(slice.key.length);
}

/** Bytes of a length-delimited field with a one-byte tag. */
function delimited(length: number): number {
  return 1 + varintLength(length) + length;
}

/** Bytes of an int64 varint: ten for a negative number. */
function varintLength(value: number): number {
  if (value < 0) return 10;
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

class Writer {
  readonly bytes: Buffer;
  private at = 0;

  constructor(length: number) {
    this.bytes = Buffer.allocUnsafe(length);
  }

  tagAndLength(tag: number, length: number): void {
    this.bytes[this.at++] = tag;
    this.varint(length);
  }

  reference(slice: SeriesSlice): void {
    if (slice.isId) {
      this.bytes[this.at++] = 0x08; // id = 1
      this.varint(Number(slice.key.toString('latin1')));
      return;
    }
    this.tagAndLength(0x12, slice.key.length); // externalId = 2
    this.at += slice.key.copy(this.bytes, this.at);
  }

  numericPoints(slice: SeriesSlice, timestamps: Float64Array, values: Float64Array): void {
    const bytes = this.bytes;
    for (let i = slice.from; i < slice.to; i++) {
      const row = slice.order[i]!;
      const timestamp = timestamps[row]!;
      bytes[this.at] = 0x0a; // datapoints = 1
      bytes[this.at + 1] = NUMERIC_POINT_FIXED + varintLength(timestamp);
      bytes[this.at + 2] = 0x08; // timestamp = 1
      this.at += 3;
      this.varint(timestamp);
      bytes[this.at] = 0x11; // value = 2
      this.at = bytes.writeDoubleLE(values[row]!, this.at + 1);
    }
  }

  stringPoints(slice: SeriesSlice, points: PointColumns): void {
    for (let i = slice.from; i < slice.to; i++) {
      const row = slice.order[i]!;
      const timestamp = points.timestamps[row]!;
      const start = points.textStarts[row]!;
      const length = points.textEnds[row]! - start;
      this.tagAndLength(0x0a, 1 + varintLength(timestamp) + delimited(length));
      this.bytes[this.at++] = 0x08;
      this.varint(timestamp);
      this.tagAndLength(0x12, length); // value = 2
      this.at += points.text.copy(this.bytes, this.at, start, start + length);
    }
  }

  /** An int64 from a double that holds an integer: two halves, because bit operations see 32 bits. */
  private varint(value: number): void {
    const bytes = this.bytes;
    let low = (value % 0x100000000) >>> 0;
    let high = Math.floor(value / 0x100000000) | 0;
    if (value < 0) low = ((value % 0x100000000) + 0x100000000) >>> 0;
    while (high !== 0 || low > 0x7f) {
      bytes[this.at++] = (low & 0x7f) | 0x80;
      low = ((low >>> 7) | (high << 25)) >>> 0;
      high >>>= 7;
    }
    bytes[this.at++] = low;
  }
}
