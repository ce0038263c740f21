// The data points of one time series: inserts are kept as they came and merged when someone reads, so that an insert costs
// nothing per point.
import type { Points } from './points';

export class SeriesPoints {
  private chunks: Points[] = [];
  private isMerged = true;

  constructor(private readonly kind: Points['kind']) {}

  /** Takes the arrays over; the caller forgets them. */
  insert(points: Points): void {
    if (points.timestamps.length === 0) return;
    this.chunks.push(points);
    this.isMerged = false;
  }

  /** All points by ascending timestamp, each timestamp once: the last written counts. */
  read(): Points {
    if (!this.isMerged) this.chunks = [merge(this.kind, this.chunks)];
    this.isMerged = true;
    return this.chunks[0] ?? merge(this.kind, []);
  }

  /** Deletes what lies in [from, to). */
  delete(from: number, to: number): void {
    const points = this.read();
    const start = lowerBound(points.timestamps, from);
    const end = lowerBound(points.timestamps, to);
    if (start < end) this.chunks = [select(points, withoutRange(points.timestamps.length, start, end))];
  }
}

/** The first index whose timestamp is not below `timestamp`. */
export function lowerBound(timestamps: Float64Array, timestamp: number): number {
  let low = 0;
  let high = timestamps.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timestamps[middle]! < timestamp) low = middle + 1;
    else high = middle;
  }
  return low;
}

function merge(kind: Points['kind'], chunks: readonly Points[]): Points {
  // Requests that were in flight together come in any order, but mostly each with a time span of its own.
  const byStart = [...chunks].sort((a, b) => a.timestamps[0]! - b.timestamps[0]!);
  const apart = concatenate(kind, byStart);
  if (isAscending(apart.timestamps)) return apart;
  const points = concatenate(kind, chunks);
  return select(points, lastOfEach(points.timestamps));
}

function concatenate(kind: Points['kind'], chunks: readonly Points[]): Points {
  const timestamps = joinFloats(chunks.map((chunk) => chunk.timestamps));
  const statuses = joinStatuses(chunks, timestamps.length);
  const absent = joinAbsent(chunks, timestamps.length);
  if (kind === 'string') {
    const values = chunks.flatMap((chunk) => (chunk.kind === 'string' ? [chunk.values] : [])).flat();
    return { kind, timestamps, values, statuses, absent };
  }
  const values = joinFloats(chunks.flatMap((chunk) => (chunk.kind === 'numeric' ? [chunk.values] : [])));
  return { kind, timestamps, values, statuses, absent };
}

function joinFloats(arrays: readonly Float64Array[]): Float64Array {
  const joined = new Float64Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let offset = 0;
  for (const array of arrays) {
    joined.set(array, offset);
    offset += array.length;
  }
  return joined;
}

function joinStatuses(chunks: readonly Points[], length: number): Uint32Array | null {
  if (chunks.every((chunk) => chunk.statuses === null)) return null;
  const joined = new Uint32Array(length);
  let offset = 0;
  for (const { timestamps, statuses } of chunks) {
    if (statuses !== null) joined.set(statuses, offset);
    offset += timestamps.length;
  }
  return joined;
}

function joinAbsent(chunks: readonly Points[], length: number): Uint8Array | null {
  if (chunks.every((chunk) => chunk.absent === null)) return null;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const { timestamps, absent } of chunks) {
    if (absent !== null) joined.set(absent, offset);
    offset += timestamps.length;
  }
  return joined;
}

function isAscending(timestamps: Float64Array): boolean {
  for (let i = 1; i < timestamps.length; i++) if (timestamps[i - 1]! >= timestamps[i]!) return false;
  return true;
}

/** Indexes by ascending timestamp, of equal timestamps the last. */
function lastOfEach(timestamps: Float64Array): Uint32Array {
  // An ordinary array: its sort is stable and quick where there are long ascending runs, as here.
  const order = Array.from(timestamps, (_, i) => i).sort((a, b) => timestamps[a]! - timestamps[b]!);
  return Uint32Array.from(order.filter((index, i) => timestamps[order[i + 1]!] !== timestamps[index]));
}

function withoutRange(length: number, start: number, end: number): Uint32Array {
  return Uint32Array.from({ length: length - (end - start) }, (_, i) => (i < start ? i : i + end - start));
}

function select(points: Points, indexes: Uint32Array): Points {
  const { statuses, absent } = points;
  const common = {
    timestamps: Float64Array.from(indexes, (i) => points.timestamps[i]!),
    statuses: statuses && indexes.map((i) => statuses[i]!),
    absent: absent && Uint8Array.from(indexes, (i) => absent[i]!),
  };
  if (points.kind === 'string')
    return { kind: 'string', ...common, values: Array.from(indexes, (i) => points.values[i]!) };
  return { kind: 'numeric', ...common, values: Float64Array.from(indexes, (i) => points.values[i]!) };
}
