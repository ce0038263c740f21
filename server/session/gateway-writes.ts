// Runs what is a write to a gateway table, for both protocols: finds out what the name means, plans, feeds rows.
import type { Table } from '../../shared/tables/table';
import type { CopyOptions } from '../ingest/decode/copy-options';
import { createCopyScanner } from '../ingest/decode/copy-scanner';
import { NULL_FIELD, RowFields } from '../ingest/decode/row-fields';
import { scanValues } from '../ingest/decode/values';
import { quotedShadow, signature } from '../engine/evaluation';
import { quoteIdentifier } from '../engine/quote';
import { PostgresError } from '../postgres-error';
import { encodeBind } from '../protocol/engine-messages';
import { dataRowFields, dataRowText } from '../protocol/backend-messages';
import type { Name } from '../sql/names';
import type { InsertStatement } from '../sql/statement';
import { CopyIn } from './copy-in';
import { type EngineLink, OWN_PORTAL } from './engine-link';
import { withWriteRefused } from './keyed-refusals';
import { LenientSink, rowSink } from './row-sink';
import { EvaluatedRows } from './evaluated-rows';
import type { TableDirectory } from './own-tables';
import type { Transaction } from './transaction';
import { KNOWN_MS } from './freshness';
import { CONTEXT_QUERY, readWriteContext, type WriteContext } from './write-context';
import type { WritePlan } from './write-plan';

/** An INSERT in its text. */
export interface InsertSource {
  readonly text: Buffer;
  /** Where the statement begins. */
  readonly start: number;
  readonly statement: InsertStatement;
}

interface KnownTables {
  readonly tables: TableDirectory;
  /** A promise where it is not known that the user may write to the table; it rejects where CDF says that it may not. */
  readonly checkAccess: (table: Table) => Promise<void> | undefined;
}

export interface Target {
  readonly table: Table;
  readonly context: WriteContext;
}

const TEXT_OID = 25;
/** Names of tables whose meaning is remembered; beyond, the engine is asked again. */
const MAX_CONTEXTS = 100;

export class GatewayWrites {
  /** The settings of the latest write: in force when its unit is committed. */
  context: WriteContext | null = null;
  /** The table of the latest write. */
  table = '';
  /** What every statement that writes to it is told. */
  warning: string | null = null;
  private readonly contexts = new Map<string, WriteContext>();
  /** Of the tables, when the contexts were asked for. */
  private generation = 0;

  constructor(
    private readonly database: string,
    private readonly link: EngineLink,
    private readonly transaction: Transaction,
    private readonly known: KnownTables,
  ) {}

  /** Something went to the engine that may change what names and settings mean. */
  forget(): void {
    this.contexts.clear();
  }

  /** False where a name is no gateway table's, whatever the session's tables and search path. */
  mayBeTarget(name: Name): boolean {
    if (!this.known.tables.has(name.name)) return false;
    return name.database === null || name.database === this.database;
  }

  /** The gateway table that a name means, or null. A promise only where the engine has to be asked. */
  target(name: Name, key = quotedName(name)): Target | null | Promise<Target | null> {
    if (!this.mayBeTarget(name)) return null;
    const fresh = this.known.tables.freshen(KNOWN_MS);
    const found = fresh === undefined ? this.find(key) : fresh.then(() => this.find(key));
    if (found instanceof Promise) return found.then((target) => this.permit(target));
    return this.permit(found);
  }

  private permit(target: Target | null): Target | null | Promise<Target | null> {
    const checking = target === null ? undefined : this.known.checkAccess(target.table);
    return checking === undefined ? target : checking.then(() => target);
  }

  private find(key: string): Target | null | Promise<Target | null> {
    if (this.generation !== this.known.tables.generation) this.contexts.clear();
    this.generation = this.known.tables.generation;
    const known = this.contexts.get(key);
    return known === undefined ? this.ask(key) : this.targetIn(known);
  }

  /** INSERT ... VALUES with literals. Returns the number of rows. */
  async insert(source: InsertSource, plan: WritePlan, context: WriteContext): Promise<number> {
    const { text, statement } = source;
    if (statement.values === null) return this.evaluate(source, plan, context);
    const unit = this.transaction.open();
    const mark = unit.mark();
    const fields = new RowFields(plan.columns.length);
    const before = unit.rows;
    const sink = rowSink(
      unit,
      plan,
      context.session,
      () => `INSERT ${plan.table.name}, row ${unit.rows - before + 1}`,
    );
    const rows = scanValues(text, statement.values.start, statement.values.end, fields, sink);
    if (rows >= 0) {
      unit.release(mark);
      return rows;
    }
    unit.rollbackTo(mark);
    unit.release(mark);
    return this.evaluate(source, plan, context);
  }

