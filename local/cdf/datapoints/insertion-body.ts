// Writes a DataPointInsertionRequest for the tests of the decoder: plain and slow, field by field.
// Field numbers: cognitedata/protobuf-files v1/timeseries.

interface TestPoint {
  readonly timestamp: number;
  readonly value?: number | string;
  readonly status?: { readonly code?: number; readonly symbol?: string };
}

export interface TestSeries {
  readonly id?: number;
  readonly externalId?: string;
  readonly isString?: boolean;
  readonly points: readonly TestPoint[];
}

export function encodeInsertion(series: readonly TestSeries[]): Buffer {
  return Buffer.concat(series.map((one) => field(1, encodeSeries(one))));
}

function encodeSeries({ id, externalId, isString = false, points }: TestSeries): Buffer {
  const reference = externalId === undefined ? number(1, id ?? 0) : field(2, Buffer.from(externalId));
  const encoded = Buffer.concat(points.map((point) => field(1, encodePoint(point))));
  return Buffer.concat([reference, field(isString ? 4 : 3, encoded)]);
}

function encodePoint({ timestamp, value, status }: TestPoint): Buffer {
  const parts = [number(1, timestamp)];
  if (typeof value === 'string') parts.push(field(2, Buffer.from(value)));
  if (typeof value === 'number') parts.push(double(2, value));
  if (status !== undefined) parts.push(field(3, encodeStatus(status)));
  if (value === undefined) parts.push(number(4, 1));
  return Buffer.concat(parts);
}

function encodeStatus({ code, symbol }: NonNullable<TestPoint['status']>): Buffer {
  const parts = [];
  if (code !== undefined) parts.push(number(1, code));
  if (symbol !== undefined) parts.push(field(2, Buffer.from(symbol)));
  return Buffer.concat(parts);
}

function field(id: number, bytes: Buffer): Buffer {
  return Buffer.concat([varint((id << 3) | 2), varint(bytes.length), bytes]);
}

function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id << 3), varint(value)]);
}

function double(id: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([varint((id << 3) | 1), bytes]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}
