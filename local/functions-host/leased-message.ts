// A message while a function works on it: its lease is renewed until it is settled, that is deleted, given back to the
// queue, or put aside on the poison queue. Every renewal changes the pop receipt, so one object owns it.
import { setTimeout as delay } from 'node:timers/promises';
import type { DequeuedMessageItem, QueueClient } from '@azure/storage-queue';
import { describeError, type Log } from '../../shared/log';
import { isMissingQueue, isLostLease } from './queue-errors';

export interface LeaseOptions {
  readonly queue: QueueClient;
  /** Null for a queue that is itself one for poison: its messages stay. */
  readonly poisonQueue: QueueClient | null;
  /** How long a message stays invisible to others; renewed at half of it. */
  readonly leaseMs: number;
  readonly log: Log;
}

export interface LeasedMessage {
  readonly message: DequeuedMessageItem;
  remove(): Promise<void>;
  /** Others see the message again after so many ms. */
  giveBack(afterMs: number): Promise<void>;
  /** Copies it to the poison queue, then removes it; leaves it to its lease where there is none. */
  putAside(): Promise<void>;
}

export function leaseMessage(message: DequeuedMessageItem, options: LeaseOptions): LeasedMessage {
  const { queue, poisonQueue, leaseMs, log } = options;
  const settled = new AbortController();
  let popReceipt = message.popReceipt;
  const renewals = keepRenewing(settled.signal, leaseMs, async () => {
    try {
      const renewed = await queue.updateMessage(message.messageId, popReceipt, undefined, toSeconds(leaseMs));
      popReceipt = renewed.popReceipt ?? popReceipt;
    } catch (error) {
      log.warn('lease not renewed', { queue: queue.name, error: describeError(error) });
    }
  });

  const settle = async (act: () => Promise<unknown>): Promise<void> => {
    settled.abort();
    await renewals;
    try {
      await act();
    } catch (error) {
      // Someone else has the message by now, or its time was over: it is theirs to settle.
      if (!isLostLease(error)) throw error;
      log.warn('lease lost', { queue: queue.name, messageId: message.messageId });
    }
  };
  const remove = () => queue.deleteMessage(message.messageId, popReceipt);
  return {
    message,
    remove: () => settle(remove),
    giveBack: (afterMs) =>
      settle(() => queue.updateMessage(message.messageId, popReceipt, undefined, toSeconds(afterMs))),
    putAside: () =>
      settle(async () => {
        if (poisonQueue === null) return;
        await sendOrCreate(poisonQueue, message.messageText);
        await remove();
      }),
  };
}

/** Resolves when the signal says so, and no renewal is under way. */
async function keepRenewing(signal: AbortSignal, leaseMs: number, renew: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await delay(leaseMs / 2, undefined, { signal, ref: false }).catch(() => undefined);
    if (!signal.aborted) await renew();
  }
}

async function sendOrCreate(queue: QueueClient, text: string): Promise<void> {
  try {
    await queue.sendMessage(text);
  } catch (error) {
    if (!isMissingQueue(error)) throw error;
    await queue.createIfNotExists();
    await queue.sendMessage(text);
  }
}

/** Storage knows whole seconds only. */
function toSeconds(ms: number): number {
  return Math.ceil(ms / 1000);
}
