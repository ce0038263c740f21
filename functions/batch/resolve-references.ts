// External ids where CDF takes only ids (columns with `refersTo`): before items are sent their ids are put in place; rows
// that name what CDF does not have are refused as PostgreSQL refuses a foreign key.
import type { Column } from '../../shared/tables/table';
import { columnOf } from '../../shared/tables/table';
import type { Rows } from './body';
import { partRows } from './body';
import type { Job } from './job';
import type { Item, JsonBody } from './json-body';
import type { Found, Resource } from './reference-cache';

type Referring = Column & { readonly refersTo: Resource };

const NAMES: Readonly<Record<Resource, string>> = { '/assets': 'asset', '/datasets': 'data set' };

export class References {
  private readonly columns: readonly Referring[];
  /** Items with external ids, as they came. */
  private readonly originals = new Map<number, Item>();
  /** Rows with an id that was known from before. */
  private readonly doubtful = new Set<number>();

  constructor(
    private readonly job: Job,
    private readonly body: JsonBody,
  ) {
    const { batch, table } = job;
    this.columns = batch.columns.map((name) => columnOf(table, name)).filter(isReferring);
  }

  /** Puts ids into the body; refuses rows that name what CDF does not have, and returns the others. */
  async resolve(rows: Rows): Promise<Rows> {
    if (this.columns.length === 0) return rows;
    for (const row of rows) {
      const item = this.body.itemOf(row);
      if (this.columns.some(({ property }) => namesIn(item, property).length > 0))
        this.originals.set(row, item);
    }
    return this.place(rows, false);
  }

  /**
   * CDF refused these rows: ids that were known from before may be those of assets that were made anew since, and are
   * asked for again, once. The rows to send again; null: there was no such id.
   */
  async renew(rows: Rows): Promise<Rows | null> {
    const [doubtful, others] = partRows(rows, (row) => this.doubtful.has(row));
    if (doubtful.length === 0) return null;
    const before = Array.from(doubtful, (row) => JSON.stringify(this.body.itemOf(row)));
    const good = await this.place(doubtful, true);
    const isSame =
      good.length === doubtful.length &&
      good.every((row, i) => JSON.stringify(this.body.itemOf(row)) === before[i]);
    return isSame ? null : Uint32Array.from([...good, ...others]).sort();
  }

  private async place(rows: Rows, isFresh: boolean): Promise<Rows> {
    const found = new Map<Resource, Found>();
    for (const resource of new Set(this.columns.map(({ refersTo }) => refersTo)))
      found.set(resource, await this.job.lookUp(resource, this.namesOf(resource, rows), isFresh));
    const missing = new Map<number, string>();
    for (const row of rows) {
      const lack = this.placeRow(row, found);
      if (lack !== null) missing.set(row, lack);
    }
    const [bad, good] = partRows(rows, (row) => missing.has(row));
    this.job.tally.refuse(bad, (row) => ({ code: '23503', message: missing.get(row) ?? '' }));
    return good;
  }

  private namesOf(resource: Resource, rows: Rows): Set<string> {
    const names = new Set<string>();
    for (const { refersTo, property } of this.columns)
      if (refersTo === resource)
        for (const row of rows)
          for (const name of namesIn(this.originals.get(row), property)) names.add(name);
    return names;
  }

  /** What the row names that CDF does not have; null: nothing. */
  private placeRow(row: number, found: ReadonlyMap<Resource, Found>): string | null {
    const original = this.originals.get(row);
    if (original === undefined) return null;
    const placed: Record<string, unknown> = { ...original };
    this.doubtful.delete(row);
    for (const column of this.columns) {
      const { ids, cached } = found.get(column.refersTo)!;
      const names = namesIn(original, column.property);
      const unknown = names.find((name) => !ids.has(name));
      if (unknown !== undefined) return this.violation(column, unknown);
      if (names.some((name) => cached.has(name))) this.doubtful.add(row);
      if (names.length > 0) placed[column.property] = withIds(original[column.property], ids);
    }
    this.body.replace(row, placed);
    return null;
  }

  private violation({ name, refersTo }: Referring, externalId: string): string {
    const { table } = this.job;
    return (
      `insert or update on table "${table.name}" violates foreign key constraint "${table.name}_${name}_fkey": ` +
      `${NAMES[refersTo]} "${externalId}" in column "${name}" does not exist in CDF`
    );
  }
}

function isReferring(column: Column | undefined): column is Referring {
  return column?.refersTo !== undefined;
}

/** A column of ids may have the same property: ids are no names. */
function namesIn(item: Item | undefined, property: string): string[] {
  const value = item?.[property];
  const values: unknown[] = Array.isArray(value) ? value : [value];
  return values.filter((one) => typeof one === 'string');
}

/** CDF takes no id twice in a list. */
function withIds(value: unknown, ids: ReadonlyMap<string, number>): unknown {
  const idOf = (one: unknown) => (typeof one === 'string' ? ids.get(one) : one);
  return Array.isArray(value) ? [...new Set((value as unknown[]).map(idOf))] : idOf(value);
}
