// The timer trigger `sweep`: once a night it removes what the row's journey leaves behind, outcomes, progress and loads, when
// nobody may ask for them any more. Blobs are removed by the container's lifecycle rule (infra/modules/storage.bicep).
import { KEPT_DAYS } from '../shared/load';
import type { Log } from '../shared/log';

const DAY_MS = 24 * 3_600_000;
/** Entities of a table in one night: about ten minutes' work. What is left over is taken in the next nights. */
const MAX_SWEPT = 500_000;
/** NCRONTAB: at 03:17 UTC, when few loads run. */
export const SWEEP_SCHEDULE = '0 17 3 * * *';

export interface SweepDeps {
  /** Removes what a table holds from before `time`, ms since 1970; resolves to the number of entities. */
  readonly tables: Readonly<Record<string, (time: number, limit: number) => Promise<number>>>;
  readonly now: () => number;
  readonly log: Log;
}

/** A table that cannot be swept does not keep the others; the error comes at the end, so that the host counts a failure. */
export function createSweep({ tables, now, log }: SweepDeps): () => Promise<void> {
  return async () => {
    const failures: unknown[] = [];
    for (const [table, sweep] of Object.entries(tables))
      try {
        const removed = await sweep(now() - KEPT_DAYS * DAY_MS, MAX_SWEPT);
        log.info('table swept', { table, removed });
      } catch (error) {
        failures.push(error);
      }
    if (failures.length > 0) throw failures[0];
  };
}
