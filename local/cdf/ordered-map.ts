// Values by key in the order of their arrival, with cursors that survive inserts and deletes: what every list reads.
import { badRequest } from './api-error';

export interface Ordered {
  /** Given by the map, ascending. */
  sequence: number;
}

/** Holes that deletes leave are swept when they are more than this and more than half. */
const MIN_HOLES = 1000;

export class OrderedMap<Key, Value extends Ordered> {
  private readonly values = new Map<Key, Value>();
  private order: Value[] = [];
  private sequence = 0;

  constructor(private readonly keyOf: (value: Value) => Key) {}

  get size(): number {
    return this.values.size;
  }

  get(key: Key): Value | undefined {
    return this.values.get(key);
  }

  /** Adds a value whose key is new. */
  add(value: Value): void {
    value.sequence = ++this.sequence;
    this.values.set(this.keyOf(value), value);
    this.order.push(value);
  }

  /** Adds a value, or puts it in the place of the one with its key. */
  put(value: Value): void {
    const known = this.values.get(this.keyOf(value));
    if (known === undefined) return this.add(value);
    value.sequence = known.sequence;
    this.values.set(this.keyOf(value), value);
    this.order[this.firstAfter(known.sequence) - 1] = value;
  }

  delete(key: Key): void {
    if (!this.values.delete(key)) return;
    const holes = this.order.length - this.values.size;
    if (holes > MIN_HOLES && holes > this.values.size) this.order = [...this.all()];
  }

  *all(after = 0): Generator<Value> {
    for (let i = this.firstAfter(after); i < this.order.length; i++) {
      const value = this.order[i];
      if (value !== undefined && this.values.get(this.keyOf(value)) === value) yield value;
    }
  }

  /** Up to `limit` values that pass, after the cursor of the page before. Throws 400 for a cursor that is none. */
  page(
    { limit, cursor }: { limit: number; cursor: unknown },
    passes: (value: Value) => boolean = () => true,
  ): { values: Value[]; nextCursor?: string } {
    const values: Value[] = [];
    for (const value of this.all(parseCursor(cursor))) {
      if (!passes(value)) continue;
      if (values.length === limit) return { values, nextCursor: formatCursor(values[limit - 1]) };
      values.push(value);
    }
    return { values };
  }

  private firstAfter(sequence: number): number {
    let low = 0;
    let high = this.order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.order[middle]?.sequence ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function formatCursor(last: Ordered | undefined): string {
  return Buffer.from(`after:${last?.sequence ?? 0}`).toString('base64url');
}

function parseCursor(cursor: unknown): number {
  if (cursor === undefined) return 0;
  const text = typeof cursor === 'string' ? Buffer.from(cursor, 'base64url').toString('latin1') : '';
  const sequence = /^after:(\d{1,15})$/.exec(text)?.[1];
  if (sequence === undefined) throw badRequest('request.cursor: Invalid cursor');
  return Number(sequence);
}
