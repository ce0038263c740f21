// Executes a portal that the gateway has to act on.
import { PostgresError } from '../postgres-error';
import { EngineRefusal } from './engine-link';
import { evaluatePortal, feedKeyed } from './keyed-writes';
import type { Target } from './gateway-writes';
import { countedInsert } from './held-replies';
import {
  feedPortal,
  rebind,
  type Portal,
  type Prepared,
  type PreparedInsert,
  type PreparedKeyed,
  type PreparedStatements,
} from './prepared';
import { rowSink } from './row-sink';
import { commandOf } from './row-write';
import type { SessionCore } from './session-core';
import { isDdl, runDdl } from './session-ddl';
import { stillTakes } from './write-plan';
import type { Statement } from '../sql/statement';
import { truncate } from './truncation';
import type { TransactionStatus } from '../protocol/backend-messages';

type Step = Promise<void> | undefined;

export class PortalRunner {
  constructor(
    private readonly core: SessionCore,
    private readonly prepared: PreparedStatements,
  ) {}

  /** `execute` is the client's message, for the engine where it has to run the portal. A promise where something is waited for. */
  run(portal: Portal, execute: Buffer): Step {
    const { prepared } = portal;
    if (prepared.kind === 'control') return this.control(prepared, execute);
    const target = this.core.writes.target(prepared.statement.target, prepared.targetKey);
    const go = (found: Target | null): Step => {
      if (found === null || !stillTakes(found.table, prepared.plan))
        throw new PostgresError('feature_not_supported', 'cached plan must not change result type');
      this.core.writes.admit(found, commandOf(prepared.statement.kind));
      this.core.hold();
      this.core.startStatement();
      if (prepared.kind === 'copy-in') return this.copy(prepared, found);
      if (prepared.kind === 'keyed') return this.keyed(prepared, portal, found);
      return this.insert(prepared, portal, found);
    };
    return target instanceof Promise ? target.then(go) : go(target);
  }

  private insert(insert: PreparedInsert, portal: Portal, target: Target): Step {
    const { core } = this;
    const view = portal.view!;
    if (insert.template === null) {
      const bind = (own: string, statement: string) => rebind(view, own, statement);
      const parameters = { bind, oids: insert.declared };
      return core.writes
        .evaluate(
          { text: insert.text, start: 0, statement: insert.statement },
          insert.plan,
          target.context,
          parameters,
        )
        .then((rows) => this.inserted(insert, rows));
    }
    const unit = core.transaction.open();
    const before = unit.rows;
    const place = () => `INSERT ${insert.plan.table.name}, row ${unit.rows - before + 1}`;
    feedPortal(insert, insert.template, view, rowSink(unit, insert.plan, target.context.session, place));
    return this.inserted(insert, insert.template.rows);
  }

  private inserted({ plan }: PreparedInsert, rows: number): Step {
    const { core } = this;
    return core.finish(`INSERT 0 ${rows}`, countedInsert(rows, core.transaction.open(), plan));
  }

  private keyed(prepared: PreparedKeyed, portal: Portal, { context }: Target): Step {
    const { core } = this;
    const view = portal.view!;
    const { template } = prepared;
    if (template === null)
      return evaluatePortal(core, prepared, view, context).then((counted) => core.finishKeyed(counted));
    return core.finishKeyed(feedKeyed(core, { ...prepared, template }, view, context));
  }

  private async copy(prepared: Extract<Prepared, { kind: 'copy-in' }>, target: Target): Promise<void> {
    const rows = await this.core.copyIn(prepared.statement, prepared.plan, target.context);
    await this.core.finish(`COPY ${rows}`);
  }

  private control(prepared: Extract<Prepared, { kind: 'control' }>, execute: Buffer): Step {
    const { core } = this;
    const { statement } = prepared;
    core.writes.forget();
    const { link } = core;
    if (statement.kind === 'truncate') return this.orRelay(() => truncate(core, statement), execute);
    if (isDdl(statement))
      return this.orRelay(() => runDdl(core, statement, prepared.text ?? Buffer.alloc(0)), execute);
    if (link.isOpen && statement.kind === 'begin')
      return this.forward(execute, (failed) => failed || (link.status = 'T'));
    if (link.isOpen && statement.kind === 'copy-in') {
      link.isCopying = true;
      // The client waits for CopyInResponse.
      core.release();
      return this.forward(execute, () => (link.isCopying = false));
    }
    return this.waitFor(prepared, execute);
  }

  private forward(execute: Buffer, done: (failed: boolean) => unknown): undefined {
    this.core.link.forward(execute, { last: 'CIsE', ends: false, done });
    return undefined;
  }

  /** What is not the gateway's after all is the engine's. */
  private async orRelay(run: () => Promise<boolean>, execute: Buffer): Promise<void> {
    const { core } = this;
    await core.link.drained();
    if (core.link.isSkipping || (core.link.status !== 'E' && (await run()))) return;
    try {
      await this.relay(execute);
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
    }
  }

  private async waitFor(prepared: Extract<Prepared, { kind: 'control' }>, execute: Buffer): Promise<void> {
    const { core } = this;
    await core.link.drained();
    // Something before it was refused: it is skipped, as the engine would.
    if (core.link.isSkipping) return;
    const { statement } = prepared;
    try {
      await core.control(statement, () => this.relay(execute));
    } catch (error) {
      if (!(error instanceof EngineRefusal)) throw error;
      return;
    }
    this.prepared.prune(statement);
    core.link.status = statusAfter(statement) ?? core.link.status;
  }

  private async relay(execute: Buffer): Promise<void> {
    const { link } = this.core;
    await link.open();
    const failed = await new Promise<boolean>((resolve) => {
      link.forward(execute, { last: 'CIsE', ends: false, done: resolve });
      link.flush();
    });
    if (failed) throw new EngineRefusal();
  }
}

/** What Sync will say, for the statements that come before it; null where the statement changes nothing. */
function statusAfter(statement: Statement): TransactionStatus | null {
  switch (statement.kind) {
    case 'begin':
    case 'rollback-to':
      return 'T';
    case 'commit':
    case 'rollback':
      return statement.chain ? 'T' : 'I';
    default:
      return null;
  }
}
