// Rows of tables whose CDF request is {"items": [...]}: assets, events, time series, extraction pipelines and their runs.
import type { Column } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import { ByteWriter } from './decode/byte-writer';
import { NULL_FIELD, type RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { JsonWindow, NO_KEY } from './json-window';
import { parentsFirst } from './parents-first';
import { LANES, type CutBatch, type Rows, type RowsOptions } from './rows';

const WINDOW_BYTES = 8 * 1024 * 1024;
/** Parents must be seen before children are cut off from them, so such a window is larger: about 100 000 assets. */
const WINDOW_BYTES_WITH_PARENTS = 32 * 1024 * 1024;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;

export class ItemRows implements Rows {
  readonly keepsLanes = false;
  private readonly window = new JsonWindow();
  private readonly readers: FieldReaders;
  private readonly names: readonly Buffer[];
  private readonly keyFields: readonly number[];
  private readonly parentField: number;
  private readonly maxItems: number;
  private readonly required: readonly boolean[];
  private readonly scratch = new ByteWriter();
  private parents = new Int32Array(0);

  constructor(private readonly options: RowsOptions) {
    const { table, columns } = options;
    if (table.request.kind !== 'items') throw new TypeError(`${table.name} is no table of items`);
    this.readers = new FieldReaders(table.name, columns, options.session);
    this.names = columns.map((column) => Buffer.from(`${JSON.stringify(column.property)}:`));
    this.required = columns.map((column) => column.access === 'required');
    this.keyFields = table.key.map((key) => columns.findIndex((column) => column.name === key));
    const { parent } = table.request;
    this.parentField = parent === undefined ? -1 : columns.findIndex((column) => column.property === parent);
    this.maxItems = table.request.maxItems;
    if (table.request.update === null || !this.setsSomething()) this.refuseMissing();
  }

  get count(): number {
    return this.window.count;
  }

  get bytes(): number {
    return this.window.bytes + this.parents.length * 4;
  }

  get isFull(): boolean {
    if (this.parentField >= 0) return this.window.json.length >= WINDOW_BYTES_WITH_PARENTS;
    return this.window.json.length >= WINDOW_BYTES || this.count >= LANES * this.maxItems;
  }

  append(fields: RowFields, rowNumber: number): void {
    const { json } = this.window;
    const start = this.window.start;
    json.truncate(start);
    json.byte(OPEN_BRACE);
    let written = 0;
    for (let field = 0; field < this.options.columns.length; field++) {
      if (fields.starts[field] === NULL_FIELD) {
        if (this.required[field]) throw this.readers.notNull(this.options.columns[field]!.name);
        continue;
      }
      this.refuseReadOnly(field);
      if (written++ > 0) json.byte(COMMA);
      json.copy(this.names[field]!, 0, this.names[field]!.length);
      this.readers.writeJson(fields, field, json);
    }
    json.byte(CLOSE_BRACE);
    const key = this.internKey(fields);
    if (this.parentField >= 0) this.rememberParent(fields);
    this.window.commit(key, rowNumber);
  }

  truncate(count: number): void {
    if (count === 0) this.window.clear();
    else this.window.truncate(count);
  }

  shrink(): void {
    this.window.shrink();
    this.parents = new Int32Array(0);
  }

  encode(from: number, to: number): CutBatch[] {
    const rows = this.window.distinct(
      from,
      to,
      this.options.onConflict.action === 'nothing' ? 'first' : 'last',
    );
    if (this.parentField < 0) return this.window.cut(rows, this.maxItems, false);
    const keyOf = (row: number) => this.window.keyOf(row);
    const ordered = parentsFirst(rows, keyOf, (row) => this.parents[row]!);
    return this.window.cut(ordered, this.maxItems, true);
  }

  /** A row without a key is created; that it is not created twice is write-batch's care. */
  private internKey(fields: RowFields): number {
    if (this.keyFields.length === 0) return NO_KEY;
    const field = this.keyFields[0]!;
    return field < 0 || fields.starts[field] === NULL_FIELD ? NO_KEY : this.intern(fields, field);
  }

  private rememberParent(fields: RowFields): void {
    const row = this.window.count;
    if (row >= this.parents.length) {
      const next = new Int32Array(Math.max(256, row * 2));
      next.set(this.parents);
      this.parents = next;
    }
    const named = fields.starts[this.parentField] !== NULL_FIELD;
    this.parents[row] = named ? this.intern(fields, this.parentField) : NO_KEY;
  }

  private intern(fields: RowFields, field: number): number {
    this.scratch.truncate(0);
    this.readers.text(fields, field, this.scratch);
    return this.window.dictionary.intern(this.scratch.buffer, 0, this.scratch.length);
  }

  private refuseReadOnly(field: number): void {
    const column = this.options.columns[field]!;
    if (column.access !== 'read-only') return;
    throw new PostgresError(
      'generated_always',
      `cannot insert a non-DEFAULT value into column "${column.name}"`,
      {
        detail: `Column "${column.name}" is set by CDF.`,
        hint: 'Leave the column out, or write NULL to it.',
        column: column.name,
        table: this.options.table.name,
      },
    );
  }

  /** A statement may leave out a required column only to update what exists; so it has to name what is updated. */
  private setsSomething(): boolean {
    const { table, columns } = this.options;
    return columns.some(
      ({ name, access, immutable }) => !table.key.includes(name) && access !== 'read-only' && !immutable,
    );
  }

  /** Where CDF cannot update, every required column must be there: an item is always created. */
  private refuseMissing(): void {
    const named = new Set(this.options.columns.map((column: Column) => column.name));
    const missing = this.options.table.columns.find(
      (column) => column.access === 'required' && !named.has(column.name),
    );
    if (missing !== undefined) throw this.readers.notNull(missing.name);
  }
}
