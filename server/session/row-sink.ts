// Where a scanner's rows go: into the unit's open window, cut when it is full. Errors get the row's place.
import type { CommitUnit } from '../ingest/commit-unit';
import type { RowSink } from '../ingest/decode/row-fields';
import type { SessionValues } from '../ingest/decode/field-encoders';
import { PostgresError } from '../postgres-error';
import type { WritePlan } from './write-plan';

/** `place` says where the row is, e.g. `COPY assets, line 3`; the column is added where one is at fault. */
export function rowSink(
  unit: CommitUnit,
  plan: WritePlan,
  session: SessionValues,
  place: () => string,
): RowSink {
  const rows = unit.open({ ...plan, session });
  return (fields) => {
    try {
      rows.append(fields, unit.rows + 1);
    } catch (error) {
      throw placed(error, place());
    }
    unit.rows++;
    if (rows.isFull) unit.cut();
  };
}

/** COPY's ON_ERROR ignore: a row with a value that is none of its column's type is left out, and counted. */
export class LenientSink {
  skipped = 0;

  constructor(private readonly sink: RowSink) {}

  readonly take: RowSink = (fields) => {
    try {
      this.sink(fields);
    } catch (error) {
      if (!(error instanceof PostgresError) || !error.code.startsWith(DATA_EXCEPTION)) throw error;
      this.skipped++;
    }
  };
}

/** The class of SQLSTATE that values of the wrong form have. */
const DATA_EXCEPTION = '22';

/** The same error with CONTEXT, as PostgreSQL gives it for COPY. */
export function placed(error: unknown, place: string): unknown {
  if (!(error instanceof PostgresError) || error.details.where !== undefined) return error;
  const { column } = error.details;
  const where = column === undefined ? place : `${place}, column ${column}`;
  return new PostgresError(error, error.message, { ...error.details, where });
}
