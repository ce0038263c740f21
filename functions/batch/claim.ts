// Keeps twins apart: a queue message may come twice, and a delete that its twin sends after the outcome would take rows
// that were written since. A batch that deletes is claimed before its first request; who finds it claimed waits.
import { randomUUID } from 'node:crypto';
import type { Batch } from '../../shared/batch';
import { batchId } from '../../shared/batch';
import type { Claim } from '../../shared/progress';
import type { Clock } from '../cdf/retry';
import type { OutcomeBell } from './outcome-bell';

export interface ClaimStore {
  findClaim(batch: Batch): Promise<FoundClaim | null>;
  /** In place of `found`; null: where there is none. False: someone was faster. */
  saveClaim(batch: Batch, claim: Claim, found: FoundClaim | null): Promise<boolean>;
  /** Of this id, or any. */
  removeClaim(batch: Batch, id?: string): Promise<void>;
}

interface FoundClaim {
  readonly claim: Claim;
  readonly etag: string;
}

export interface ClaimPorts {
  readonly store: ClaimStore;
  readonly hasOutcome: (unit: string, number: number) => Promise<boolean>;
  readonly bell: OutcomeBell;
  readonly clock: Clock;
}

/** A delivery's right to write its batch. */
export interface HeldClaim {
  /** Rejects with ClaimLostError where another delivery has taken it over. */
  check(): Promise<void>;
  /** The delivery ends without an outcome and sends nothing any more. */
  release(): Promise<void>;
}

/** Another delivery writes the batch: nothing more may be sent or recorded by this one. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
}

/** functionTimeout (10 min) and what clocks of two hosts may differ: no claimer lives as long. */
export const MAX_CLAIM_MS = 12 * 60_000;
/** A waiting delivery holds a place that others could use: after this it goes back to the queue. */
const MAX_WAIT_MS = 10_000;
const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 500;

/** Inserts and updates need none: what they repeat is an upsert, or kept apart by its progress. */
export const NO_CLAIM: HeldClaim = { check: () => Promise.resolve(), release: () => Promise.resolve() };

export function isClaimed({ write }: Batch): boolean {
  return write === 'delete' || write === 'truncate';
}

/** What the queue says of the message in hand. */
export interface Delivered {
  /** Id of the message; undefined: any delivery counts as a copy. */
  readonly message: string | undefined;
  readonly delivery: number;
}

/** `done`: there is an outcome by now. `later`: another delivery is at it. */
export async function takeClaim(
  batch: Batch,
  { message = randomUUID(), delivery }: Delivered,
  ports: ClaimPorts,
): Promise<HeldClaim | 'done' | 'later'> {
  const { store, clock } = ports;
  const id = randomUUID();
  const ear = ports.bell.listen([batchId(batch)]);
  const deadline = clock.now() + MAX_WAIT_MS;
  try {
    for (let poll = FIRST_POLL_MS; ; poll = Math.min(LAST_POLL_MS, poll * 2)) {
      const rung = ear.next();
      const mine = { id, message, delivery, claimedTime: clock.now() };
      const isMine = await claimOnce(batch, mine, store);
      // After the claim: whoever recorded an outcome did so before giving up its own.
      if (await ports.hasOutcome(batch.unit, batch.number)) return 'done';
      if (isMine) return held(batch, id, store);
      if (clock.now() >= deadline) return 'later';
      await Promise.race([clock.sleep(poll), rung]);
    }
  } finally {
    ear.close();
  }
}

async function claimOnce(batch: Batch, mine: Claim, store: ClaimStore): Promise<boolean> {
  if (await store.saveClaim(batch, mine, null)) return true;
  const found = await store.findClaim(batch);
  return found !== null && mayTakeOver(mine, found.claim) && (await store.saveClaim(batch, mine, found));
}

/** The queue delivers a message again only when the lease of its last delivery has ended: that one is dead. */
function mayTakeOver(mine: Claim, other: Claim): boolean {
  const isRedelivery = mine.message === other.message && mine.delivery > other.delivery;
  return isRedelivery || mine.claimedTime - other.claimedTime > MAX_CLAIM_MS;
}

function held(batch: Batch, id: string, store: ClaimStore): HeldClaim {
  return {
    check: async () => {
      const found = await store.findClaim(batch);
      if (found?.claim.id !== id) throw new ClaimLostError('another delivery of the batch has taken it over');
    },
    release: () => store.removeClaim(batch, id),
  };
}
