// Keeps a session's replies in the order of the client's messages, whoever answers: the engine or the gateway itself.
// What the gateway says while the engine still owes earlier answers waits for them.
import { MessageWriter } from '../protocol/backend-messages';

/** What the engine owes for one message that was forwarded to it. */
export interface Expected {
  /** Types of engine messages that end this answer, e.g. `CIsE` for Execute. */
  readonly last: string;
  /** Ends a group of the extended protocol (Sync) or is a whole Query: after an error, answers up to it are dropped. */
  readonly ends: boolean;
  /** Gets the engine's messages instead of the client. */
  readonly intercept?: (type: string, message: Buffer) => void;
  /**
   * Called when the answer is complete. `failed` where it was an ErrorResponse, or was dropped after one: the latest is
   * dropped first, so that each may take back what it did.
   */
  readonly done?: (failed: boolean) => void;
}

/** Replies that wait for the engine; beyond, it is asked to flush, and the client's next message waits. */
const MAX_ENTRIES = 4096;

interface Local {
  readonly local: (writer: MessageWriter) => void;
  readonly isTag: boolean;
}

type Entry = { readonly expected: Expected } | Local;

export class ReplyQueue {
  /** What is ready to go to the client. */
  readonly out = new MessageWriter();
  private entries: Entry[] = [];
  private waiters: (() => void)[] = [];
  private headFailed = false;
  /** Tags among the entries. */
  private tags = 0;

  /** `skip` is called when the engine refuses a message of the extended protocol whose Sync has not come yet. */
  constructor(private readonly skip: () => void) {}

  /** Says something itself, after all that the engine owes so far. */
  say(write: (writer: MessageWriter) => void): void {
    if (this.entries.length === 0) write(this.out);
    else this.entries.push({ local: write, isTag: false });
  }

  /** As say, of a write's tag: until it is written, `hasTags` tells of it. */
  sayTag(write: () => void): void {
    if (this.entries.length === 0) {
      write();
      return;
    }
    this.entries.push({ local: write, isTag: true });
    this.tags++;
  }

  /** True where a tag waits for the engine: it is promised, but held by no one yet. */
  get hasTags(): boolean {
    return this.tags > 0;
  }

  expect(expected: Expected): void {
    this.entries.push({ expected });
  }

  /** True where so much waits that the engine should be asked to answer. */
  get isLong(): boolean {
    return this.entries.length >= MAX_ENTRIES;
  }

  get isIdle(): boolean {
    return this.entries.length === 0;
  }

  /** Resolves when the engine owes nothing. */
  drained(): Promise<void> {
    if (this.isIdle) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push(resolve));
  }

  /** A message of the engine that answers the oldest expectation. */
  answer(type: string, message: Buffer): void {
    const head = this.entries[0];
    if (head === undefined || !('expected' in head)) {
      this.out.raw(message);
      return;
    }
    const { expected } = head;
    if (expected.intercept === undefined) this.out.raw(message);
    else expected.intercept(type, message);
    if (type === 'E' && !expected.ends) this.fail();
    else if (type === 'E') this.headFailed = true;
    else if (expected.last.includes(type)) {
      this.entries.shift();
      const failed = this.headFailed;
      this.headFailed = false;
      expected.done?.(failed);
    }
    this.settle();
  }

  /** The engine is gone: nothing more will be answered. */
  abandon(): void {
    const entries = this.entries;
    this.entries = [];
    this.tags = 0;
    for (const entry of entries.reverse()) if ('expected' in entry) entry.expected.done?.(true);
    this.settle();
  }

  /** After an error the engine skips to the next Sync: so do the replies that were promised before it. */
  private fail(): void {
    const end = this.entries.findIndex((entry) => 'expected' in entry && entry.expected.ends);
    const dropped = this.entries.splice(0, end < 0 ? this.entries.length : end);
    if (end < 0) this.skip();
    for (const entry of dropped) if ('local' in entry && entry.isTag) this.tags--;
    for (const entry of dropped.reverse()) if ('expected' in entry) entry.expected.done?.(true);
  }

  private settle(): void {
    while (this.entries[0] !== undefined && 'local' in this.entries[0]) {
      const { local, isTag } = this.entries.shift() as Local;
      if (isTag) this.tags--;
      local(this.out);
    }
    if (this.entries.length > 0) return;
    const waiters = this.waiters;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}
