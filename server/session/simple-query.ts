// The simple query protocol: one text, one or several statements, one implicit transaction.
import { type Frame, messageBytes } from '../protocol/frame-reader';
import { decodeQuery } from '../protocol/frontend-messages';
import { splitStatements } from '../sql/split';
import { readStatement, type Statement } from '../sql/statement';
import type { PreparedStatements } from './prepared';
import { EngineRefusal } from './engine-link';
import { countedInsert } from './held-replies';
import { runKeyed } from './keyed-writes';
import { commandOf, isRowWrite } from './row-write';
import type { SessionCore } from './session-core';
import { isDdl, runDdl } from './session-ddl';
import { truncate } from './truncation';
import { planColumns, planInsert } from './write-plan';

interface Part {
  readonly text: Buffer;
  readonly start: number;
  readonly end: number;
  readonly statement: Statement;
}

/** Statements that matter to the commit unit though the engine answers them. */
const CONTROLS = new Set<Statement['kind']>(['commit', 'rollback', 'savepoint', 'release', 'rollback-to']);

export class SimpleQuery {
  constructor(
    private readonly core: SessionCore,
    private readonly prepared: PreparedStatements,
  ) {}

  /**
   * A Query message; a promise where something has to be waited for. In the middle of a group of the extended protocol
   * it waits for the group's answers: if one of its messages is refused, the Query is skipped with the rest of them.
   */
  take(frame: Frame, group: { readonly skipping: boolean }): Promise<void> | undefined {
    const { buffer, start, end } = decodeQuery(frame);
    const message = messageBytes(frame);
    const receive = () => this.receive(message, buffer.subarray(start, end));
    const { link } = this.core;
    if (!link.unsynced) return receive();
    return link.drained().then(() => (group.skipping ? undefined : receive()));
  }

  private receive(message: Buffer, text: Buffer): Promise<void> | undefined {
    this.prepared.forgetUnnamed();
    const parts = splitStatements(text, 0, text.length).map((range): Part => ({
      ...range,
      text,
      statement: readStatement(text, range.start, range.end),
    }));
    for (const part of parts) this.prepared.prune(part.statement);
    const fresh = this.core.before.look(parts);
    return fresh === undefined
      ? this.go(message, text, parts)
      : fresh.then(() => this.go(message, text, parts));
  }

  private go(message: Buffer, text: Buffer, parts: readonly Part[]): Promise<void> | undefined {
    if (this.core.isInTransaction || parts.some((part) => this.concernsUs(part.statement)))
      return this.run(text, parts);
    return this.core.forwardQuery(message);
  }

  private concernsUs(statement: Statement): boolean {
    const { writes } = this.core;
    if (isRowWrite(statement)) return writes.mayBeTarget(statement.target);
    if (statement.kind === 'truncate') return statement.targets.some((name) => writes.mayBeTarget(name));
    if (isDdl(statement)) return this.core.ddl?.mayConcern(statement) ?? false;
    return CONTROLS.has(statement.kind);
  }

  private async run(text: Buffer, parts: readonly Part[]): Promise<void> {
    const { core } = this;
    await core.link.drained();
    core.hold();
    try {
      for (let i = 0; i < parts.length;) {
        const part = parts[i]!;
        if (await this.own(text, part)) {
          i++;
          continue;
        }
        const next = parts.findIndex((later, j) => j > i && this.concernsUs(later.statement));
        const last = parts[(next < 0 ? parts.length : next) - 1]!;
        await core.relayQuery(text.subarray(part.start, last.end));
        i = parts.indexOf(last) + 1;
      }
      if (parts.length === 0) await core.relayQuery(text);
      if (core.link.status === 'I') await core.commit();
    } catch (error) {
      if (!(error instanceof EngineRefusal)) await core.refuse(error);
      else await core.refused();
    }
    core.ready();
  }

  /** Runs a statement that is the gateway's; false where the engine has to. */
  private async own(text: Buffer, part: Part): Promise<boolean> {
    const { core } = this;
    const { statement } = part;
    if (CONTROLS.has(statement.kind)) {
      await core.control(statement, () => core.relayQuery(text.subarray(part.start, part.end)));
      return true;
    }
    if (core.link.status === 'E') return false;
    if (statement.kind === 'truncate') return truncate(core, statement);
    if (isDdl(statement)) return runDdl(core, statement, text);
    if (!isRowWrite(statement)) return false;
    const target = await core.writes.target(statement.target);
    if (target === null) return false;
    core.writes.admit(target, commandOf(statement.kind));
    core.startStatement();
    if (statement.kind === 'insert') {
      const source = { text, start: part.start, statement };
      const plan = planInsert(target.table, statement, text);
      const rows = await core.writes.insert(source, plan, target.context);
      await core.finish(`INSERT 0 ${rows}`, countedInsert(rows, core.transaction.open(), plan));
    } else if (statement.kind === 'copy-in') {
      const columns = planColumns(target.table, statement.columns);
      const plan = { table: target.table, columns, onConflict: { action: 'update' } } as const;
      await core.finish(`COPY ${await core.copyIn(statement, plan, target.context)}`);
    } else {
      const source = { text, statement, whole: text.subarray(part.start, part.end) };
      await core.finishKeyed(await runKeyed(core, target.table, source, target.context));
    }
    return true;
  }
}