  copy(options: CopyOptions, plan: WritePlan, context: WriteContext): CopyIn {
    const unit = this.transaction.open();
    const names = plan.columns.map((column) => column.name);
    const place = () => `COPY ${plan.table.name}, line ${scanner.line}`;
    const sink = rowSink(unit, plan, context.session, place);
    const lenient = options.onError === 'ignore' ? new LenientSink(sink) : null;
    const scanner = createCopyScanner(options, names, new RowFields(names.length), lenient?.take ?? sink);
    return new CopyIn(scanner, place, () => lenient?.skipped ?? 0);
  }

  /** What is no plain list of literals is evaluated by the engine into its shadow of the table, whose rows come back. */
  async evaluate(
    source: InsertSource,
    plan: WritePlan,
    context: WriteContext,
    parameters: {
      readonly bind: (portal: string, name: string) => Buffer;
      readonly oids: Int32Array;
    } | null = null,
  ): Promise<number> {
    if (source.statement.withWrites && this.link.status === 'I') throw withWriteRefused(plan.table);
    const shadow = retarget(source, plan);
    const unit = this.transaction.open();
    const fields = new RowFields(plan.columns.length);
    const before = unit.rows;
    const sink = rowSink(
      unit,
      plan,
      context.session,
      () => `INSERT ${plan.table.name}, row ${unit.rows - before + 1}`,
    );
    const rows = new EvaluatedRows(this.link, this.transaction, (message) => {
      dataRowFields(message, fields.starts, fields.ends, NULL_FIELD);
      fields.buffers.fill(message);
      sink(fields);
    });
    if (parameters === null) await this.link.rows(shadow, rows.take);
    else {
      const bind = parameters.bind(OWN_PORTAL, OWN_PORTAL);
      await this.link.between(shadow, bind, parameters.oids, rows.take);
    }
    rows.finish();
    return unit.rows - before;
  }

  private async ask(key: string): Promise<Target | null> {
    let row: (string | null)[] = [];
    const bind = encodeBind(OWN_PORTAL, OWN_PORTAL, [Buffer.from(key)]);
    await this.link.between(CONTEXT_QUERY, bind, [TEXT_OID], (message) => (row = dataRowText(message)));
    const context = readWriteContext(row);
    if (this.contexts.size >= MAX_CONTEXTS) this.contexts.clear();
    this.contexts.set(key, context);
    return this.targetIn(context);
  }

  private targetIn(context: WriteContext): Target | null {
    const table = context.relation === null ? undefined : this.known.tables.at(context.relation);
    if (table === undefined) return null;
    return { table, context };
  }

  /** What must hold before a row is taken. `command`: the statement's, for errors. */
  admit(target: Target, command = 'INSERT'): void {
    this.context = target.context;
    this.table = target.table.name;
    this.warning = target.table.warning ?? null;
    if (this.link.status === 'E')
      throw new PostgresError(
        'in_failed_sql_transaction',
        'current transaction is aborted, commands ignored until end of transaction block',
      );
    if (target.context.readOnly)
      throw new PostgresError(
        'read_only_sql_transaction',
        `cannot execute ${command} in a read-only transaction`,
      );
  }
}

/** The name as SQL, without its database. */
export function quotedName(name: Name): string {
  const parts = name.schema === null ? [name.name] : [name.schema, name.name];
  return parts.map((part) => `"${part.replace(/"/g, '""')}"`).join('.');
}

/** The statement with the shadow as its target, signed, without ON CONFLICT, returning the plan's columns. */
function retarget({ text, start, statement }: InsertSource, plan: WritePlan): Buffer {
  const columns = plan.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const query = [
    text.subarray(start, statement.targetRange.start),
    Buffer.from(quotedShadow(plan.table)),
    text.subarray(statement.targetRange.end, statement.tailStart),
    Buffer.from(` RETURNING ${columns}`),
  ];
  return Buffer.concat([Buffer.from(signature(query)), ...query]);
}
