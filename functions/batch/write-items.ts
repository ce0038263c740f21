// Writes items: assets, events, time series, extraction pipelines and their runs. CDF has no upsert for them: they are
// created; those that CDF has already are updated, those that vanish meanwhile are created again.
import type { Column, Table } from '../../shared/tables/table';
import type { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { allRows, identitiesOf, namedBy, partRows } from './body';
import { refusalOf } from './failure';
import type { Job } from './job';
import { once } from './job';
import type { JsonBody } from './json-body';
import { keylessTasks } from './keyless-items';
import { openJsonPayload } from './payload';
import { refersTo } from './refers-to';
import { createItems, updateItems } from './send-items';
import { planUpdate } from './update-items';
import type { Task } from './work-off';
import { workOff } from './work-off';

/** How often rows may change between create and update: more means that someone else keeps making and deleting them. */
const MAX_ROUNDS = 4;

type ItemTask = Task<JsonBody>;

/** Rejects with CdfError or BatchFailedError. */
export async function writeItems(job: Job): Promise<void> {
  const open = once(job.batch, () => openJsonPayload(job.batch, job.payload));
  const tasks = new ItemTasks(job, await open());
  await workOff(await tasks.first(), open, job);
}

class ItemTasks {
  /** A column that CDF's create wants and the statement does not name: then only what exists can be written. */
  private readonly lacking: Column | undefined;

  constructor(
    private readonly job: Job,
    private readonly body: JsonBody,
  ) {
    this.lacking = lackingColumn(job.table, job.batch.columns);
  }

  /** Rows without a key come last: they may name a parent that has one, but nothing can name them. */
  async first(): Promise<ItemTask[]> {
    const { table, batch } = this.job;
    const hasKey = (row: number) => table.key.length > 0 && this.body.keyOf(row) !== null;
    const [keyed, keyless] = partRows(allRows(batch.rows), hasKey);
    if (this.lacking === undefined) return [this.create(keyed, 1), ...(await this.createKeyless(keyless))];
    this.refuseNull(keyless);
    if (batch.onConflict.action === 'update') return [this.update(keyed, 1)];
    this.refuseNull(keyed);
    return [];
  }

  private createKeyless(rows: Rows): Promise<ItemTask[]> {
    return keylessTasks(
      this.job,
      this.body,
      rows,
      (again) => (error, part) => this.blame(error, part, again),
    );
  }

  private create(rows: Rows, round: number): ItemTask {
    return {
      rows,
      send: (part) => createItems(this.job, this.body, part, true),
      answer: (error, part) =>
        this.existing(error, part, round) ?? this.blame(error, part, (rest) => this.create(rest, round)),
    };
  }

  private update(rows: Rows, round: number): ItemTask {
    const { table, batch } = this.job;
    const plan = planUpdate(table, batch.columns, batch.onConflict);
    return {
      rows,
      send: (part) => updateItems(this.job, this.body, part, plan),
      answer: (error, part) =>
        this.vanished(error, part, round) ?? this.blame(error, part, (rest) => this.update(rest, round)),
    };
  }

  /** 409 to a create: what CDF has is updated, or left alone; the rest is created. */
  private existing(error: CdfError, rows: Rows, round: number): ItemTask[] | null {
    const { table, batch } = this.job;
    if (error.status !== 409 || round > MAX_ROUNDS) return null;
    const isExisting = rows.length === 1 ? () => true : namedBy(error.duplicated, this.body);
    const [existing, rest] = partRows(rows, isExisting);
    if (existing.length === 0) return null;
    if (batch.onConflict.action === 'nothing') return [this.create(rest, round + 1)];
    if (table.request.kind !== 'items' || table.request.update === null) return null;
    return [this.create(rest, round + 1), this.update(existing, round + 1)];
  }

  /** An update names items that CDF does not have (any more). */
  private vanished(error: CdfError, rows: Rows, round: number): ItemTask[] | null {
    if (round > MAX_ROUNDS) return null;
    const [gone, rest] = partRows(rows, namedBy(error.missing, this.body));
    if (gone.length === 0) return null;
    if (this.lacking === undefined) return [this.update(rest, round + 1), this.create(gone, round + 1)];
    this.refuseNull(gone);
    return [this.update(rest, round)];
  }

  /** Rows that refer to something that CDF misses are refused; the others are sent again. */
  private blame(error: CdfError, rows: Rows, again: (rows: Rows) => ItemTask): ItemTask[] | null {
    const missing = identitiesOf(error.missing);
    const isOwnKey = this.job.table.key.length > 0;
    const [bad, rest] = partRows(rows, (row) => refersTo(this.body.itemOf(row), missing, isOwnKey));
    if (bad.length === 0) return null;
    this.job.tally.refuse(bad, () => refusalOf(error));
    return [again(rest)];
  }

  private refuseNull(rows: Rows): void {
    const message = `null value in column "${this.lacking?.name ?? ''}" of relation "${this.job.table.name}" violates not-null constraint`;
    this.job.tally.refuse(rows, () => ({ code: '23502', message }));
  }
}

/** Of columns with the same property one is enough. */
function lackingColumn(table: Table, names: readonly string[]): Column | undefined {
  const named = new Set(
    table.columns.filter(({ name }) => names.includes(name)).map(({ property }) => property),
  );
  return table.columns.find(({ access, property }) => access === 'required' && !named.has(property));
}
