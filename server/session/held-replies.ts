// Replies of an implicit transaction that wait for its end, at the end of what is ready for the client: CommandComplete means
// that CDF has the rows. What UPDATE, DELETE and INSERT ... DO
// NOTHING have affected only CDF knows, so their tags are put right before they go.
import type { MessageWriter } from '../protocol/backend-messages';
import type { WritePlan } from './write-plan';

const NOTHING: Buffer = Buffer.alloc(0);
/** In front of a message's length, which counts itself. */
const TYPE_BYTES = 1;

/** An UPDATE, DELETE or INSERT ... DO NOTHING, and the rows of the unit that it has named: `rows` of them, from number `first` on. */
export interface Counted {
  readonly verb: 'UPDATE' | 'DELETE' | 'INSERT 0';
  readonly first: number;
  readonly rows: number;
}

/** Of an INSERT whose rows are the last of the unit; null: each of them counts, an upsert writes them all. */
export function countedInsert(
  rows: number,
  unit: { readonly rows: number },
  plan: WritePlan,
): Counted | null {
  if (plan.onConflict.action !== 'nothing') return null;
  return { verb: 'INSERT 0', first: unit.rows - rows + 1, rows };
}

export class HeldReplies {
  private isHolding = false;
  /** Where the first of them begins; -1: there is none. */
  private from = -1;
  /** Statements whose tags are held, in order; `at`: where the tag stands, from the first held reply on. */
  private counted: (Counted & { readonly at: number })[] = [];

  constructor(private readonly out: MessageWriter) {}

  get isEmpty(): boolean {
    return this.from < 0;
  }

  /** From here on tags are held, or not. */
  hold(isHolding: boolean): void {
    this.isHolding = isHolding;
  }

  release(): void {
    this.from = -1;
    this.counted = [];
  }

  complete(tag: string, counted: Counted | null): void {
    if (this.isHolding && this.from < 0) this.from = this.out.length;
    if (counted !== null && this.from >= 0)
      this.counted.push({ ...counted, at: this.out.length - this.from });
    this.out.commandComplete(tag);
  }

  /** What may go to the client. */
  take(): Buffer {
    const { out } = this;
    if (this.from < 0) return out.take();
    if (this.from === 0) return NOTHING;
    const all = out.take();
    out.raw(all.subarray(this.from));
    const ready = all.subarray(0, this.from);
    this.from = 0;
    return ready;
  }

  /** Says something for now: nobody would hear how long a wait is that is over. */
  sayBefore(write: (writer: MessageWriter) => void): void {
    const { out } = this;
    const at = this.from < 0 ? out.length : this.from;
    const said = out.take();
    out.raw(said.subarray(0, at));
    write(out);
    if (this.from >= 0) this.from = out.length;
    out.raw(said.subarray(at));
  }

  /** The rows are not there: what was said of them is taken back. */
  drop(): void {
    if (this.from >= 0) this.out.truncate(this.from);
    this.release();
  }

  /** Puts right the tags of rows that have not affected exactly one. Returns by how much they have changed altogether. */
  correct(affected: ReadonlyMap<number, number>): number {
    const changes = new Map<number, number>();
    for (const [row, count] of affected) {
      const at = this.statementOf(row);
      if (at >= 0) changes.set(at, (changes.get(at) ?? 0) + count - 1);
    }
    if (changes.size > 0) this.rewrite(changes);
    return [...changes.values()].reduce((sum, change) => sum + change, 0);
  }

  private rewrite(changes: ReadonlyMap<number, number>): void {
    const { out, counted } = this;
    const said = out.take();
    let from = 0;
    counted.forEach(({ verb, rows, at }, i) => {
      const change = changes.get(i);
      if (change === undefined) return;
      const start = this.from + at;
      out.raw(said.subarray(from, start));
      out.commandComplete(`${verb} ${rows + change}`);
      from = start + TYPE_BYTES + said.readInt32BE(start + TYPE_BYTES);
    });
    out.raw(said.subarray(from));
    this.counted = [];
  }

  /** The held statement that has named the row, or -1. */
  private statementOf(row: number): number {
    const { counted } = this;
    let low = 0;
    let high = counted.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (counted[middle]!.first <= row) low = middle;
      else high = middle - 1;
    }
    const found = counted[low];
    return found !== undefined && row >= found.first && row < found.first + found.rows ? low : -1;
  }
}

/** Of the NOTICE about tags that were said before their rows were written. */
export function offByRows(off: number): string {
  const rows = Math.abs(off) === 1 ? 'row' : 'rows';
  return `statements have affected ${Math.abs(off)} ${rows} ${off < 0 ? 'fewer' : 'more'} in CDF than their tags said`;
}
