import type { Batch } from '../../shared/batch';
import type { Outcome } from '../../shared/outcome';
import type { PlannedBatch } from './commit-unit';
import { EarlyHandover } from './early-handover';
import { Handover, type HandoverOptions, type HandoverPorts } from './handover';

const UNIT = '6f9c1c1e-0000-4000-8000-000000000000';

function planned(number: number): PlannedBatch & { staged: NonNullable<PlannedBatch['staged']> } {
  return {
    ...{ number, after: [], isSent: false, isQueued: false },
    staged: {
      ...{ version: 1, unit: UNIT, number, username: 'ada', table: 'events', columns: ['type'] },
      ...{ onConflict: { action: 'update' }, rows: 1, contentType: 'application/json', bodyBytes: 1 },
      payload: { place: 'message', base64: '' },
    },
  };
}

/** A unit to which the test adds batches, a queue and outcomes in memory, and waits that end when the test says so. */
function aUnit(with_: Partial<HandoverPorts> = {}) {
  const batches: PlannedBatch[] = [];
  const queued: number[] = [];
  const outcomes: Outcome[] = [];
  const waits: (() => void)[] = [];
  let settled = Infinity;
  const ports: HandoverPorts = {
    enqueue: ({ number }) => Promise.resolve(void queued.push(number)),
    outcomesOf: (_unit, from) => Promise.resolve(outcomes.filter(({ number }) => number >= from)),
    now: () => 0,
    sleep: (_ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) resolve();
        waits.push(resolve);
        signal.addEventListener('abort', () => resolve());
      }),
    ...with_,
  };
  const early = new EarlyHandover(new Handover(UNIT, () => batches, ports), {
    settled: () => Math.min(settled, batches.length),
    queued: () => undefined,
  });
  /** Stages batches; those named in `later` are cut only. */
  const stage = (count: number, later: readonly number[] = []) => {
    for (let i = 0; i < count; i++) {
      const batch: PlannedBatch = planned(batches.length + 1);
      if (later.includes(batch.number)) batch.staged = null;
      batches.push(batch);
      early.advance();
    }
  };
  const done = (...numbers: number[]) =>
    numbers.forEach((number) => outcomes.push({ unit: UNIT, number, written: 1, refused: 0, errors: [] }));
  /** Whatever can happen without the test has happened. */
  const quiet = () => new Promise((resolve) => setImmediate(resolve));
  const settleAt = (count: number) => void (settled = count);
  return { batches, early, queued, waits, stage, done, quiet, settleAt };
}

const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

const options = (ack: 'written' | 'queued' = 'written'): HandoverOptions => ({
  ack,
  signal: new AbortController().signal,
  notice: () => undefined,
});

describe('an early hand-over', () => {
  it('queues a batch when it is staged, and none before the one in front of it', async () => {
    const { stage, queued, quiet, batches, early } = aUnit();

    stage(3, [2]);
    await quiet();
    expect(queued).toEqual([1]);

    batches[1]!.staged = planned(2).staged;
    early.advance();
    await quiet();
    expect(queued).toEqual([1, 2, 3]);
    expect(batches.every(({ isSent, isQueued }) => isSent && isQueued)).toBe(true);
  });

  it('has so many in flight and no more: what is written makes room', async () => {
    const { stage, queued, quiet, waits, done } = aUnit();

    stage(20);
    await quiet();
    expect(queued).toEqual(numbers(1, 16));

    done(1, 2, 3);
    waits.shift()!();
    await quiet();
    expect(queued).toEqual(numbers(1, 19));
  });

  it('asks for no outcome while there is nothing to queue', async () => {
    const { stage, quiet, waits } = aUnit();

    stage(16);
    await quiet();

    expect(waits).toEqual([]);
  });

  it('leaves alone what a mark can take back, until the mark is gone', async () => {
    const { stage, queued, quiet, settleAt, early } = aUnit();
    settleAt(2);

    stage(4);
    await quiet();
    expect(queued).toEqual([1, 2]);

    settleAt(Infinity);
    early.advance();
    await quiet();
    expect(queued).toEqual([1, 2, 3, 4]);
  });

  it('paused, waits for what is on its way to the queue, and queues no more', async () => {
    const arrivals: (() => void)[] = [];
    const enqueue = () => new Promise<void>((resolve) => arrivals.push(resolve));
    const { stage, quiet, early, batches } = aUnit({ enqueue });
    stage(1);
    let isPaused = false;
    const pausing = early.pause().then(() => (isPaused = true));
    stage(1);
    await quiet();
    expect(isPaused).toBe(false);

    arrivals.shift()!();
    await pausing;

    expect(batches.map(({ isQueued }) => isQueued)).toEqual([true, false]);
    expect(arrivals).toEqual([]);
  });

  it('goes on after a pause with what has come meanwhile', async () => {
    const { stage, queued, quiet, early } = aUnit();
    await early.pause();
    stage(2);

    early.resume();
    await quiet();

    expect(queued).toEqual([1, 2]);
  });

  it("at the unit's end queues the rest and returns all outcomes", async () => {
    const { stage, queued, quiet, waits, done, early } = aUnit();
    stage(20);
    await quiet();
    done(...numbers(1, 10));

    const finishing = early.finish(options());
    await quiet();
    // The wait for room has ended with the pause; the end's own wait is the next.
    waits.at(-1)!();
    await quiet();
    done(...numbers(11, 20));
    waits.at(-1)!();

    expect((await finishing).map(({ number }) => number)).toEqual(numbers(1, 20));
    expect(queued).toEqual(numbers(1, 20));
  });

  it('ends at once where the queue has all and nobody waits for CDF', async () => {
    const { stage, early, queued } = aUnit();
    stage(3);

    expect(await early.finish(options('queued'))).toEqual([]);
    expect(queued).toEqual([1, 2, 3]);
  });

  it('fails for good where the queue does', async () => {
    const enqueue = ({ number }: Batch) =>
      number === 2 ? Promise.reject(new Error('no queue')) : Promise.resolve();
    const { stage, quiet, early, batches } = aUnit({ enqueue });
    stage(2);
    await quiet();
    stage(1);
    await quiet();

    expect(early.hasFailed).toBe(true);
    expect(batches.map(({ isQueued }) => isQueued)).toEqual([true, false, false]);
    await expect(early.finish(options())).rejects.toThrow('no queue');
  });
});
