import { ManualClock } from '../../tests/support/manual-clock';
import type { Batch } from '../../shared/batch';
import type { Outcome } from '../../shared/outcome';
import { PostgresError } from '../postgres-error';
import type { PlannedBatch } from './commit-unit';
import { handOver, type HandoverPorts } from './handover';

const UNIT = '6f9c1c1e-0000-4000-8000-000000000000';

function plannedBatches(count: number): PlannedBatch[] {
  return Array.from({ length: count }, (_, i) => ({
    number: i + 1,
    after: i === 0 ? [] : [`${UNIT}/${i}`],
    isSent: false,
    isQueued: false,
    staged: {
      ...{ version: 1, unit: UNIT, number: i + 1, username: 'ada', table: 'events', columns: ['type'] },
      ...{ onConflict: { action: 'update' }, rows: 1, contentType: 'application/json', bodyBytes: 1 },
      payload: { place: 'message', base64: '' },
    },
  }));
}

/** A queue and outcomes in memory; each sleep turns the hand of the clock, and then runs `onSleep`. */
function aHandover(count: number, onSleep: (rig: { queued: Batch[]; done(number: number): void }) => void) {
  const clock = new ManualClock();
  const queued: Batch[] = [];
  const outcomes: Outcome[] = [];
  const asked: number[] = [];
  const notices: string[] = [];
  const abort = new AbortController();
  const done = (number: number) =>
    void outcomes.push({ unit: UNIT, number, written: 1, refused: 0, errors: [] });
  let mostInFlight = 0;
  const ports: HandoverPorts = {
    enqueue: (batch) => {
      queued.push(batch);
      mostInFlight = Math.max(mostInFlight, queued.length - outcomes.length);
      return Promise.resolve();
    },
    outcomesOf: (_unit, from) => {
      asked.push(from);
      return Promise.resolve(outcomes.filter(({ number }) => number >= from));
    },
    now: () => clock.now(),
    sleep: (ms) => {
      clock.advance(ms);
      onSleep({ queued, done });
      return Promise.resolve();
    },
  };
  const planned = plannedBatches(count);
  const run = (ack: 'written' | 'queued' = 'written', with_: Partial<HandoverPorts> = {}) =>
    handOver(
      UNIT,
      planned,
      { ...ports, ...with_ },
      {
        ...{ ack, signal: abort.signal },
        notice: (message) => notices.push(`${clock.now() - 1_000_000} ${message}`),
      },
    );
  return { run, planned, queued, asked, notices, abort, clock, mostInFlight: () => mostInFlight };
}

/** Writes everything that is queued. */
const writeAll = ({ queued, done }: { queued: Batch[]; done(number: number): void }): void => {
  for (const batch of queued.splice(0)) done(batch.number);
};

describe('a hand-over', () => {
  it('queues the batches with their predecessors and the time, and returns all outcomes', async () => {
    const { run, planned } = aHandover(3, writeAll);
    const seen: Batch[] = [];
    const outcomes = await run('written', {
      enqueue: (batch) => Promise.resolve(void seen.push(batch)),
      outcomesOf: () =>
        Promise.resolve(
          seen.map(({ unit, number }) => ({ unit, number, written: 1, refused: 0, errors: [] })),
        ),
    });

    expect(outcomes.map(({ number }) => number)).toEqual([1, 2, 3]);
    expect(seen[1]).toMatchObject({ number: 2, after: [`${UNIT}/1`], createdTime: 1_000_000 });
    expect(planned.every(({ isQueued }) => isQueued)).toBe(true);
  });

  it('keeps a bounded number of batches in flight, and asks no more for outcomes that it has', async () => {
    let written = 0;
    const { run, asked, mostInFlight } = aHandover(100, ({ done }) => done(++written));

    await run();

    expect(mostInFlight()).toBe(16);
    expect(asked[0]).toBe(1);
    expect(asked.at(-1)).toBe(100);
  });

  it('says every 30 s how far it is', async () => {
    const { run, notices, clock } = aHandover(2, ({ done }) => {
      const waited = clock.now() - 1_000_000;
      if (waited > 45_000 && waited <= 45_250) done(1);
      if (waited > 70_000) done(2);
    });

    await run();

    expect(notices.map((notice) => notice.replace(/^(\d+)\d{3}\S* /, '$1 s: '))).toEqual([
      '30 s: 0 of 2 batches are written to CDF',
      '60 s: 1 of 2 batches are written to CDF',
    ]);
  });

  it('answers as soon as the queue has all batches where that is asked for', async () => {
    const { run, queued } = aHandover(10, () => {
      throw new Error('it was to wait for nothing');
    });

    expect(await run('queued')).toEqual([]);
    expect(queued).toHaveLength(10);
  });

  it('is bounded in flight also then', async () => {
    const { run, mostInFlight, queued } = aHandover(20, writeAll);

    await run('queued');

    expect(mostInFlight()).toBe(16);
    expect(queued).toHaveLength(4);
  });

  it('cancelled, says what is queued and what is written', async () => {
    const { run, abort, planned } = aHandover(20, ({ done }) => {
      done(1);
      abort.abort();
    });

    await expect(run()).rejects.toMatchObject({
      code: '57014',
      message: 'canceling statement due to user request',
      details: {
        detail: '16 of 20 batches were handed over and will be written; 1 of them are written already.',
      },
    });
    expect(planned.filter(({ isQueued }) => isQueued)).toHaveLength(16);
  });

  it('says that a time limit of the statement ended it', async () => {
    const { run, abort } = aHandover(1, () => {
      const message = 'canceling statement due to statement timeout';
      abort.abort(new PostgresError('query_canceled', message));
    });

    await expect(run()).rejects.toMatchObject({ message: 'canceling statement due to statement timeout' });
  });

  it('gives up after an hour', async () => {
    const { run, clock, notices } = aHandover(1, () => undefined);

    await expect(run()).rejects.toMatchObject({
      code: '57014',
      details: { detail: '0 of 1 batches are written; the rest stays queued.' },
    });
    expect(clock.now() - 1_000_000).toBeGreaterThan(3_600_000);
    expect(notices).toHaveLength(119);
  });

  it('fails with what the queue says, and knows which batches are queued', async () => {
    const { run, planned } = aHandover(3, writeAll);
    const enqueue = ({ number }: Batch) =>
      number === 2 ? Promise.reject(new Error('no queue')) : Promise.resolve();

    await expect(run('written', { enqueue })).rejects.toThrow('no queue');
    expect(planned.map(({ isQueued }) => isQueued)).toEqual([true, false, true]);
  });
});
