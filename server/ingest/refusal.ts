// Says in PostgreSQL's terms what CDF made of a unit: which rows were refused and why, and how many landed.
import type { Outcome, RowError } from '../../shared/outcome';
import { PostgresError } from '../postgres-error';

/** Rows that DETAIL lists. */
const MAX_LISTED = 20;
const AGAIN = 'Running the load again is safe: INSERT is an upsert.';

export interface UnitResult {
  readonly written: number;
  readonly refused: number;
  readonly errors: readonly RowError[];
  /** A sentence about the refused rows for each line of DETAIL. */
  readonly lines: readonly string[];
}

/** Sums up outcomes. `statements`: number of the first row of each statement of the unit. Throws where a whole batch failed. */
export function readOutcomes(outcomes: readonly Outcome[], statements: readonly number[]): UnitResult {
  const written = outcomes.reduce((sum, outcome) => sum + outcome.written, 0);
  const refused = outcomes.reduce((sum, outcome) => sum + outcome.refused, 0);
  const errors = outcomes.flatMap((outcome) => outcome.errors).sort((a, b) => a.row - b.row);
  const failure = outcomes.find((outcome) => outcome.failure !== undefined)?.failure;
  if (failure !== undefined)
    throw new PostgresError({ code: failure.code }, failure.message, {
      detail: `${written} rows were written, the others were not.`,
      hint: failure.hint ?? AGAIN,
    });
  return {
    written,
    refused,
    errors,
    lines: errors.slice(0, MAX_LISTED).map((error) => line(error, statements)),
  };
}

/** The error for a unit of which CDF refused rows. */
export function refusal(result: UnitResult, total: number): PostgresError {
  const first = result.errors[0];
  const more =
    result.refused > result.lines.length ? `\n... and ${result.refused - result.lines.length} more.` : '';
  const message =
    first === undefined || result.refused > 1
      ? `CDF refused ${result.refused} of ${total} rows${first === undefined ? '' : `, the first: ${first.message}`}`
      : first.message;
  return new PostgresError({ code: first?.code ?? '22000' }, message, {
    detail: `${result.lines.join('\n')}${more}`,
    hint: `${result.written} of ${total} rows were written. ${AGAIN}`,
  });
}

function line(error: RowError, statements: readonly number[]): string {
  const statement = statementOf(error.row, statements);
  const row = error.row - (statements[statement] ?? 1) + 1;
  const where = statements.length > 1 ? `statement ${statement + 1}, row ${row}` : `row ${row}`;
  return `${where}${error.key === null ? '' : ` (${error.key})`}: ${error.message}`;
}

/** The last statement that begins at or before the row. */
function statementOf(row: number, statements: readonly number[]): number {
  let low = 0;
  let high = statements.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (statements[middle]! <= row) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}
