// A batch is written after those that it names: what keeps the writes to one key in order although functions run side by
// side and messages come twice.
import type { Batch } from '../../shared/batch';
import { parseBatchId } from '../../shared/batch';
import type { Clock } from '../cdf/retry';
import { predecessorMissing } from './failure';
import type { Ear, OutcomeBell } from './outcome-bell';

/** An outcome, whatever it says, means that the batch is done with. */
type HasOutcome = (unit: string, number: number) => Promise<boolean>;

export interface TurnPorts {
  readonly hasOutcome: HasOutcome;
  readonly bell: OutcomeBell;
  readonly clock: Clock;
}

const FIRST_POLL_MS = 20;
const LAST_POLL_MS = 500;
/** A waiting batch holds a place that others could use: after this it goes back to the queue. */
const MAX_WAIT_MS = 10_000;
/** A predecessor that is not written after so long is lost: its own deliveries take less. */
const MAX_TURN_MS = 60 * 60_000;

/** False: not yet. Rejects with BatchFailedError where a predecessor is lost. */
export async function awaitTurn(batch: Batch, ports: TurnPorts): Promise<boolean> {
  if (batch.after.length === 0) return true;
  const ear = ports.bell.listen(batch.after);
  try {
    return await lookUntilDone(batch, ports, ear);
  } finally {
    ear.close();
  }
}

async function lookUntilDone(batch: Batch, { hasOutcome, clock }: TurnPorts, ear: Ear): Promise<boolean> {
  const deadline = clock.now() + MAX_WAIT_MS;
  let waiting = batch.after;
  for (let poll = FIRST_POLL_MS; ; poll = Math.min(LAST_POLL_MS, poll * 2)) {
    // Before the look, so that a ring while it is under way is not missed.
    const rung = ear.next();
    waiting = await withoutOutcome(waiting, hasOutcome);
    const [first] = waiting;
    if (first === undefined) return true;
    if (clock.now() >= deadline) {
      if (clock.now() - (batch.waitingSince ?? clock.now()) > MAX_TURN_MS) throw predecessorMissing(first);
      return false;
    }
    await Promise.race([clock.sleep(poll), rung]);
  }
}

async function withoutOutcome(ids: readonly string[], hasOutcome: HasOutcome): Promise<string[]> {
  const done = await Promise.all(
    ids.map((id) => {
      const { unit, number } = parseBatchId(id);
      return hasOutcome(unit, number);
    }),
  );
  return ids.filter((_, i) => done[i] !== true);
}
