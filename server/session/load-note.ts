// Notes a commit unit as a load of its user (sluice.batches), beside the hand-over: a load that is not noted is still a load.
// One that is handed over early is noted while it lasts, so that its user can see how far it is.
import { type Load, type LoadBatch, TAKEN_BACK } from '../../shared/load';
import type { PlannedBatch } from '../ingest/commit-unit';

export interface LoadPorts {
  /** Absent: nothing is noted. */
  readonly recordLoad?: (load: Load) => Promise<void>;
  readonly now: () => number;
}

interface Unit {
  readonly id: string;
  readonly batches: readonly PlannedBatch[];
}

/** A load that lasts is noted so often. */
const NOTE_EVERY_MS = 30_000;

export class LoadNote {
  /** Of the first batch's hand-over: a later note replaces an earlier one by it. */
  private queuedTime: number | null = null;
  private nextTime = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly username: string,
    private readonly ports: LoadPorts,
  ) {}

  /** The unit's hand-over goes on: notes what is queued, unless that was done a short while ago. */
  goesOn(unit: Unit): void {
    if (this.ports.now() >= this.nextTime) void this.queued(unit);
  }

  /** Notes the batches that are queued. Never rejects. */
  queued(unit: Unit): Promise<void> {
    const queued = unit.batches.filter(({ isQueued }) => isQueued);
    return this.note(unit.id, queued);
  }

  /** Notes all batches, also those that are about to be queued. Never rejects. */
  all(unit: Unit): Promise<void> {
    return this.note(unit.id, unit.batches);
  }

  /** Notes are written in turn, so that the last one stays. */
  private note(unit: string, batches: readonly PlannedBatch[]): Promise<void> {
    const { recordLoad } = this.ports;
    if (recordLoad === undefined || batches.length === 0) return this.writing;
    const now = this.ports.now();
    this.queuedTime ??= now;
    this.nextTime = now + NOTE_EVERY_MS;
    const { username, queuedTime } = this;
    const load = { username, unit, queuedTime, batches: byNumber(batches) };
    this.writing = this.writing.then(() => recordLoad(load)).catch(() => undefined);
    return this.writing;
  }
}

/** A place for each number: those that ROLLBACK TO took back have left gaps. */
function byNumber(batches: readonly PlannedBatch[]): LoadBatch[] {
  const list: LoadBatch[] = [];
  for (const { number, staged } of batches) {
    while (list.length < number - 1) list.push(TAKEN_BACK);
    list.push({ table: staged?.table ?? '', rows: staged?.rows ?? 0 });
  }
  return list;
}
