// The requests of a batch of items, and what follows from CDF's answer to each: who exists is updated, who vanished is
// created, who refers to nothing is refused.
import type { Column, Table } from '../../shared/tables/table';
import type { CdfError } from '../cdf/cdf-error';
import type { Rows } from './body';
import { identitiesOf, namedBy, partRows } from './body';
import { compareItems } from './compare-items';
import { createEach } from './create-each';
import { refusalOf } from './failure';
import type { Job } from './job';
import { requestOf } from './job';
import type { JsonBody } from './json-body';
import { keylessTasks } from './keyless-items';
import { refersTo } from './refers-to';
import { References } from './resolve-references';
import { createItems, updateItems } from './send-items';
import type { UpdatePlan } from './update-items';
import { planUpdate, updateItem } from './update-items';
import type { Task } from './work-off';

/** How often rows may change between create and update: more means that someone else keeps making and deleting them. */
const MAX_ROUNDS = 4;

type ItemTask = Task<JsonBody>;
type Again = (rows: Rows) => ItemTask;

export class ItemTasks {
  readonly references: References;
  /** A column that CDF's create wants and the statement does not name: then only what exists can be written. */
  private readonly lacking: Column | undefined;
  private readonly plan: UpdatePlan;

  constructor(
    private readonly job: Job,
    private readonly body: JsonBody,
    private readonly mode: 'upsert' | 'update',
  ) {
    const { table, batch } = job;
    this.references = new References(job, body);
    this.lacking = lackingColumn(table, batch.columns);
    this.plan = planUpdate(table, batch.columns, batch.onConflict);
  }

  /** Rows without a key come last: they may name a parent that has one, but nothing can name them. */
  async insert(rows: Rows): Promise<ItemTask[]> {
    const { table, batch } = this.job;
    const hasKey = (row: number) => table.key.length > 0 && this.body.keyOf(row) !== null;
    const [keyed, keyless] = partRows(rows, hasKey);
    if (this.lacking === undefined) return [...this.upsert(keyed), ...(await this.createKeyless(keyless))];
    this.refuseNull(keyless);
    if (batch.onConflict.action === 'update' && requestOf(this.job, 'items').update !== null)
      return [this.update(keyed, 1)];
    this.refuseNull(keyed);
    return [];
  }

  update(rows: Rows, round: number): ItemTask {
    return {
      rows,
      send: (part) => updateItems(this.job, this.body, part, this.plan),
      answer: async (error, part) =>
        this.vanished(error, part, round) ?? this.refer(error, part, (rest) => this.update(rest, round)),
    };
  }

  /**
   * Items of one request each are updated first: CDF tells in one answer which of them it lacks, and a load that comes
   * again costs one request and not a thousand.
   */
  private upsert(rows: Rows): ItemTask[] {
    const { update, single } = requestOf(this.job, 'items');
    const isUpdate = this.job.batch.onConflict.action === 'update';
    if (single !== true || update === null || !isUpdate) return [this.create(rows, 1)];
    const [told, silent] = partRows(rows, (row) => updateItem(this.body.itemOf(row), this.plan) !== null);
    return [this.update(told, 1), this.create(silent, 1)];
  }

  private createKeyless(rows: Rows): Promise<ItemTask[]> {
    return keylessTasks(
      this.job,
      this.body,
      rows,
      (again) => (error, part) => this.refer(error, part, again),
    );
  }

  private create(rows: Rows, round: number): ItemTask {
    const isSingle = requestOf(this.job, 'items').single === true;
    return {
      rows,
      send: (part) => (isSingle ? this.sendEach(part, round) : createItems(this.job, this.body, part, true)),
      answer: async (error, part) =>
        this.existing(error, part, round) ?? this.refer(error, part, (rest) => this.create(rest, round)),
    };
  }

  private async sendEach(rows: Rows, round: number): Promise<readonly ItemTask[]> {
    const { existing, failure } = await createEach(this.job, this.body, rows, null);
    if (failure !== null) throw failure instanceof Error ? failure : new Error('thrown without an error');
    return this.exist(Uint32Array.from(existing).sort(), round);
  }

  /** 409 to a create: what CDF has is updated, or left alone; the rest is created. */
  private existing(error: CdfError, rows: Rows, round: number): ItemTask[] | null {
    const { table } = this.job;
    if (error.status !== 409 || round > MAX_ROUNDS || table.key.length === 0) return null;
    const isExisting = rows.length === 1 ? () => true : namedBy(error.duplicated, this.body);
    const [existing, rest] = partRows(rows, isExisting);
    if (existing.length === 0) return null;
    return [this.create(rest, round + 1), ...this.exist(existing, round)];
  }

  private exist(rows: Rows, round: number): ItemTask[] {
    if (this.job.batch.onConflict.action === 'nothing') {
      this.job.tally.affect(rows, () => 0);
      return [];
    }
    const isUpdatable = requestOf(this.job, 'items').update !== null;
    return [isUpdatable ? this.update(rows, round + 1) : this.compare(rows, round + 1)];
  }

  private compare(rows: Rows, round: number): ItemTask {
    return {
      rows,
      send: async (part) => {
        const gone = await compareItems(this.job, this.body, part);
        return round > MAX_ROUNDS ? this.giveUp(gone) : [this.create(gone, round + 1)];
      },
      answer: () => null,
    };
  }

  private giveUp(rows: Rows): ItemTask[] {
    this.job.tally.refuse(rows, () => ({
      code: '23505',
      message: 'someone else keeps creating and deleting it',
    }));
    return [];
  }

  /** An update names items that CDF does not have (any more). */
  private vanished(error: CdfError, rows: Rows, round: number): ItemTask[] | null {
    const [gone, rest] = partRows(rows, namedBy(error.missing, this.body));
    if (gone.length === 0) return null;
    if (this.mode === 'update') {
      this.job.tally.affect(gone, () => 0);
      return [this.update(rest, round)];
    }
    if (round > MAX_ROUNDS) return null;
    if (this.lacking === undefined) return [this.update(rest, round + 1), this.create(gone, round + 1)];
    this.refuseNull(gone);
    return [this.update(rest, round)];
  }

  /** Ids that are out of date are asked for again; rows that refer to what CDF misses are refused; the others are sent again. */
  private async refer(error: CdfError, rows: Rows, again: Again): Promise<ItemTask[] | null> {
    const renewed = await this.references.renew(rows);
    if (renewed !== null) return [again(renewed)];
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
