// What both query protocols share: replies in order, the commit unit's end, errors, COPY.
//
// Inside an implicit transaction the replies to writes are held back until its end: CommandComplete means that CDF has
// the rows. Where CDF refuses them, the error stands in place of the first held CommandComplete.
import { describeError } from '../../shared/log';
import type { Table } from '../../shared/tables/table';
import type { CopyInStatement, Statement } from '../sql/statement';
import { PostgresError } from '../postgres-error';
import { asPostgresError } from './as-postgres-error';
import { BeforeStatement } from './before-statement';
import { type CopyTaker, EngineCopy, skippedRows } from './copy-in';
import { EngineLink, EngineRefusal } from './engine-link';
import { GatewayWrites } from './gateway-writes';
import { rollbackWarning, withHandedOver } from './handed-over';
import { type Counted, HeldReplies, offByRows } from './held-replies';
import type { SessionEvents, SessionPorts } from './ports';
import { ReplyQueue } from './reply-queue';
import { createTableDdl } from './session-ddl';
import type { TableDdl } from './table-ddl';
import { startTimeout } from './statement-timeout';
import { Transaction } from './transaction';
import type { WriteContext } from './write-context';
import type { WritePlan } from './write-plan';

/** Held replies above this go out before their rows are written: a pipeline of so many writes without a Sync. */
const MAX_HELD_BYTES = 1024 * 1024;

const NOTICE_CODES = { NOTICE: '00000', WARNING: '01000' } as const;

export class SessionCore {
  readonly replies: ReplyQueue;
  readonly link: EngineLink;
  readonly transaction: Transaction;
  readonly writes: GatewayWrites;
  readonly before: BeforeStatement;
  readonly ddl: TableDdl | null;
  copy: CopyTaker | null = null;
  private abort = new AbortController();
  private readonly held: HeldReplies;

  constructor(
    username: string,
    private readonly ports: SessionPorts,
    private readonly events: SessionEvents,
  ) {
    this.replies = new ReplyQueue(() => {
      this.link.isSkipping = true;
      events.skip();
    });
    this.held = new HeldReplies(this.replies.out);
    this.link = new EngineLink(ports.openEngineSession, this.replies, events);
    this.transaction = new Transaction(username, ports);
    this.writes = new GatewayWrites(username, this.link, this.transaction, {
      tables: ports.tables,
      checkAccess: (table) => this.checkAccess(username, table),
    });
    this.before = new BeforeStatement(ports);
    this.ddl = createTableDdl(username, this, ports);
  }

  private checkAccess(username: string, table: Table): Promise<void> | undefined {
    const { access } = this.ports;
    if (access === undefined || access.isKnown(username, table)) return undefined;
    return access.check(username, table, this.abort.signal);
  }

  /** The replies that may go out: those in front of the held ones. */
  takeReplies(): Buffer {
    if (this.replies.out.length > MAX_HELD_BYTES) this.release();
    return this.held.take();
  }

  /** True where an implicit transaction is open that has written rows, or has said so, or will say so once the engine has answered. */
  get isInTransaction(): boolean {
    const { link, transaction, replies } = this;
    return !this.held.isEmpty || (link.status === 'I' && (transaction.hasRows || replies.hasTags));
  }

  /** From here on replies to writes wait for the end of the implicit transaction. */
  hold(): void {
    this.held.hold(this.link.status === 'I');
  }

  release(): void {
    this.held.release();
  }

  private complete(tag: string, counted: Counted | null): void {
    this.replies.sayTag(() => this.held.complete(tag, counted));
  }

  ready(): void {
    this.release();
    this.replies.say((writer) => writer.readyForQuery(this.link.status));
  }

  startStatement(): void {
    this.transaction.open(this.writes.context?.handover).startStatement();
    this.transaction.trace.startStatement(this.writes.table);
    if (this.writes.warning !== null) this.notice('WARNING', this.writes.warning);
  }

  /** Forwards a whole Query; its answer goes to the client as it comes. A promise where the engine has to be opened. */
  forwardQuery(message: Buffer): Promise<void> | undefined {
    this.writes.forget();
    if (!this.link.isOpen) return this.link.open().then(() => void this.forwardQuery(message));
    this.link.forward(message, { last: 'Z', ends: true });
    return undefined;
  }

  /** Runs part of a Query in the engine; its answer goes to the client without ReadyForQuery. */
  async relayQuery(text: Buffer): Promise<void> {
    this.writes.forget();
    const relay = (type: string, message: Buffer) => {
      if (type !== 'Z') this.replies.out.raw(message);
      this.followCopy(type);
    };
    if (await this.link.query(text, relay)) throw new EngineRefusal();
  }

  /** The engine may ask for the data of a COPY into a table of the session's own. */
  private followCopy(type: string): void {
    if (type === 'G') {
      this.copy = new EngineCopy((bytes) => this.link.pass(bytes));
      this.release();
      this.events.copying();
    } else if (type === 'C' || type === 'E') this.copy = null;
  }

  /** Ends the unit. The link's status tells nothing here: the caller knows that the transaction ends. */
  async commit(): Promise<void> {
    if (!this.transaction.hasRows) {
      this.transaction.discard();
      return;
    }
    const context = this.writes.context!;
    const timeout = startTimeout(context, this.abort);
    try {
      await this.transaction.commit({
        ack: context.ack,
        onError: context.onError,
        signal: this.abort.signal,
        affected: (rows) => this.correct(rows),
        notice: (severity, message, detail) => this.notice(severity, message, detail),
      });
    } catch (error) {
      // The rows are not there: the error stands where the first held tag would have.
      this.held.drop();
      throw error;
    } finally {
      clearTimeout(timeout);
    }
    // What comes after the unit may fail without making untrue what was said of it.
    this.release();
  }

