// Where a scanner's rows go: into the unit's open window, cut when it is full. Errors get the row's place.
import type { CommitUnit } from '../ingest/commit-unit';
import type { RowFields, RowSink } from '../ingest/decode/row-fields';
import type { SessionValues } from '../ingest/decode/field-encoders';
import { isUndeclared, oidOfType } from '../ingest/decode/type-names';
import { PostgresError, SQLSTATE } from '../postgres-error';
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
    let isAdmitted = false;
    try {
      const admission = rows.admit?.(fields) ?? 'take';
      if (admission === 'skip') return;
      isAdmitted = true;
      if (admission === 'cut') unit.cut();
      rows.append(fields, unit.rows + 1);
    } catch (error) {
      if (equalsNothing(error, plan, fields, isAdmitted)) return;
      throw placed(error, place());
    }
    unit.rows++;
    if (rows.isFull) unit.cut();
  };
}

/** What a value that is no key's is refused with: too long, out of range. */
const MISFITS: ReadonlySet<string> = new Set([
  SQLSTATE.string_data_right_truncation,
  SQLSTATE.numeric_value_out_of_range,
]);

/**
 * UPDATE and DELETE compare keys: a value that no key can be, being too long or too large, equals none, and that is no
 * error. It is one where the value has first to become one of the key's type, as the literal '99999999999' has.
 * `isAdmitted`: it has, and what it does not fit is CDF.
 */
function equalsNothing(error: unknown, plan: WritePlan, fields: RowFields, isAdmitted: boolean): boolean {
  if (plan.write === undefined || !(error instanceof PostgresError) || !MISFITS.has(error.code)) return false;
  const { column } = error.details;
  if (column === undefined || !plan.table.key.includes(column)) return false;
  if (isAdmitted || error.code === SQLSTATE.string_data_right_truncation) return true;
  const field = plan.columns.findIndex(({ name }) => name === column);
  const oid = fields.oids[field]!;
  return !isUndeclared(oid) && oid !== oidOfType(plan.columns[field]!.type);
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
