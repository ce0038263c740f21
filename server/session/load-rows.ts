// The rows of sluice.batches and sluice.rejected_rows, each as a JSON object in a text: what is fetched of a load is made
// into such texts at once and dropped, so that a look at much takes little memory.
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Load, MAX_SHOWN_ITEM_MIB, TAKEN_BACK } from '../../shared/load';
import type { Outcome, RowError } from '../../shared/outcome';

/** A load, and what became of its batches so far, by number. */
export interface Done {
  readonly load: Load;
  readonly outcomes: ReadonlyMap<number, Outcome>;
}

/** The gzipped list of all refused rows that an outcome names; null where it is gone. */
export type LoadBlob = (name: string) => Promise<Buffer | null>;

/** The latest so many batches and refused rows are shown: what lies behind is history, not a question of today. */
const MAX_BATCHES = 50_000;
const MAX_REJECTED_ROWS = 20_000;
const MIB = 1024 * 1024;
/** Characters of the rows of one table, without items; what lies behind is not shown. */
const MAX_ROWS_CHARACTERS = 16 * MIB;
/** Characters of all items together; rows behind have none. */
const MAX_ITEMS_CHARACTERS = MAX_SHOWN_ITEM_MIB * MIB;
/** Of one batch's list, unpacked. */
const MAX_LIST_BYTES = 64 * MIB;
/** Of all lists of one look, unpacked: of batches behind the first refused rows are shown only. */
const MAX_LISTS_BYTES = 512 * MIB;
const LINE_END = 0x0a;

const unzip = promisify(gunzip);

/** The rows of sluice.batches. */
export function batchTexts(done: readonly Done[]): string[] {
  const rows = new RowTexts(MAX_BATCHES);
  for (const one of done) for (const row of batchRows(one)) if (!rows.add(row)) return rows.texts;
  return rows.texts;
}

/** The rows of sluice.rejected_rows. The lists are read one after another. */
export async function rejectedTexts(done: readonly Done[], loadBlob: LoadBlob): Promise<string[]> {
  const rows = new RowTexts(MAX_REJECTED_ROWS);
  let listBytes = MAX_LISTS_BYTES;
  for (const { load, outcomes } of done)
    for (const outcome of outcomes.values()) {
      if (outcome.refused === 0) continue;
      const list = listBytes > 0 ? await listOf(outcome, loadBlob) : null;
      listBytes -= list?.length ?? 0;
      const place = placeOf(load, outcome.number);
      for (const { item, ...error } of list === null ? outcome.errors.map(withoutItem) : linesOf(list))
        if (!rows.add({ ...place, ...refusedRow(error) }, item)) return rows.texts;
    }
  return rows.texts;
}

/** Gathers rows while there is room. */
class RowTexts {
  readonly texts: string[] = [];
  private characters = MAX_ROWS_CHARACTERS;
  private itemCharacters = MAX_ITEMS_CHARACTERS;

  constructor(private readonly maxRows: number) {}

  /** False where there is no more room. */
  add(row: object, item?: unknown): boolean {
    const text = JSON.stringify(row);
    this.characters -= text.length;
    if (this.characters < 0 || this.texts.length >= this.maxRows) return false;
    const shown = item === undefined ? null : this.itemText(item);
    this.texts.push(shown === null ? text : `${text.slice(0, -1)},"item":${shown}}`);
    return true;
  }

  private itemText(item: unknown): string | null {
    if (this.itemCharacters <= 0) return null;
    const text = JSON.stringify(item);
    this.itemCharacters -= text.length;
    return this.itemCharacters < 0 ? null : text;
  }
}

type Refused = RowError & { readonly item?: unknown };

/** Null where it is gone, or too long: then the outcome itself lists the first. */
async function listOf({ rejectedBlob }: Outcome, loadBlob: LoadBlob): Promise<Buffer | null> {
  const list = rejectedBlob === undefined ? null : await loadBlob(rejectedBlob);
  return list === null ? null : unzip(list, { maxOutputLength: MAX_LIST_BYTES }).catch(() => null);
}

function* linesOf(list: Buffer): Generator<Refused> {
  for (let start = 0; start < list.length;) {
    const found = list.indexOf(LINE_END, start);
    const end = found < 0 ? list.length : found;
    if (end > start) yield JSON.parse(list.toString('utf8', start, end)) as Refused;
    start = end + 1;
  }
}

function withoutItem(error: RowError): Refused {
  return error;
}

function refusedRow({ row, key, code, message }: RowError): object {
  return { row_number: row, key, sqlstate: code, message };
}

function placeOf({ unit, batches, queuedTime }: Load, number: number): object {
  const table = batches[number - 1]?.table;
  return { unit, batch: number, table_name: table === '' ? null : table, queued_time: iso(queuedTime) };
}

function* batchRows({ load, outcomes }: Done): Generator<object> {
  for (const [i, { rows }] of load.batches.entries()) {
    if (rows === TAKEN_BACK.rows) continue;
    const outcome = outcomes.get(i + 1);
    yield { ...placeOf(load, i + 1), row_count: rows, state: stateOf(outcome), ...resultOf(outcome) };
  }
}

function resultOf(outcome: Outcome | undefined): object {
  if (outcome === undefined) return {};
  const { written, refused, failure, recordedTime } = outcome;
  const why = failure === undefined ? {} : { sqlstate: failure.code, message: failure.message };
  return { written, refused, ...why, done_time: recordedTime === undefined ? null : iso(recordedTime) };
}

function stateOf(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'waiting';
  if (outcome.failure !== undefined) return 'failed';
  if (outcome.refused === 0) return 'written';
  return outcome.written === 0 ? 'refused' : 'partly written';
}

/** True where a batch has no outcome yet. */
export function isWaiting({ load, outcomes }: Done): boolean {
  return load.batches.some(({ rows }, i) => rows !== TAKEN_BACK.rows && !outcomes.has(i + 1));
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
