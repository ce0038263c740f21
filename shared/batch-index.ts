// The index of a batch: for each row of the body, in the body's order, its number in the commit unit (from 1).
// It lets write-batch name the row that CDF refuses. Zigzag deltas as varints: about one byte a row.

/** Encodes the first `count` row numbers. Returns a fresh Buffer (at most 5 bytes a row). */
export function encodeRowNumbers(rowNumbers: Int32Array, count: number): Buffer {
  const out = Buffer.allocUnsafe(count * 5);
  let at = 0;
  let previous = 0;
  for (let i = 0; i < count; i++) {
    const delta = rowNumbers[i]! - previous;
    previous += delta;
    let zigzag = ((delta << 1) ^ (delta >> 31)) >>> 0;
    while (zigzag > 0x7f) {
      out[at++] = (zigzag & 0x7f) | 0x80;
      zigzag >>>= 7;
    }
    out[at++] = zigzag;
  }
  return out.subarray(0, at);
}

/** The reverse of encodeRowNumbers. Throws RangeError where the bytes end early. */
export function decodeRowNumbers(bytes: Uint8Array, count: number): Int32Array {
  const out = new Int32Array(count);
  let at = 0;
  let previous = 0;
  for (let i = 0; i < count; i++) {
    let zigzag = 0;
    let shift = 0;
    for (;;) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the index of row numbers ends early');
      zigzag |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
      shift += 7;
    }
    previous += (zigzag >>> 1) ^ -(zigzag & 1);
    out[i] = previous;
  }
  return out;
}
