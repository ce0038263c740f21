// One data point of a protobuf body as JSON text, as CDF's JSON API would have taken it: for those who look at refused rows.

const TIMESTAMP = 0x08; // timestamp = 1
const NUMBER = 0x11; // value = 2 of a NumericDatapoint
const TEXT = 0x12; // value = 2 of a StringDatapoint

/** `field`: the point with its tag and length. Fields besides time and value are not shown. */
export function pointText(series: string, field: Buffer): string {
  const bytes = field.subarray(readVarint(field, 1).end);
  const point: Record<string, unknown> = { externalId: series };
  for (let at = 0; at < bytes.length;) {
    const tag = bytes[at++]!;
    if (tag === TIMESTAMP) {
      const { value, end } = readVarint(bytes, at);
      point['timestamp'] = Number(BigInt.asIntN(64, value));
      at = end;
    } else if (tag === NUMBER) {
      point['value'] = jsonNumber(bytes.readDoubleLE(at));
      at += 8;
    } else if (tag === TEXT) {
      const { value, end } = readVarint(bytes, at);
      at = end + Number(value);
      point['value'] = bytes.toString('utf8', end, at);
    } else break;
  }
  return JSON.stringify(point);
}

/** JSON has no NaN and no infinity. */
function jsonNumber(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function readVarint(bytes: Buffer, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = start, shift = 0n; ; at++, shift += 7n) {
    const byte = bytes[at] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}
