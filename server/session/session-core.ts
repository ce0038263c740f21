// What both query protocols share: replies in order, the commit unit's end, errors, COPY.
//
// Inside an implicit transaction the replies to writes are held back until its end: CommandComplete means that CDF has
// the rows. Where CDF refuses them, the error stands in place of the first held CommandComplete.
import { describeError } from '../../shared/log';
import type { CopyInStatement, Statement } from '../sql/statement';
import { PostgresError } from '../postgres-error';
import type { MessageWriter } from '../protocol/backend-messages';
import { type CopyTaker, EngineCopy, skippedRows } from './copy-in';
import { EngineLink, EngineRefusal } from './engine-link';
import { GatewayWrites } from './gateway-writes';
import type { SessionEvents, SessionPorts } from './ports';
import { ReplyQueue } from './reply-queue';
import { Transaction } from './transaction';
import type { WriteContext } from './write-context';
import type { WritePlan } from './write-plan';

const NOTHING: Buffer = Buffer.alloc(0);
/** Held replies above this go out before their rows are written: a pipeline of so many writes without a Sync. */
const MAX_HELD_BYTES = 1024 * 1024;

export class SessionCore {
  readonly replies: ReplyQueue;
  readonly link: EngineLink;
  readonly transaction: Transaction;
  readonly writes: GatewayWrites;
  copy: CopyTaker | null = null;
  private abort = new AbortController();
  private holding = false;
  /** Where the first held reply to a write begins. */
  private heldFrom = -1;

  constructor(
    username: string,
    private readonly ports: SessionPorts,
    private readonly events: SessionEvents,
  ) {
    this.replies = new ReplyQueue(() => {
      this.link.isSkipping = true;
      events.skip();
    });
    this.link = new EngineLink(ports.openEngineSession, this.replies, events);
    this.transaction = new Transaction(username, ports);
    this.writes = new GatewayWrites(username, this.link, this.transaction);
  }

  /** The replies that may go out: those in front of the held ones. */
  takeReplies(): Buffer {
    const { out } = this.replies;
    if (out.length > MAX_HELD_BYTES) this.release();
    if (this.heldFrom < 0) return out.take();
    if (this.heldFrom === 0) return NOTHING;
    const all = out.take();
    out.raw(all.subarray(this.heldFrom));
    const ready = all.subarray(0, this.heldFrom);
    this.heldFrom = 0;
    return ready;
  }

  /** True where an implicit transaction is open that has written rows, or has said so. */
  get isInTransaction(): boolean {
    return this.heldFrom >= 0 || (this.link.status === 'I' && this.transaction.hasRows);
  }

  /** From here on replies to writes wait for the end of the implicit transaction. */
  hold(): void {
    this.holding = this.link.status === 'I';
  }

  release(): void {
    this.heldFrom = -1;
  }

  private complete(tag: string): void {
    this.replies.say((writer) => {
      if (this.holding && this.heldFrom < 0) this.heldFrom = writer.length;
      writer.commandComplete(tag);
    });
  }

  ready(): void {
    this.release();
    this.replies.say((writer) => writer.readyForQuery(this.link.status));
  }

  startStatement(): void {
    this.transaction.open().startStatement();
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
    const timeout = this.timeout(context);
    try {
      await this.transaction.commit({
        ack: context.ack,
        onError: context.onError,
        signal: this.abort.signal,
        notice: (severity, message, detail) => this.notice(severity, message, detail),
      });
    } catch (error) {
      // The rows are not there: the error stands where the first held tag would have.
      this.dropHeld();
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
        if (link.status === 'E') transaction.discard();
        await this.commitBlock();
        return run();
      case 'rollback':
        transaction.discard();
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
    const refusal = this.asPostgresError(error);
    if (refusal.severity === 'FATAL') throw refusal;
    // As PostgreSQL: the tags of the earlier statements are said, though the error undoes them.
    this.release();
    // Said before the engine is made to fail: what is promised after that failure is dropped up to Sync.
    this.replies.say((writer) => writer.errorResponse(refusal));
    await this.refused();
  }

  /** The unit's part of a failure: outside a block it is over, inside it waits for ROLLBACK (perhaps to a savepoint). */
  async refused(): Promise<void> {
    if (this.link.status === 'I') this.transaction.discard();
    await this.link.fail();
  }

  /** A message is taken: a cancel request that came before is none of its. */
  begin(): void {
    if (this.abort.signal.aborted) this.abort = new AbortController();
  }

  /** A write has its rows: says so, where uploads are behind after waiting for them. Throws where one failed, or 57014. */
  finish(tag: string): Promise<void> | undefined {
    if (this.transaction.isBehind) return this.catchUp().then(() => this.complete(tag));
    this.complete(tag);
    return undefined;
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
    if (error instanceof PostgresError) {
      if (error.details.cause !== undefined)
        this.ports.log.error('statement-failed', {
          code: error.code,
          cause: describeError(error.details.cause),
        });
      return error;
    }
    const id = Math.random().toString(36).slice(2, 10);
    const stack = error instanceof Error ? (error.stack ?? '').slice(0, 2000) : '';
    this.ports.log.error('internal-error', { id, error: describeError(error), stack });
    return new PostgresError('internal_error', `internal error ${id}`, {
      hint: "The server's log has the cause under this id.",
    });
  }

  notice(severity: 'NOTICE' | 'WARNING', message: string, detail?: string): void {
    const details = { severity, ...(detail === undefined ? {} : { detail }) };
    const notice = new PostgresError(
      severity === 'WARNING' ? { code: '01000' } : 'successful_completion',
      message,
      details,
    );
    this.replies.say((writer) => this.sayBeforeHeld(writer, notice));
    this.events.answered();
  }

  /** A notice is for now, whatever is held back: nobody would hear how long a wait is that is over. */
  private sayBeforeHeld(writer: MessageWriter, notice: PostgresError): void {
    const at = this.heldFrom < 0 ? writer.length : this.heldFrom;
    const said = writer.take();
    writer.raw(said.subarray(0, at));
    writer.noticeResponse(notice);
    if (this.heldFrom >= 0) this.heldFrom = writer.length;
    writer.raw(said.subarray(at));
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

  private timeout(context: WriteContext): NodeJS.Timeout | undefined {
    if (context.statementTimeoutMs === 0) return undefined;
    const error = new PostgresError('query_canceled', 'canceling statement due to statement timeout');
    return setTimeout(() => this.abort.abort(error), context.statementTimeoutMs);
  }

  private dropHeld(): void {
    if (this.heldFrom >= 0) this.replies.out.truncate(this.heldFrom);
    this.release();
  }
}
