// TRUNCATE of gateway tables: a batch that empties a RAW table, in its place among the unit's rows.
import type { RawTarget, Table } from '../../shared/tables/table';
import { readOnlyTable } from '../ingest/read-only';
import { PostgresError } from '../postgres-error';
import type { TruncateStatement } from '../sql/statement';
import type { GatewayWrites, Target } from './gateway-writes';
import { truncateRefused } from './keyed-refusals';
import type { SessionCore } from './session-core';

/** Takes a TRUNCATE into the unit; false where none of its tables is a gateway table, and the engine has to run it. */
export async function truncate(core: SessionCore, { targets }: TruncateStatement): Promise<boolean> {
  const found = await gatewayTargets(core.writes, targets);
  if (found.length === 0) return false;
  if (found.length < targets.length)
    throw new PostgresError('feature_not_supported', 'gateway tables and other tables are truncated apart', {
      hint: 'Use a TRUNCATE of its own for each kind.',
    });
  const emptied = found.map((target) => ({ target, raw: rawTarget(target.table) }));
  for (const { target } of emptied) core.writes.admit(target, 'TRUNCATE TABLE');
  core.hold();
  core.startStatement();
  const unit = core.transaction.open();
  for (const { target, raw } of emptied) {
    const { table, context } = target;
    const { session } = context;
    unit.truncate({ table, columns: [], onConflict: { action: 'update' }, session, write: 'truncate' }, raw);
  }
  await core.finish('TRUNCATE TABLE');
  return true;
}

async function gatewayTargets(writes: GatewayWrites, names: TruncateStatement['targets']): Promise<Target[]> {
  const found: Target[] = [];
  for (const name of names) {
    const target = await writes.target(name);
    if (target !== null) found.push(target);
  }
  return found;
}

function rawTarget(table: Table): RawTarget {
  if (table.request.kind === 'read-only') throw readOnlyTable(table);
  const target = table.request.kind === 'raw-rows' ? table.request.target : undefined;
  if (target === undefined) throw truncateRefused(table);
  return target;
}
