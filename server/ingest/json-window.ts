// Rows that are kept as the JSON text that CDF's API takes, one after another, until they are cut into bodies.
import { ByteWriter } from './decode/byte-writer';
import { KeyDictionary } from './key-dictionary';
import { ALL_LANES, type CutBatch, grownInt32, LANES } from './rows';

/** A request stays within this many bytes of JSON: CDF names no limit of its own, so a few MB are kept to. */
export const MAX_BODY_BYTES = 4 * 1024 * 1024;
const OPEN = Buffer.from('{"items":[');
const CLOSE = Buffer.from(']}');
const COMMA = 0x2c;
const FIRST_ROWS = 256;
export const NO_KEY = -1;

export class JsonWindow {
  count = 0;
  json = new ByteWriter();
  dictionary = new KeyDictionary();
  private ends = new Int32Array(FIRST_ROWS);
  private keys = new Int32Array(FIRST_ROWS);
  private numbers = new Int32Array(FIRST_ROWS);

  get bytes(): number {
    return this.json.buffer.length + this.dictionary.memory + this.ends.length * 12;
  }

  /** Where the next row's JSON begins: what an append that failed half-way is undone to. */
  get start(): number {
    return this.count === 0 ? 0 : this.ends[this.count - 1]!;
  }

  /** The JSON since `start` is a row. A comma behind it makes a run of rows one piece of a body. */
  commit(key: number, rowNumber: number): void {
    if (this.count === this.ends.length) {
      this.ends = grownInt32(this.ends);
      this.keys = grownInt32(this.keys);
      this.numbers = grownInt32(this.numbers);
    }
    this.json.byte(COMMA);
    this.ends[this.count] = this.json.length;
    this.keys[this.count] = key;
    this.numbers[this.count] = rowNumber;
    this.count++;
  }

  truncate(count: number): void {
    this.count = count;
    this.json.truncate(this.start);
  }

  /** Forgets rows and keys, and keeps the memory of the rows. */
  clear(): void {
    this.truncate(0);
    this.dictionary = new KeyDictionary();
  }

  /** Forgets rows, keys and memory. */
  shrink(): void {
    this.clear();
    this.json = new ByteWriter();
    this.ends = new Int32Array(FIRST_ROWS);
    this.keys = new Int32Array(FIRST_ROWS);
    this.numbers = new Int32Array(FIRST_ROWS);
  }

  keyOf(row: number): number {
    return this.keys[row]!;
  }

  /** Its number in the commit unit. */
  numberOf(row: number): number {
    return this.numbers[row]!;
  }

  /** The row's JSON; valid until the next row. */
  jsonOf(row: number): Buffer {
    return this.json.buffer.subarray(this.startOf(row), this.ends[row]! - 1);
  }

  /** Bytes that the row takes in a body. */
  lengthOf(row: number): number {
    return this.ends[row]! - this.startOf(row);
  }

  /** The rows of [from, to) with one row a key: its last, or its first. */
  distinct(from: number, to: number, keep: 'first' | 'last'): number[] {
    const kept = new Int32Array(this.dictionary.size).fill(-1);
    for (let row = from; row < to; row++) {
      const key = this.keys[row]!;
      if (key !== NO_KEY && (keep === 'last' || kept[key] === -1)) kept[key] = row;
    }
    const rows: number[] = [];
    for (let row = from; row < to; row++) {
      const key = this.keys[row]!;
      if (key === NO_KEY || kept[key] === row) rows.push(row);
    }
    return rows;
  }

  /** Cuts distinct rows into bodies of at most `maxItems`, side by side in the lanes unless `inOrder`. */
  cut(rows: readonly number[], maxItems: number, inOrder: boolean): CutBatch[] {
    const chunks = this.chunks(rows, maxItems);
    const together = chunks.length <= 1 || inOrder;
    return chunks.map((chunk, i) => this.body(together ? ALL_LANES : i % LANES, chunk));
  }

  private chunks(rows: readonly number[], maxItems: number): number[][] {
    const chunks: number[][] = [];
    let chunk: number[] = [];
    let bytes = 0;
    for (const row of rows) {
      const length = this.lengthOf(row);
      if (chunk.length === maxItems || (chunk.length > 0 && bytes + length > MAX_BODY_BYTES)) {
        chunks.push(chunk);
        chunk = [];
        bytes = 0;
      }
      chunk.push(row);
      bytes += length;
    }
    if (chunk.length > 0) chunks.push(chunk);
    return chunks;
  }

  private startOf(row: number): number {
    return row === 0 ? 0 : this.ends[row - 1]!;
  }

  /** One request's body with these rows, in this order. */
  body(lane: number, rows: readonly number[]): CutBatch {
    const length = rows.reduce((sum, row) => sum + this.lengthOf(row), 0);
    const body = Buffer.allocUnsafe(OPEN.length + length + CLOSE.length);
    const rowNumbers = new Int32Array(rows.length);
    let at = OPEN.copy(body);
    for (let i = 0; i < rows.length;) {
      const first = rows[i]!;
      let last = first - 1;
      for (; i < rows.length && rows[i] === last + 1; i++) rowNumbers[i] = this.numbers[++last]!;
      at += this.json.buffer.copy(body, at, this.startOf(first), this.ends[last]);
    }
    // Over the last comma.
    at += CLOSE.copy(body, at - 1) - 1;
    return { lane, body: body.subarray(0, at), contentType: 'application/json', rowNumbers };
  }
}
