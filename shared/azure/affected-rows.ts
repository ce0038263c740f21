// The rows of an outcome that did not affect exactly one of CDF's, packed: numbers ascending, so their differences, each
// followed by its count, as varints in base64. Some three bytes a row.

type Affected = readonly (readonly [row: number, count: number])[];

/** Ascending by row; counts up to 2^53. */
export function encodeAffected(affected: Affected): string {
  const bytes: number[] = [];
  let previous = 0;
  for (const [row, count] of affected) {
    pushVarint(bytes, row - previous);
    pushVarint(bytes, count);
    previous = row;
  }
  return Buffer.from(bytes).toString('base64');
}

/** Throws RangeError where the text is cut off. */
export function decodeAffected(text: string): [number, number][] {
  const bytes = Buffer.from(text, 'base64');
  const affected: [number, number][] = [];
  let at = 0;
  let row = 0;
  const next = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new RangeError('the list of affected rows ends early');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    row += next();
    affected.push([row, next()]);
  }
  return affected;
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
}
