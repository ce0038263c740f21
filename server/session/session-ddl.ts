// Statements that make, alter or drop tables, in a session: what the gateway runs of them, what it leaves to the engine.
import type { RawTarget, Table } from '../../shared/tables/table';
import { RowFields } from '../ingest/decode/row-fields';
import { PostgresError } from '../postgres-error';
import { dataRowText } from '../protocol/backend-messages';
import { encodeBind } from '../protocol/engine-messages';
import type { Name } from '../sql/names';
import type { DdlStatement, Statement } from '../sql/statement';
import { type EngineLink, OWN_PORTAL } from './engine-link';
import type { GatewayWrites } from './gateway-writes';
import type { SessionPorts } from './ports';
import { rowSink } from './row-sink';
import { TableDdl } from './table-ddl';
import type { Transaction } from './transaction';

const KINDS = new Set<Statement['kind']>(['create-table', 'alter-table', 'drop-tables', 'create-schema']);
const TEXT_OID = 25;
const RAW_TABLES: Name = { database: null, schema: 'public', name: 'raw_tables' };

/** What is needed of the session's core. */
interface DdlCore {
  readonly link: EngineLink;
  readonly writes: GatewayWrites;
  readonly transaction: Transaction;
  readonly ddl: TableDdl | null;
  hold(): void;
  startStatement(): void;
  finish(tag: string): Promise<void> | undefined;
  notice(severity: 'NOTICE', message: string, detail: undefined, code: string): void;
}

export function isDdl(statement: Statement): statement is DdlStatement {
  return KINDS.has(statement.kind);
}

/** False where the engine has to run it. */
export async function runDdl(core: DdlCore, statement: DdlStatement, text: Buffer): Promise<boolean> {
  const tag = (await core.ddl?.run(statement, text)) ?? null;
  if (tag === null) return false;
  core.writes.forget();
  core.hold();
  await core.finish(tag);
  return true;
}

/** Null where there is no place for definitions. */
export function createTableDdl(
  username: string,
  core: DdlCore,
  { tables, definitions }: Pick<SessionPorts, 'tables' | 'definitions'>,
): TableDdl | null {
  if (definitions === null) return null;
  const session = {
    username,
    tables,
    ask: (query: string, parameter: string) => ask(core, query, parameter),
    notice: (message: string, code: string) => core.notice('NOTICE', message, undefined, code),
    isInBlock: () => core.link.status === 'T',
    deleteRawTable: (target: RawTarget) => deleteRawTable(core, target),
  };
  return new TableDdl(session, definitions);
}

async function ask(core: DdlCore, query: string, parameter: string): Promise<string | null> {
  let answer: string | null = null;
  const bind = encodeBind(OWN_PORTAL, OWN_PORTAL, [Buffer.from(parameter)]);
  await core.link.between(query, bind, [TEXT_OID], (message) => (answer = dataRowText(message)[0] ?? null));
  return answer;
}

/** As a DELETE from raw_tables does. */
async function deleteRawTable(core: DdlCore, { database, table: name }: RawTarget): Promise<void> {
  const target = await core.writes.target(RAW_TABLES);
  if (target === null) throw new PostgresError('undefined_table', 'relation "raw_tables" does not exist');
  core.writes.admit(target, 'DROP TABLE');
  core.startStatement();
  const { table, context } = target;
  const columns = [columnWith(table, 'database'), columnWith(table, 'table')];
  const plan = { table, columns, onConflict: { action: 'update' }, write: 'delete' } as const;
  const fields = new RowFields(columns.length);
  [database, name].forEach((text, i) => {
    fields.buffers[i] = Buffer.from(text);
    fields.ends[i] = fields.buffers[i].length;
  });
  rowSink(core.transaction.open(), plan, context.session, () => 'DROP TABLE')(fields);
}

function columnWith({ columns }: Table, property: string) {
  return columns.find((column) => column.property === property)!;
}
