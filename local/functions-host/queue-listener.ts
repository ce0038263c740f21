// Polls one queue for one function, with the rules of the Functions host: how many messages are fetched and run at once,
// how pauses grow on an empty queue, when a message is tried again and when it is put aside.
import { setTimeout as delay } from 'node:timers/promises';
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { describeError, type Log } from '../../shared/log';
import type { QueueSettings } from './host-json';
import { leaseMessage, type LeasedMessage } from './leased-message';
import { isMissingQueue } from './queue-errors';
import { decodeBody } from './queue-message';

/** Runs the function; rejects where the message must come again. */
export type RunMessage = (body: string, message: DequeuedMessageItem) => Promise<void>;

export interface QueueListenerOptions {
  readonly queue: QueueClient;
  readonly poisonQueue: QueueClient | null;
  readonly settings: QueueSettings;
  readonly run: RunMessage;
  readonly log: Log;
  /** How long a fetched message is kept from others between two renewals. */
  readonly leaseMs?: number;
}

export interface QueueListener {
  /**
   * Fetches no more; resolves when all that was fetched is settled. What a function has not finished after `graceMs` is
   * given back at once.
   */
  stop(graceMs: number): Promise<void>;
}

/** The host's own; a message whose host died comes back after it. */
export const DEFAULT_LEASE_MS = 10 * 60 * 1000;
/** The pause after the first look at an empty queue; doubled with each further one. */
const MIN_POLLING_INTERVAL_MS = 100;
/** The pause after a look that failed: storage is away, or starting. */
const FAILED_POLL_PAUSE_MS = 1_000;
/** Messages whose function is done but which are not yet settled; above it nothing is fetched. */
const MAX_SETTLING = 32;

export function listenToQueue(options: QueueListenerOptions): QueueListener {
  const listener = new Listener(options);
  const polling = listener.poll();
  return { stop: (graceMs) => listener.stop(graceMs, polling) };
}

class Listener {
  private readonly stopping = new AbortController();
  private readonly leases = new Set<LeasedMessage>();
  private readonly givenUp = new Set<LeasedMessage>();
  private readonly tasks = new Set<Promise<void>>();
  private readonly maxPauseMs: number;
  private running = 0;
  private changed = signalOnce();

  constructor(private readonly options: QueueListenerOptions) {
    this.maxPauseMs = Math.max(MIN_POLLING_INTERVAL_MS, options.settings.maxPollingIntervalMs);
  }

  async poll(): Promise<void> {
    let pauseMs = MIN_POLLING_INTERVAL_MS;
    while (!this.stopping.signal.aborted) {
      const messages = await this.fetch();
      for (const message of messages ?? []) this.start(message);
      if (messages !== null && messages.length > 0) {
        pauseMs = MIN_POLLING_INTERVAL_MS;
        await this.waitForRoom();
      } else {
        await this.pause(messages === null ? FAILED_POLL_PAUSE_MS : pauseMs);
        pauseMs = Math.min(pauseMs * 2, this.maxPauseMs);
      }
    }
  }

  async stop(graceMs: number, polling: Promise<void>): Promise<void> {
    this.stopping.abort();
    this.notify();
    await polling;
    const grace = new AbortController();
    const graceOver = delay(graceMs, undefined, { signal: grace.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.tasks), graceOver]);
    grace.abort();
    await Promise.all([...this.leases].map((lease) => this.giveUp(lease)));
  }

  /** A queue that does not exist counts as empty; null where storage did not answer. */
  private async fetch(): Promise<readonly DequeuedMessageItem[] | null> {
    const { queue, settings, leaseMs = DEFAULT_LEASE_MS, log } = this.options;
    try {
      const { receivedMessageItems } = await queue.receiveMessages({
        numberOfMessages: settings.batchSize,
        visibilityTimeout: Math.ceil(leaseMs / 1000),
      });
      return receivedMessageItems;
    } catch (error) {
      if (isMissingQueue(error)) return [];
      log.warn('queue does not answer', { queue: queue.name, error: describeError(error) });
      return null;
    }
  }

  private start(message: DequeuedMessageItem): void {
    const { queue, poisonQueue, leaseMs = DEFAULT_LEASE_MS, log } = this.options;
    const lease = leaseMessage(message, { queue, poisonQueue, leaseMs, log });
    this.leases.add(lease);
    const task = this.runAndSettle(lease)
      .catch((error: unknown) =>
        log.error('message not settled', { queue: queue.name, error: describeError(error) }),
      )
      .finally(() => {
        this.leases.delete(lease);
        this.tasks.delete(task);
        this.notify();
      });
    this.tasks.add(task);
  }

  private async runAndSettle(lease: LeasedMessage): Promise<void> {
    const { settings, poisonQueue, log, queue } = this.options;
    const { messageText, dequeueCount, messageId } = lease.message;
    const body = decodeBody(messageText, settings.messageEncoding);
    const wornOut = poisonQueue !== null && dequeueCount > settings.maxDequeueCount;
    if (body === null || wornOut) {
      log.error('message put aside', { queue: queue.name, messageId, dequeueCount, decoded: body !== null });
      return lease.putAside();
    }
    const succeeded = await this.invoke(body, lease.message);
    if (this.givenUp.has(lease)) return;
    if (succeeded) return lease.remove();
    if (dequeueCount < settings.maxDequeueCount) return lease.giveBack(settings.visibilityTimeoutMs);
    return lease.putAside();
  }

  private async invoke(body: string, message: DequeuedMessageItem): Promise<boolean> {
    const { run, queue, log } = this.options;
    const { messageId, dequeueCount } = message;
    this.running += 1;
    try {
      await run(body, message);
      return true;
    } catch (error) {
      log.error('function failed', {
        queue: queue.name,
        messageId,
        dequeueCount,
        error: describeError(error),
      });
      return false;
    } finally {
      this.running -= 1;
      this.notify();
    }
  }

  /** Deletes need not be awaited before the next fetch, but they must not pile up either. */
  private async waitForRoom(): Promise<void> {
    const { newBatchThreshold } = this.options.settings;
    while (
      !this.stopping.signal.aborted &&
      (this.running > newBatchThreshold || this.tasks.size - this.running > MAX_SETTLING)
    )
      await this.changed.promise;
  }

  private async pause(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private async giveUp(lease: LeasedMessage): Promise<void> {
    this.givenUp.add(lease);
    const { queue, log } = this.options;
    try {
      await lease.giveBack(0);
      log.warn('message given back', { queue: queue.name, messageId: lease.message.messageId });
    } catch (error) {
      log.warn('message not given back', { queue: queue.name, error: describeError(error) });
    }
  }

  private notify(): void {
    this.changed.resolve();
    this.changed = signalOnce();
  }
}

function signalOnce(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
