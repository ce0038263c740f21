// Takes the rows of an UPDATE or DELETE into the commit unit. What CDF will have affected is known when the unit is written:
// until then a statement counts the rows that it names.
import type { Table } from '../../shared/tables/table';
import { NULL_FIELD, RowFields } from '../ingest/decode/row-fields';
import { scanValues } from '../ingest/decode/values';
import type { ValuesTemplate } from '../ingest/decode/values-template';
import { PostgresError, SQLSTATE } from '../postgres-error';
import { dataRowFields } from '../protocol/backend-messages';
import type { BindView } from '../protocol/bind-view';
import { type EngineLink, OWN_PORTAL } from './engine-link';
import { EvaluatedRows } from './evaluated-rows';
import type { Counted } from './held-replies';
import type { KeyedSource } from './key-domains';
import { type KeyedWrite, planKeyed } from './keyed-plan';
import { readingRefused, withWriteRefused } from './keyed-refusals';
import { isComparable } from './keyed-values';
import { feedPortal, type PreparedKeyed, rebind } from './prepared';
import { rowSink } from './row-sink';
import type { Transaction } from './transaction';
import type { WriteContext } from './write-context';

export interface KeyedPorts {
  readonly link: Pick<EngineLink, 'rows' | 'between' | 'check' | 'pause' | 'resume' | 'status'>;
  readonly transaction: Transaction;
}

/** Columns of the target are unknown to the engine's query, which does not read the target. */
const UNKNOWN_NAMES: ReadonlySet<string> = new Set([SQLSTATE.undefined_column, SQLSTATE.undefined_table]);

/** Runs a statement of a Query, whose values stand in its text; `whole` is the statement alone. */
export async function runKeyed(
  ports: KeyedPorts,
  table: Table,
  source: KeyedSource & { readonly whole: Buffer },
  context: WriteContext,
): Promise<Counted> {
  const write = await planChecked(ports, table, source);
  const counted = write.values === null ? null : scanKeyed(ports, write, write.values, context);
  if (counted !== null) return counted;
  await ports.link.check(source.whole, []);
  return evaluateKeyed(ports, write, context);
}

/** What the gateway refuses is PostgreSQL's to refuse first, with its own errors. */
async function planChecked(
  { link }: KeyedPorts,
  table: Table,
  source: KeyedSource & { readonly whole: Buffer },
): Promise<KeyedWrite> {
  try {
    return planKeyed(table, source);
  } catch (error) {
    await link.check(source.whole, []);
    throw error;
  }
}

/** Executes a portal whose parameters and literals are read without the engine. */
export function feedKeyed(
  ports: KeyedPorts,
  prepared: PreparedKeyed & { readonly template: ValuesTemplate },
  view: BindView,
  context: WriteContext,
): Counted {
  const rows = new Rows(ports, prepared.write, context);
  feedPortal(prepared, prepared.template, view, rows.sink);
  return rows.counted;
}

/** Executes a portal whose rows the engine makes. */
export function evaluatePortal(
  ports: KeyedPorts,
  { write, declared }: PreparedKeyed,
  view: BindView,
  context: WriteContext,
): Promise<Counted> {
  const bind = rebind(view, OWN_PORTAL, OWN_PORTAL);
  return evaluateKeyed(ports, write, context, { bind, oids: declared });
}

/** The rows of one statement on their way into the unit. */
class Rows {
  readonly sink;
  private readonly before: number;
  private readonly verb: Counted['verb'];

  constructor(
    private readonly ports: KeyedPorts,
    { plan }: KeyedWrite,
    context: WriteContext,
  ) {
    const unit = ports.transaction.open();
    this.before = unit.rows;
    this.verb = plan.write === 'update' ? 'UPDATE' : 'DELETE';
    const place = () => `${this.verb} ${plan.table.name}, row ${unit.rows - this.before + 1}`;
    this.sink = rowSink(unit, plan, context.session, place);
  }

  get counted(): Counted {
    const { verb, before } = this;
    return { verb, first: before + 1, rows: this.ports.transaction.open().rows - before };
  }
}

/** Null: a value is more than a literal, and the unit is as it was. */
function scanKeyed(
  ports: KeyedPorts,
  write: KeyedWrite,
  values: Buffer,
  context: WriteContext,
): Counted | null {
  const unit = ports.transaction.open();
  const mark = unit.mark();
  const rows = new Rows(ports, write, context);
  let isComparing = true;
  const scanned = scanValues(values, 0, values.length, new RowFields(write.plan.columns.length), (fields) => {
    isComparing &&= comparesKeys(write, fields.oids);
    if (isComparing) rows.sink(fields);
  });
  const isDone = scanned >= 0 && isComparing;
  if (!isDone) unit.rollbackTo(mark);
  unit.release(mark);
  return isDone ? rows.counted : null;
}

/** Are the keys of types that are compared by reading them? `oids`: of the plan's columns. */
export function comparesKeys({ plan, keyCount }: KeyedWrite, oids: Int32Array): boolean {
  for (let field = 0; field < keyCount; field++)
    if (!isComparable(plan.columns[field]!.type, oids[field]!)) return false;
  return true;
}

async function evaluateKeyed(
  ports: KeyedPorts,
  write: KeyedWrite,
  context: WriteContext,
  parameters: { readonly bind: Buffer; readonly oids: Int32Array } | null = null,
): Promise<Counted> {
  const { link, transaction } = ports;
  if (write.withWrites && link.status === 'I') throw withWriteRefused(write.plan.table);
  const rows = new Rows(ports, write, context);
  const fields = new RowFields(write.plan.columns.length);
  const evaluated = new EvaluatedRows(link, transaction, (message) => {
    dataRowFields(message, fields.starts, fields.ends, NULL_FIELD);
    fields.buffers.fill(message);
    rows.sink(fields);
  });
  const query = write.query();
  try {
    if (parameters === null) await link.rows(query, evaluated.take);
    else await link.between(query, parameters.bind, parameters.oids, evaluated.take);
  } catch (error) {
    const isReading = error instanceof PostgresError && UNKNOWN_NAMES.has(error.code);
    throw isReading ? readingRefused(write.plan.table) : error;
  }
  evaluated.finish();
  return rows.counted;
}
