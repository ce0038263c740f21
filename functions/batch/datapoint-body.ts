// A DataPointInsertionRequest taken apart into series and the bytes of their points. Its rows are the points, in the
// body's order. Field numbers: cognitedata/protobuf-files v1/timeseries.
import type { Body, Rows } from './body';
import { halveRows, identityOf } from './body';
import { pointText } from './point-text';

interface Series {
  readonly key: string;
  readonly identity: string | null;
  /** The field that names it, with its tag. */
  readonly reference: Buffer;
  /** Tag of its list of points: numericDatapoints 0x1a, stringDatapoints 0x22. */
  readonly listTag: number;
}

const ITEM = 0x0a; // items = 1
const ID = 0x08; // id = 1
const EXTERNAL_ID = 0x12; // externalId = 2
const POINT = 0x0a; // datapoints = 1

/** Throws RangeError where the bytes are no such request. */
export function openDatapointBody(bytes: Buffer): Body {
  const parsed = new Parser(bytes).parse();
  const { series, starts, ends, seriesOf } = parsed;
  const encodeRun = (rows: Rows): Buffer => {
    const { reference, listTag } = series[seriesOf[rows[0]!]!]!;
    const points = Buffer.concat(Array.from(rows, (row) => bytes.subarray(starts[row], ends[row])));
    return field(ITEM, Buffer.concat([reference, field(listTag, points)]));
  };
  return {
    rows: starts.length,
    keyOf: (row) => series[seriesOf[row]!]!.key,
    identityOf: (row) => series[seriesOf[row]!]!.identity,
    scopeOf: (row) => series[seriesOf[row]!]!.identity ?? '',
    textOf: (row) => pointText(series[seriesOf[row]!]!.key, bytes.subarray(starts[row], ends[row])),
    encode: (rows) => Buffer.concat(runs(rows, seriesOf).map(encodeRun)),
    halve: (rows) => {
      // Between series as long as there are several: what is wrong is mostly a series, not a point.
      const cuts = runs(rows, seriesOf);
      if (cuts.length === 1) return halveRows(rows);
      const first = cuts.slice(0, cuts.length >> 1).reduce((sum, run) => sum + run.length, 0);
      return [rows.subarray(0, first), rows.subarray(first)];
    },
  };
}

/** Cuts rows where the series changes. */
function runs(rows: Rows, seriesOf: readonly number[]): Rows[] {
  const out: Rows[] = [];
  let from = 0;
  for (let i = 1; i <= rows.length; i++) {
    if (i < rows.length && seriesOf[rows[i]!] === seriesOf[rows[from]!]) continue;
    out.push(rows.subarray(from, i));
    from = i;
  }
  return out;
}

function field(tag: number, content: Buffer): Buffer {
  const head = [tag];
  let rest = content.length;
  for (; rest > 0x7f; rest >>>= 7) head.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...head, rest]), content]);
}

class Parser {
  readonly series: Series[] = [];
  /** Of each point: its field with the tag, in the bytes. */
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly seriesOf: number[] = [];
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  parse(): this {
    while (this.at < this.bytes.length) {
      this.expect(ITEM);
      this.item(this.end(this.bytes.length));
    }
    return this;
  }

  private item(end: number): void {
    const start = this.at;
    const name = this.name(end);
    const reference = this.bytes.subarray(start, this.at);
    const listTag = this.bytes[this.at++] ?? 0;
    const key = 'id' in name ? String(name.id) : name.externalId;
    this.series.push({ key, identity: identityOf(name), reference, listTag });
    const listEnd = this.end(end);
    while (this.at < listEnd) this.point(listEnd);
    if (this.at !== end) throw new RangeError('a data point body has a field that is not known');
  }

  private name(end: number): { externalId: string } | { id: number } {
    const tag = this.bytes[this.at++];
    if (tag === ID) return { id: this.varint() };
    if (tag !== EXTERNAL_ID) throw new RangeError('a data point body names no series');
    const to = this.end(end);
    const externalId = this.bytes.toString('utf8', this.at, to);
    this.at = to;
    return { externalId };
  }

  private point(end: number): void {
    this.starts.push(this.at);
    this.expect(POINT);
    this.at = this.end(end);
    this.ends.push(this.at);
    this.seriesOf.push(this.series.length - 1);
  }

  /** Reads a length; returns where what it measures ends. */
  private end(limit: number): number {
    const length = this.varint();
    const end = this.at + length;
    if (end > limit) throw new RangeError('a data point body is cut off');
    return end;
  }

  private varint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 56; factor *= 128) {
      const byte = this.bytes[this.at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a data point body is cut off');
  }

  private expect(tag: number): void {
    if (this.bytes[this.at++] !== tag)
      throw new RangeError('a data point body has a field that is not known');
  }
}