  /** Does to the unit what a transaction statement means; `run` lets the engine do its part. */
  async control(statement: Statement, run: () => Promise<void>): Promise<void> {
    const { transaction, link } = this;
    switch (statement.kind) {
      case 'commit':
        if (link.status === 'E') await this.forgetUnit();
        await this.commitBlock();
        return run();
      case 'rollback':
        await this.forgetUnit();
        this.release();
        return run();
      case 'savepoint':
        await run();
        return transaction.savepoint(statement.name);
      case 'release':
        await run();
        return transaction.release(statement.name);
      case 'rollback-to':
        await run();
        return transaction.rollbackTo(statement.name);
      default:
        return run();
    }
  }

  async copyIn(statement: CopyInStatement, plan: WritePlan, context: WriteContext): Promise<number> {
    const { options } = statement;
    if (options instanceof PostgresError) throw options;
    const copy = this.writes.copy(options, plan, context);
    const format = options.format === 'binary' ? 1 : 0;
    this.replies.say((writer) => writer.copyInResponse(format, plan.columns.length));
    this.copy = copy;
    // Most clients send nothing before they have read CopyInResponse: nothing may be held back now.
    this.release();
    this.link.flush();
    this.events.copying();
    try {
      const rows = await copy.finished;
      const skipped = copy.skipped();
      if (skipped > 0) this.notice('NOTICE', skippedRows(skipped));
      return rows;
    } finally {
      this.copy = null;
    }
  }

  /** A statement failed: says so, and leaves the transaction as PostgreSQL would. Throws what ends the session. */
  async refuse(error: unknown): Promise<void> {
    let refusal = this.asPostgresError(error);
    this.transaction.trace.failStatement(refusal.code);
    if (refusal.severity === 'FATAL') throw refusal;
    const halting = this.transaction.halt();
    if (halting !== undefined) refusal = withHandedOver(refusal, await halting);
    // As PostgreSQL: the tags of the earlier statements are said, though the error undoes them.
    this.release();
    // Said before the engine is made to fail: what is promised after that failure is dropped up to Sync.
    this.replies.say((writer) => writer.errorResponse(refusal));
    if (this.link.status === 'I') this.transaction.discard();
    await this.link.fail();
  }

  /** The unit's part of a failure of the engine's: outside a block it is over, inside it waits for ROLLBACK (perhaps to a savepoint). */
  async refused(): Promise<void> {
    const halting = this.link.status === 'I' ? this.forgetUnit() : this.transaction.halt();
    if (halting !== undefined) await halting;
    await this.link.fail();
  }

  /** What is handed over already (sluice.handover = 'early') stays, and is warned of. A promise where there may be some. */
  forgetUnit(): Promise<void> | undefined {
    const halting = this.transaction.halt();
    if (halting === undefined) return void this.transaction.discard();
    return halting.then((stays) => {
      this.transaction.discard();
      if (stays !== null) this.notice('WARNING', rollbackWarning(stays));
    });
  }

  /** A message is taken: a cancel request that came before is none of its. */
  begin(): void {
    if (this.abort.signal.aborted) this.abort = new AbortController();
  }

  /** A write has its rows: says so, where uploads are behind after waiting for them. Throws where one failed, or 57014. */
  finish(tag: string, counted: Counted | null = null): Promise<void> | undefined {
    this.transaction.trace.finishStatement(tag);
    if (this.transaction.isBehind) return this.catchUp().then(() => this.complete(tag, counted));
    this.complete(tag, counted);
    return undefined;
  }

  /** As finish: the tag counts the rows that the statement names, until CDF has told how many it had. */
  finishKeyed(counted: Counted): Promise<void> | undefined {
    return this.finish(`${counted.verb} ${counted.rows}`, counted);
  }

  private async catchUp(): Promise<void> {
    await this.transaction.catchUp();
    this.abort.signal.throwIfAborted();
  }

  cancel(): void {
    const error = new PostgresError('query_canceled', 'canceling statement due to user request');
    this.abort.abort(error);
    this.copy?.fail(error);
    this.link.cancel().catch((failure: unknown) => {
      this.ports.log.warn('cancel-failed', { error: describeError(failure) });
    });
  }

  asPostgresError(error: unknown): PostgresError {
    return asPostgresError(error, this.ports.log);
  }

  notice(severity: 'NOTICE' | 'WARNING', message: string, detail?: string, code?: string): void {
    const details = { severity, ...(detail === undefined ? {} : { detail }) };
    const notice = new PostgresError({ code: code ?? NOTICE_CODES[severity] }, message, details);
    this.replies.say(() => this.held.sayBefore((writer) => writer.noticeResponse(notice)));
    this.events.answered();
  }

  /** Tags that are held are put right; of those that were said before COMMIT a NOTICE tells how far they were off. */
  private correct(affected: ReadonlyMap<number, number>): void {
    let off = -this.held.correct(affected);
    for (const count of affected.values()) off += count - 1;
    if (off !== 0) this.notice('NOTICE', offByRows(off));
  }

  /** COMMIT: CDF first, because its part cannot be undone by the engine's failing; where CDF refuses, the block is rolled back. */
  private async commitBlock(): Promise<void> {
    try {
      await this.commit();
    } catch (error) {
      await this.link.query('ROLLBACK');
      this.writes.forget();
      throw error;
    }
  }
}
