// Rows of tables whose CDF request is {"items": [...]}, or one such item (files): all but data points, rows and instances.
import { ByteWriter } from './decode/byte-writer';
import { NULL_FIELD, type RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { FieldRules, valueField } from './field-rules';
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
  private readonly rules: FieldRules;
  private readonly names: readonly Buffer[];
  private readonly keyFields: readonly number[];
  private readonly parentField: number;
  private readonly maxItems: number;
  private readonly scratch = new ByteWriter();
  private parents = new Int32Array(0);

  constructor(private readonly options: RowsOptions) {
    const { table, columns } = options;
    if (table.request.kind !== 'items') throw new TypeError(`${table.name} is no table of items`);
    this.readers = new FieldReaders(table.name, columns, options.session);
    this.rules = new FieldRules(table, columns, this.readers);
    this.names = columns.map((column) => Buffer.from(`${JSON.stringify(column.property)}:`));
    const key = table.columns.find((column) => column.name === table.key[0]);
    this.keyFields = key === undefined ? [] : this.rules.fieldsOf(key.property);
    const { parent } = table.request;
    this.parentField = parent === undefined ? -1 : columns.findIndex((column) => column.property === parent);
    this.maxItems = table.request.maxItems;
    if (table.request.update === null || !this.setsSomething()) this.rules.requireAll();
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
    this.rules.check(fields);
    const { json } = this.window;
    json.truncate(this.window.start);
    json.byte(OPEN_BRACE);
    let written = 0;
    for (let field = 0; field < this.options.columns.length; field++) {
      if (fields.starts[field] === NULL_FIELD) continue;
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
    const field = valueField(fields, this.keyFields);
    return field === NULL_FIELD ? NO_KEY : this.intern(fields, field);
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

  /** A statement may leave out a required column only to update what exists; so it has to name what is updated. */
  private setsSomething(): boolean {
    const { table, columns } = this.options;
    return columns.some(
      ({ name, access, immutable }) => !table.key.includes(name) && access !== 'read-only' && !immutable,
    );
  }
}
