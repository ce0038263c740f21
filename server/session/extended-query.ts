// The extended query protocol. Statements that write to a gateway table are known to the engine too (its Parse and
// Describe give types and errors), but their Bind and Execute stay here: rows go straight from Bind into the unit.
import { compileValues, convertsParameters, parameterTypes } from '../ingest/decode/values-template';
import { oidOfType } from '../ingest/decode/type-names';
import { RowFields } from '../ingest/decode/row-fields';
import { PostgresError } from '../postgres-error';
import { BindView } from '../protocol/bind-view';
import { type Frame, messageBytes } from '../protocol/frame-reader';
import { decodeClose, decodeDescribe, decodeExecute, decodeParse } from '../protocol/frontend-messages';
import { splitStatements } from '../sql/split';
import { readStatement, type Statement } from '../sql/statement';
import { asksForLoads } from './before-statement';
import { quotedName, type Target } from './gateway-writes';
import { prepareKeyed } from './prepare-keyed';
import { checkParameters, type Prepared, PreparedStatements } from './prepared';
import { PortalRunner } from './portal-runner';
import { isRowWrite } from './row-write';
import type { SessionCore } from './session-core';
import { isDdl } from './session-ddl';
import { planColumns, planInsert } from './write-plan';

/** Statements that the engine runs, but that the gateway has to know of. */
const WATCHED = new Set<Statement['kind']>([
  'begin',
  'commit',
  'rollback',
  'savepoint',
  'release',
  'rollback-to',
  'deallocate',
  'discard-all',
  'truncate',
]);

type Step = Promise<void> | undefined;

/** Prepared statements of which it is remembered that they ask for loads. */
const MAX_ASKING = 100;

export class ExtendedQuery {
  readonly prepared = new PreparedStatements();
  /** An error came: messages are ignored until Sync. */
  skipping = false;
  /** The parameters of the unnamed portal, and the view that the next Bind is read into. */
  private unnamedView = new BindView();
  private nextView = new BindView();
  private readonly asking = new Set<string>();
  private readonly runner: PortalRunner;

  constructor(private readonly core: SessionCore) {
    this.runner = new PortalRunner(core, this.prepared);
  }

  parse(frame: Frame): Step {
    const { query } = decodeParse(frame);
    const text = query.buffer.subarray(query.start, query.end);
    const ranges = splitStatements(text, 0, text.length);
    const statement = ranges.length === 1 ? readStatement(text, ranges[0]!.start, ranges[0]!.end) : null;
    const seen = statement === null ? null : { statement, text };
    this.noteAsking(decodeParse(frame).statement, seen !== null && asksForLoads(seen));
    const fresh = seen === null ? undefined : this.core.before.lookAtTables([seen]);
    const go = (): Step => (this.skipping ? undefined : this.parseRead(frame, statement));
    return fresh === undefined ? go() : fresh.then(go);
  }

  private parseRead(frame: Frame, statement: Statement | null): Step {
    const { statement: name, query, oids } = decodeParse(frame);
    const text = query.buffer.subarray(query.start, query.end);
    const isWrite = statement !== null && isRowWrite(statement);
    if (!isWrite || this.core.link.status === 'E') {
      return this.define(frame, name, statement === null ? null : this.control(statement, text));
    }
    const target = this.core.writes.target(statement.target);
    const go = (found: Target | null): Step => {
      if (found === null) return this.define(frame, name, elsewhere(statement));
      if (name !== '') this.prepared.admit('statement', name);
      if (statement.kind === 'insert' || statement.kind === 'copy-in')
        return this.define(frame, name, prepare(text, statement, found, oids));
      return this.parseKeyed(frame, name, () => prepareKeyed(text, statement, found, oids));
    };
    return target instanceof Promise ? target.then(go) : go(target);
  }

  private control(statement: Statement, text: Buffer): Prepared | null {
    if (isDdl(statement) && this.core.ddl?.mayConcern(statement))
      return { kind: 'control', statement, text: Buffer.from(text) };
    return WATCHED.has(statement.kind) ? { kind: 'control', statement } : null;
  }

  /** What the gateway refuses is PostgreSQL's to refuse first, with its own errors. */
  private parseKeyed(frame: Frame, name: string, prepared: () => Prepared): Step {
    let made: Prepared;
    try {
      made = prepared();
    } catch (error) {
      const { query, oids } = decodeParse(frame);
      const text = query.buffer.subarray(query.start, query.end);
      return this.core.link.check(text, oids).then(() => {
        throw error;
      });
    }
    return this.define(frame, name, made);
  }

  /** The statement is used before the engine has said yes; where it says no (the name is taken), all is as before. */
  private define(frame: Frame, name: string, prepared: Prepared | null): Step {
    const before = name === '' ? undefined : this.prepared.get(name);
    this.prepared.set(name, prepared);
    return this.forward(frame, '1', (failed) => {
      if (failed) this.prepared.set(name, before ?? null);
    });
  }

  bind(frame: Frame): Step {
    const view = this.nextView;
    view.read(frame);
    const prepared = this.prepared.get(view.statement);
    if (prepared === undefined && this.asking.has(view.statement))
      return this.core.before.showLoads().then(() => this.bindInEngine(frame, undefined));
    if (prepared === undefined || prepared.kind === 'control') return this.bindInEngine(frame, prepared);
    if (prepared.kind !== 'copy-in') checkParameters(prepared, view.statement, view.parameterCount);
    this.keepView(view);
    this.prepared.portals.set(view.portal, { prepared, view, isDone: false });
    this.core.replies.say((writer) => writer.bindComplete());
    return undefined;
  }

