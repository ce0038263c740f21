// Sequence rows in the form that a batch has them, and how they are cut: rows of a sequence lie together and in order, and
// always in the same lane, because CDF does not like one sequence in two requests at once.
import { type JsonWindow, MAX_BODY_BYTES } from './json-window';
import { KeyDictionary } from './key-dictionary';
import { ALL_LANES, type CutBatch, grownInt32, LANES } from './rows';

/** CDF's limits of one request (POST /sequences/data). */
export const MAX_SEQUENCE_ROWS = 10_000;
export const MAX_SEQUENCE_VALUES = 100_000;
const MAX_SEQUENCES = 1000;
const FIRST_ROWS = 256;

/** What a row holds beside its JSON. */
export class SequenceMarks {
  sequences = new KeyDictionary();
  private sequenceOf = new Int32Array(FIRST_ROWS);
  private cells = new Int32Array(FIRST_ROWS);

  get bytes(): number {
    return this.sequences.memory + this.sequenceOf.length * 8;
  }

  set(row: number, sequence: number, cells: number): void {
    if (row === this.cells.length) {
      this.sequenceOf = grownInt32(this.sequenceOf);
      this.cells = grownInt32(this.cells);
    }
    this.sequenceOf[row] = sequence;
    this.cells[row] = cells;
  }

  cellsOf(row: number): number {
    return this.cells[row]!;
  }

  sequence(row: number): number {
    return this.sequenceOf[row]!;
  }

  laneOf(row: number): number {
    return this.sequences.hashOf(this.sequenceOf[row]!) % LANES;
  }
}

/** `rows`: distinct keys of the window, in the order in which they came. */
export function cutSequenceRows(
  window: JsonWindow,
  marks: SequenceMarks,
  rows: readonly number[],
): CutBatch[] {
  const sorted = [...rows].sort((a, b) => marks.sequence(a) - marks.sequence(b) || a - b);
  const together = requests(window, marks, sorted);
  if (together.length <= 1) return together.map((request) => window.body(ALL_LANES, request));
  const lanes = Array.from({ length: LANES }, (): number[] => []);
  for (const row of sorted) lanes[marks.laneOf(row)]!.push(row);
  return lanes.flatMap((lane, i) => requests(window, marks, lane).map((request) => window.body(i, request)));
}

function requests(window: JsonWindow, marks: SequenceMarks, rows: readonly number[]): number[][] {
  const cut: number[][] = [];
  let request: number[] = [];
  let [values, sequences, bytes, last] = [0, 0, 0, -1];
  for (const row of rows) {
    const sequence = marks.sequence(row);
    const isFull =
      request.length === MAX_SEQUENCE_ROWS ||
      values + marks.cellsOf(row) > MAX_SEQUENCE_VALUES ||
      (sequence !== last && sequences === MAX_SEQUENCES) ||
      bytes + window.lengthOf(row) > MAX_BODY_BYTES;
    if (isFull && request.length > 0) {
      cut.push(request);
      request = [];
      [values, sequences, bytes, last] = [0, 0, 0, -1];
    }
    if (sequence !== last) sequences++;
    last = sequence;
    values += marks.cellsOf(row);
    bytes += window.lengthOf(row);
    request.push(row);
  }
  if (request.length > 0) cut.push(request);
  return cut;
}
