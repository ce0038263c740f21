// SELECT from sluice.batches and sluice.rejected_rows: before a statement that names them goes to the engine, the user's
// loads of the last days are fetched from storage and put into the user's database, where PostgreSQL reads them.
import { type Load, SHOWN_DAYS } from '../../shared/load';
import type { Outcome } from '../../shared/outcome';
import { batchTexts, type Done, isWaiting, type LoadBlob, rejectedTexts } from './load-rows';

export interface ShownLoadsPorts {
  /** The latest first. */
  readonly loadsSince: (username: string, time: number, limit: number) => Promise<readonly Load[]>;
  readonly outcomesOf: (unit: string, fromNumber: number) => Promise<readonly Outcome[]>;
  readonly loadBlob: LoadBlob;
  /** Replaces the user's rows of both tables in the engine: JSON objects by column name. */
  readonly fill: (
    username: string,
    batches: readonly string[],
    rejectedRows: readonly string[],
  ) => Promise<void>;
  /** Makes the room of rows that were replaced free for others. */
  readonly tidy: (username: string) => Promise<void>;
  readonly now: () => number;
}

/** The latest so many units are shown. */
const MAX_LOADS = 1_000;
/** Queries for outcomes under way at a time. */
const AT_ONCE = 16;
/** Users whose rows are being made at a time: what bounds the memory of all together. */
const MAX_FILLING = 2;
/** So long a complete look serves further statements. */
const FRESH_MS = 1_000;
/** Replaced rows are dead weight in the engine; so many characters of them are let lie. */
const UNTIDY_CHARACTERS = 1024 * 1024;
/** A statement longer than this is data, not a question. */
const MAX_LOOKED_AT_BYTES = 64 * 1024;
const DAY_MS = 24 * 3_600_000;

/** True for a text that may name one of the two tables. */
export function mentionsLoads(text: Buffer): boolean {
  if (text.length > MAX_LOOKED_AT_BYTES) return false;
  const lower = text.toString('latin1').toLowerCase();
  return lower.includes('rejected_rows') || (lower.includes('sluice') && lower.includes('batches'));
}

interface Shown {
  /** The look under way; another begins after it, for all who ask meanwhile. */
  running: Promise<void> | null;
  next: Promise<void> | null;
  /** Until when the last look is good enough; 0: it is not. */
  freshUntil: number;
  /** How often something was handed over here. */
  changes: number;
  untidy: number;
}

export class ShownLoads {
  private readonly shown = new Map<string, Shown>();
  private filling = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly ports: ShownLoadsPorts) {}

  /** A load of the user was recorded: what was fetched before does not have it. */
  changed(username: string): void {
    const shown = this.of(username);
    shown.changes++;
    shown.freshUntil = 0;
  }

  /**
   * The user's two tables are as storage has it now, or had it a moment ago where nothing of it waits and nothing was handed
   * over here since. A look that is under way may have missed what the asker knows: one more follows, for all who ask.
   */
  refresh(username: string): Promise<void> {
    const shown = this.of(username);
    if (shown.running === null) return this.run(username, shown);
    shown.next ??= shown.running
      .catch(() => undefined)
      .then(() => {
        shown.next = null;
        return this.run(username, shown);
      });
    return shown.next;
  }

  private of(username: string): Shown {
    let shown = this.shown.get(username);
    if (shown === undefined) {
      shown = { running: null, next: null, freshUntil: 0, changes: 0, untidy: 0 };
      this.shown.set(username, shown);
    }
    return shown;
  }

  private run(username: string, shown: Shown): Promise<void> {
    if (this.ports.now() < shown.freshUntil) return Promise.resolve();
    const work = this.fetch(username, shown).finally(() => (shown.running = null));
    shown.running = work;
    return work;
  }

  private async fetch(username: string, shown: Shown): Promise<void> {
    const { ports } = this;
    const { changes } = shown;
    shown.freshUntil = 0;
    const loads = await ports.loadsSince(username, ports.now() - SHOWN_DAYS * DAY_MS, MAX_LOADS);
    const done = await inGroups(loads, async (load): Promise<Done> => {
      const outcomes = await ports.outcomesOf(load.unit, 1);
      return { load, outcomes: new Map(outcomes.map((outcome) => [outcome.number, outcome])) };
    });
    await this.fillInTurn(username, done, shown);
    const isWhole = shown.changes === changes && !done.some(isWaiting);
    if (isWhole) shown.freshUntil = ports.now() + FRESH_MS;
  }

  private async fillInTurn(username: string, done: readonly Done[], shown: Shown): Promise<void> {
    if (this.filling >= MAX_FILLING) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.filling++;
    try {
      const batches = batchTexts(done);
      const rejected = await rejectedTexts(done, this.ports.loadBlob);
      await this.ports.fill(username, batches, rejected);
      this.tidyAfter(username, shown, lengthOf(batches) + lengthOf(rejected));
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.filling--;
      else next();
    }
  }

  /** Nobody waits for it: where it fails, the next one does its work. */
  private tidyAfter(username: string, shown: Shown, characters: number): void {
    shown.untidy += characters;
    if (shown.untidy < UNTIDY_CHARACTERS) return;
    shown.untidy = 0;
    this.ports.tidy(username).catch(() => undefined);
  }
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, { length }) => sum + length, 0);
}

/** In the order of `items`, a bounded number at a time. */
async function inGroups<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let i = 0; i < items.length; i += AT_ONCE)
    results.push(...(await Promise.all(items.slice(i, i + AT_ONCE).map(work))));
  return results;
}