  private bindInEngine(frame: Frame, prepared: Prepared | undefined): Step {
    if (this.skipping) return undefined;
    const { portal } = this.nextView;
    if (prepared === undefined) this.prepared.portals.delete(portal);
    else this.prepared.portals.set(portal, { prepared, view: null, isDone: false });
    return this.forward(frame, '2');
  }

  /** A statement that is the engine's and asks for the user's loads: they are looked up whenever it is bound. */
  private noteAsking(name: string, asks: boolean): void {
    this.asking.delete(name);
    if (!asks) return;
    if (this.asking.size >= MAX_ASKING) this.asking.clear();
    this.asking.add(name);
  }

  /** The view is the portal's from here on; the one of the unnamed portal before it can be read into again. */
  private keepView(view: BindView): void {
    if (view.portal === '') {
      this.nextView = this.unnamedView;
      this.unnamedView = view;
    } else {
      this.prepared.admit('portal', view.portal);
      this.nextView = new BindView();
    }
  }

  describe(frame: Frame): Step {
    const { kind, name } = decodeDescribe(frame);
    const portal = kind === 'P' ? this.prepared.portals.get(name) : undefined;
    if (portal === undefined || portal.prepared.kind === 'control') return this.forward(frame, 'Tn');
    this.core.replies.say((writer) => writer.noData());
    return undefined;
  }

  execute(frame: Frame): Step {
    const { portal: name } = decodeExecute(frame);
    const portal = this.prepared.portals.get(name);
    if (portal === undefined) {
      this.core.writes.forget();
      return this.forward(frame, 'CIsE');
    }
    if (portal.isDone && portal.prepared.kind !== 'control')
      throw new PostgresError({ code: '55000' }, `portal "${name}" cannot be run`);
    portal.isDone = true;
    return this.runner.run(portal, messageBytes(frame));
  }

  close(frame: Frame): Step {
    const { kind, name } = decodeClose(frame);
    const portal = kind === 'P' ? this.prepared.portals.get(name) : undefined;
    this.prepared.close(kind, name);
    if (portal !== undefined && portal.prepared.kind !== 'control') {
      this.core.replies.say((writer) => writer.closeComplete());
      return undefined;
    }
    return this.forward(frame, '3');
  }

  flush(frame: Frame): void {
    this.core.release();
    if (this.core.link.unsynced) this.core.link.pass(messageBytes(frame));
  }

  sync(frame: Frame): Step {
    const { core } = this;
    if (core.link.isCopying && !this.skipping) {
      core.link.pass(messageBytes(frame));
      return undefined;
    }
    const wasSkipping = this.skipping;
    this.skipping = false;
    if (!core.transaction.hasRows && !core.isInTransaction && !wasSkipping)
      return this.answerSync(messageBytes(frame));
    return this.endGroup(messageBytes(frame), wasSkipping);
  }

  private async endGroup(sync: Buffer, wasSkipping: boolean): Promise<void> {
    const { core } = this;
    await core.link.drained();
    try {
      if (core.link.status === 'I') {
        if (wasSkipping || this.skipping) await core.forgetUnit();
        else await core.commit();
      }
      core.release();
    } catch (error) {
      await core.refuse(error);
    }
    this.skipping = false;
    this.answerSync(sync);
  }

  private answerSync(sync: Buffer): undefined {
    const { core } = this;
    if (core.link.status === 'I') this.prepared.portals.clear();
    if (core.link.unsynced) core.link.forward(sync, { last: 'Z', ends: true });
    else core.ready();
    return undefined;
  }

  private forward(frame: Frame, last: string, done?: (failed: boolean) => void): Step {
    const bytes = messageBytes(frame);
    const { link } = this.core;
    const expected = { last, ends: false, ...(done === undefined ? {} : { done }) };
    if (link.isOpen) {
      link.forward(bytes, expected);
      return undefined;
    }
    return link.open().then(() => link.forward(bytes, expected));
  }
}

/** A write to a table that is not the gateway's: only of a COPY does the gateway have to know. */
function elsewhere(statement: Statement): Prepared | null {
  return statement.kind === 'copy-in' ? { kind: 'control', statement } : null;
}

function prepare(
  text: Buffer,
  statement: Extract<Statement, { kind: 'insert' | 'copy-in' }>,
  target: Target,
  declared: Int32Array,
): Prepared {
  const { table } = target;
  const targetKey = quotedName(statement.target);
  if (statement.kind === 'copy-in') {
    const columns = planColumns(table, statement.columns);
    const plan = { table, columns, onConflict: { action: 'update' } } as const;
    return { kind: 'copy-in', statement, targetKey, plan };
  }
  const plan = planInsert(table, statement, text);
  const own = Buffer.from(text);
  const { values } = statement;
  const compiled = values === null ? null : compileValues(own, values.start, values.end, plan.columns.length);
  const columnOids = Int32Array.from(plan.columns, (column) => oidOfType(column.type));
  const types = compiled === null ? declared : parameterTypes(compiled, columnOids, declared);
  const template = compiled === null || convertsParameters(compiled, types) ? null : compiled;
  const fields = new RowFields(plan.columns.length);
  return { kind: 'insert', text: own, statement, targetKey, plan, template, types, declared, fields };
}
