// What an early hand-over (sluice.handover = 'early') had queued of a unit that did not come to its end: nothing takes it back,
// so the client is told.
import type { PlannedBatch } from '../ingest/commit-unit';
import { PostgresError } from '../postgres-error';

export interface HandedOver {
  readonly batches: number;
  readonly rows: number;
}

/** Null: nothing. */
export function handedOverOf(batches: readonly PlannedBatch[]): HandedOver | null {
  const queued = batches.filter(({ isQueued }) => isQueued);
  if (queued.length === 0) return null;
  return { batches: queued.length, rows: queued.reduce((sum, { staged }) => sum + (staged?.rows ?? 0), 0) };
}

/** A sentence without its full stop: for ROLLBACK's warning. */
export function rollbackWarning(stays: HandedOver): string {
  return `${inWords(stays)} handed over to CDF before the rollback and will be written`;
}

/** The error with what stays in its DETAIL. */
export function withHandedOver(error: PostgresError, stays: HandedOver | null): PostgresError {
  if (stays === null) return error;
  const { detail } = error.details;
  const sentence = `${inWords(stays)} handed over to CDF before the error and will be written.`;
  return new PostgresError(error, error.message, {
    ...error.details,
    detail: detail === undefined ? sentence : `${detail}\n${sentence}`,
  });
}

function inWords({ batches, rows }: HandedOver): string {
  return `${batches} ${batches === 1 ? 'batch' : 'batches'} (${rows} ${rows === 1 ? 'row' : 'rows'}) ${batches === 1 ? 'was' : 'were'}`;
}
