// Prepared statements and portals that the gateway itself has to act on: writes to its tables, and what ends a
// transaction. All others live in the engine alone.
import type { RowFields } from '../ingest/decode/row-fields';
import { type RowSink } from '../ingest/decode/row-fields';
import { fillLiteral, type ValuesTemplate } from '../ingest/decode/values-template';
import type { BindView } from '../protocol/bind-view';
import { ByteWriter } from '../protocol/byte-writer';
import { FRONTEND } from '../protocol/frontend-messages';
import { PostgresError } from '../postgres-error';
import type { CopyInStatement, InsertStatement, KeyedStatement, Statement } from '../sql/statement';
import type { KeyedWrite } from './keyed-plan';
import type { WritePlan } from './write-plan';

interface PreparedRows {
  readonly text: Buffer;
  /** The target's name as the engine is asked for it. */
  readonly targetKey: string;
  readonly plan: WritePlan;
  /** Null: the engine evaluates it. */
  readonly template: ValuesTemplate | null;
  /** Types of the parameters: as declared, else as PostgreSQL infers them. */
  readonly types: Int32Array;
  readonly declared: Int32Array;
  readonly fields: RowFields;
}

export interface PreparedInsert extends PreparedRows {
  readonly kind: 'insert';
  readonly statement: InsertStatement;
}

/** UPDATE, DELETE. */
export interface PreparedKeyed extends PreparedRows {
  readonly kind: 'keyed';
  readonly statement: KeyedStatement;
  readonly write: KeyedWrite;
}

export type Prepared =
  | PreparedInsert
  | PreparedKeyed
  | {
      readonly kind: 'copy-in';
      readonly statement: CopyInStatement;
      readonly targetKey: string;
      readonly plan: WritePlan;
    }
  /** `text`: of what makes, alters or drops a table. */
  | { readonly kind: 'control'; readonly statement: Statement; readonly text?: Buffer };

export interface Portal {
  readonly prepared: Prepared;
  /** The parameters, for a statement with rows. */
  readonly view: BindView | null;
  isDone: boolean;
}

/** What one session's prepared writes and their portals may hold: a few of the largest messages. */
const MAX_HELD_BYTES = 256 * 1024 * 1024;
const MAX_STATEMENTS = 10_000;
const MAX_PORTALS = 1_000;

export class PreparedStatements {
  readonly portals = new Map<string, Portal>();
  private readonly statements = new Map<string, Prepared>();

  get(name: string): Prepared | undefined {
    return this.statements.get(name);
  }

  set(name: string, prepared: Prepared | null): void {
    if (prepared === null) this.statements.delete(name);
    else this.statements.set(name, prepared);
  }

  /** Throws program_limit_exceeded where the session holds so much that one more is too many. */
  admit(kind: 'statement' | 'portal', name: string): void {
    if (kind === 'statement' ? this.statements.has(name) : this.portals.has(name)) return;
    const count = kind === 'statement' ? this.statements.size : this.portals.size;
    if (count < (kind === 'statement' ? MAX_STATEMENTS : MAX_PORTALS) && this.heldBytes <= MAX_HELD_BYTES)
      return;
    throw new PostgresError('program_limit_exceeded', `too many open ${kind}s that write to gateway tables`, {
      hint: `Close ${kind}s that are not needed any more.`,
    });
  }

  private get heldBytes(): number {
    const buffers = new Set<Buffer>();
    for (const prepared of this.statements.values()) if ('text' in prepared) buffers.add(prepared.text);
    for (const { view } of this.portals.values()) if (view !== null) buffers.add(view.buffer);
    return [...buffers].reduce((sum, buffer) => sum + buffer.length, 0);
  }

  close(kind: 'S' | 'P', name: string): boolean {
    return kind === 'S' ? this.statements.delete(name) : this.portals.delete(name);
  }

  /** What DEALLOCATE and DISCARD ALL do, and a simple Query to the unnamed ones. */
  prune(statement: Statement): void {
    if (statement.kind === 'discard-all' || (statement.kind === 'deallocate' && statement.name === null)) {
      this.statements.clear();
      this.portals.clear();
    } else if (statement.kind === 'deallocate' && statement.name !== null) {
      this.statements.delete(statement.name);
    }
  }

  forgetUnnamed(): void {
    this.statements.delete('');
    this.portals.delete('');
  }
}

/** Refuses a Bind whose number of parameters is not the statement's. */
export function checkParameters({ template, types }: PreparedRows, name: string, count: number): void {
  // Where the engine evaluates the statement, it also judges its Bind.
  if (template === null || count === types.length) return;
  throw new PostgresError(
    'protocol_violation',
    `bind message supplies ${count} parameters, but prepared statement "${name}" requires ${types.length}`,
  );
}

/** Feeds the rows of a bound statement to the sink, straight from the Bind message. */
export function feedPortal(
  { fields, types }: PreparedRows,
  template: ValuesTemplate,
  view: BindView,
  sink: RowSink,
): void {
  const { parameterOf, castOid } = template;
  const columns = fields.count;
  for (let row = 0, at = 0; row < template.rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const parameter = parameterOf[at]! - 1;
      if (parameter >= 0) {
        fields.buffers[column] = view.buffer;
        fields.starts[column] = view.starts[parameter]!;
        fields.ends[column] = view.ends[parameter]!;
        fields.formats[column] = view.formats[parameter]!;
        fields.oids[column] = castOid[at]! === 0 ? types[parameter]! : castOid[at]!;
      } else {
        fillLiteral(template, at, fields, column);
      }
    }
    sink(fields);
  }
}

/** The same parameters bound to another portal and statement, with results in text. */
export function rebind(view: BindView, portal: string, statement: string): Buffer {
  const parametersEnd =
    view.parameterCount > 0 ? view.ends[view.parameterCount - 1]! : view.restStart + EMPTY_PARAMETERS_BYTES;
  const writer = new ByteWriter();
  writer.begin(FRONTEND.Bind).string(portal).string(statement);
  writer.bytes(view.buffer.subarray(view.restStart, parametersEnd)).int16(0).end();
  return writer.take();
}

/** Two counts of zero: formats, parameters. (A Bind without parameters may still give formats; none needs to be kept.) */
const EMPTY_PARAMETERS_BYTES = 4;
