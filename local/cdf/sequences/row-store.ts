// The rows of one sequence: cells by row number and place of the column.

/** Beyond 2^53 a row number is a bigint. */
export type RowNumber = number | bigint;

/** By place of the column in the sequence's stored list; undefined and null are both no value. */
export type Cells = unknown[];

export class SequenceRows {
  private readonly rows = new Map<RowNumber, Cells>();
  /** Ascending; null while not in order. */
  private order: RowNumber[] | null = null;

  /** Cells that are not named stay. */
  put(rowNumber: RowNumber, places: readonly number[], values: readonly unknown[]): void {
    const known = this.rows.get(rowNumber);
    const cells = known ?? [];
    places.forEach((place, i) => (cells[place] = values[i]));
    if (known !== undefined) return;
    this.rows.set(rowNumber, cells);
    this.order = null;
  }

  delete(rowNumber: RowNumber): void {
    if (this.rows.delete(rowNumber)) this.order = null;
  }

  cells(rowNumber: RowNumber): Readonly<Cells> {
    return this.rows.get(rowNumber) ?? [];
  }

  /** Up to `limit` row numbers in [start, end), ascending. */
  numbers(start: RowNumber, end: RowNumber, limit: number): RowNumber[] {
    const order = this.ascending();
    let index = 0;
    let high = order.length;
    while (index < high) {
      const middle = (index + high) >>> 1;
      if (order[middle]! < start) index = middle + 1;
      else high = middle;
    }
    const found: RowNumber[] = [];
    for (; index < order.length && order[index]! < end && found.length < limit; index++)
      found.push(order[index]!);
    return found;
  }

  /** The highest below `before`. */
  last(before: RowNumber): RowNumber | undefined {
    return this.ascending().findLast((rowNumber) => rowNumber < before);
  }

  private ascending(): RowNumber[] {
    this.order ??= [...this.rows.keys()].sort((a, b) => (a < b ? -1 : 1));
    return this.order;
  }
}
