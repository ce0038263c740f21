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

export class Tally {
  private writtenRows = 0;
  private refusedRows = 0;
  private readonly refusals: Refused[] = [];

  get refused(): number {
    return this.refusedRows;
  }

  write(rows: number): void {
    this.writtenRows += rows;
  }

  refuse(rows: Rows, refusalOf: (row: number) => Refusal): void {
    if (rows.length === 0) return;
    this.refusedRows += rows.length;
    this.refusals.push({ rows, refusalOf });
  }

  outcome({ unit, number }: Batch, errors: readonly RowError[], failure?: BatchFailure): Outcome {
    const counts = { unit, number, written: this.writtenRows, refused: this.refusedRows, errors };
    return failure === undefined ? counts : { ...counts, failure };
  }

  /** The first MAX_ROW_ERRORS in the unit's order. */
  errors(rowNumbers: Int32Array, keyOf: (row: number) => string | null): RowError[] {
    const all = this.refusals.flatMap(({ rows, refusalOf }) =>
      Array.from(rows, (row) => ({ row, number: rowNumbers[row] ?? 0, refusalOf })),
    );
    const first = all.sort((a, b) => a.number - b.number).slice(0, MAX_ROW_ERRORS);
    return first.map(({ row, number, refusalOf }) => ({ row: number, key: keyOf(row), ...refusalOf(row) }));
  }
}
