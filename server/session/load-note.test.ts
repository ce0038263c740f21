import type { Load } from '../../shared/load';
import type { PlannedBatch } from '../ingest/commit-unit';
import type { StagedBatch } from '../ingest/staging';
import { LoadNote } from './load-note';

function batch(number: number, isQueued: boolean): PlannedBatch {
  const staged = { table: 'events', rows: number } as StagedBatch;
  return { number, after: [], staged, isSent: isQueued, isQueued };
}

function aNote(recordLoad?: (load: Load) => Promise<void>) {
  const loads: Load[] = [];
  let time = 1_000;
  const record = recordLoad ?? ((load: Load) => Promise.resolve(void loads.push(load)));
  const note = new LoadNote('ada', { recordLoad: record, now: () => time });
  return { note, loads, pass: (ms: number) => void (time += ms) };
}

const FIRST = { id: 'u', batches: [batch(1, true), batch(2, false)] };
const LATER = { id: 'u', batches: [batch(1, true), batch(2, true)] };

describe('the note of a load', () => {
  it('lists what is queued every 30 s while it goes on, under the time of the first', async () => {
    const { note, loads, pass } = aNote();
    note.goesOn(FIRST);
    pass(29_999);
    note.goesOn(LATER);
    pass(1);
    note.goesOn(LATER);
    await note.all(LATER);

    expect(loads.map(({ batches }) => batches.length)).toEqual([1, 2, 2]);
    expect(loads.every(({ queuedTime }) => queuedTime === 1_000)).toBe(true);
  });

  it('has a place for numbers that were taken back', async () => {
    const { note, loads } = aNote();

    await note.all({ id: 'u', batches: [batch(1, true), batch(4, true)] });

    expect(loads[0]!.batches.map(({ rows }) => rows)).toEqual([1, -1, -1, 4]);
  });

  it('is none where nothing is queued', async () => {
    const { note, loads } = aNote();

    await note.queued({ id: 'u', batches: [batch(1, false)] });

    expect(loads).toEqual([]);
  });

  it('may fail: the next one is written all the same', async () => {
    let times = 0;
    const { note } = aNote(() =>
      ++times === 1 ? Promise.reject(new Error('storage is away')) : Promise.resolve(),
    );

    await note.all(FIRST);
    await note.all(LATER);

    expect(times).toBe(2);
  });
});
