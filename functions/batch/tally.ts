// What became of a batch's rows so far; at the end it is the outcome.
import type { Batch } from '../../shared/batch';
import type { BatchFailure, Outcome, RowError } from '../../shared/outcome';
import { MAX_ROW_ERRORS } from '../../shared/outcome';
import type { Rows } from './body';

export interface Refusal {
  /** SQLSTATE. */
  readonly code: string;
  readonly message: string;
}

interface Refused {
  readonly rows: Rows;
  readonly refusalOf: (row: number) => Refusal;
}

/** A refused row: its place in the body, its number in the unit. */
export interface RefusedRow {
  readonly at: number;
  readonly number: number;
  readonly refusal: Refusal;
}

/** What an outcome tells besides its counts. */
export type Told = Pick<Outcome, 'errors'> &
  Partial<Pick<Outcome, 'affected' | 'rejectedBlob'>> & { readonly failure?: BatchFailure | undefined };

export class Tally {
  private writtenRows = 0;
  private refusedRows = 0;
  private readonly refusals: Refused[] = [];
  private readonly counts: (readonly [at: number, count: number])[] = [];

  get refused(): number {
    return this.refusedRows;
  }

  /** Every row affected exactly one of CDF's. */
  get isEven(): boolean {
    return this.counts.length === 0 && this.refusedRows === 0;
  }

  write(rows: number): void {
    this.writtenRows += rows;
  }

  readonly refuse = (rows: Rows, refusalOf: (row: number) => Refusal): void => {
    if (rows.length === 0) return;
    this.refusedRows += rows.length;
    this.refusals.push({ rows, refusalOf });
  };

  /** UPDATE, DELETE, DO NOTHING: how many of CDF's rows each of these affected; those that affected none do not count as written. */
  affect(rows: Rows, countOf: (row: number) => number): void {
    for (const row of rows) {
      const count = countOf(row);
      if (count > 0) this.writtenRows++;
      if (count !== 1) this.counts.push([row, count]);
    }
  }

  outcome({ unit, number }: Batch, { failure, ...told }: Told): Outcome {
    const counts = { unit, number, written: this.writtenRows, refused: this.refusedRows, ...told };
    return failure === undefined ? counts : { ...counts, failure };
  }

  /** All refused rows in the unit's order. */
  refusedRowsOf(rowNumbers: Int32Array): RefusedRow[] {
    const all = this.refusals.flatMap(({ rows, refusalOf }) =>
      Array.from(rows, (at) => ({ at, number: rowNumbers[at] ?? 0, refusal: refusalOf(at) })),
    );
    return all.sort((a, b) => a.number - b.number);
  }

  /** Rows that did not affect exactly one of CDF's, the refused among them. */
  affected(rowNumbers: Int32Array): [row: number, count: number][] {
    const refused = this.refusals.flatMap(({ rows }) => Array.from(rows, (at) => [at, 0] as const));
    const all = [...this.counts, ...refused].map(([at, count]): [number, number] => [
      rowNumbers[at] ?? 0,
      count,
    ]);
    return all.sort((a, b) => a[0] - b[0]);
  }
}

/** The first MAX_ROW_ERRORS. */
export function errorsOf(refused: readonly RefusedRow[], keyOf: (at: number) => string | null): RowError[] {
  return refused
    .slice(0, MAX_ROW_ERRORS)
    .map(({ at, number, refusal }) => ({ row: number, key: keyOf(at), ...refusal }));
}
