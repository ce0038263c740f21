// Rows of raw_rows and raw: {"key", "columns"} as CDF RAW takes them, one window a RAW table: a request writes to one.
import type { CutBatch, Rows, RowsOptions } from './rows';
import { PostgresError } from '../postgres-error';
import { ByteWriter } from './decode/byte-writer';
import type { RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { FieldRules } from './field-rules';
import { JsonWindow } from './json-window';
import { KeyDictionary } from './key-dictionary';

/** CDF's limits (POST /raw/dbs/{db}/tables/{table}/rows). */
const MAX_RAW_ROWS = 10_000;
const MAX_KEY_CHARACTERS = 1024;
const MAX_COLUMNS_BYTES = 5 * 1024 * 1024;

const WINDOW_BYTES = 24 * 1024 * 1024;
const FIRST_ROWS = 256;
const WINDOW_ROWS = 8 * MAX_RAW_ROWS;
/** So many RAW tables in one window: more of them, and it is cut. */
const MAX_TARGETS = 256;

/** So many keep their memory for the next window: what has grown once need not grow again. */
const KEPT_TARGETS = 4;

const KEY = Buffer.from('{"key":');
const COLUMNS = Buffer.from(',"columns":');
const CLOSE_BRACE = 0x7d;
const OPEN_BRACE = 0x7b;

interface Target {
  readonly database: string;
  readonly table: string;
  readonly window: JsonWindow;
}

export class RawRows implements Rows {
  readonly keepsLanes = false;
  count = 0;
  private readonly readers: FieldReaders;
  private readonly rules: FieldRules;
  /** Fields by CDF's property, for the columns of raw and of raw_rows are named differently. */
  private readonly fieldOf: Record<'database' | 'table' | 'key' | 'columns', number>;
  private targetKeys = new KeyDictionary();
  private readonly targetList: Target[] = [];
  /** For each row of this window, its target: so that a truncation finds the windows to cut back. */
  private targetOf = new Int32Array(FIRST_ROWS);
  private readonly scratch = new ByteWriter();
  private held = 0;

  constructor(private readonly options: RowsOptions) {
    this.readers = new FieldReaders(options.table.name, options.columns, options.session);
    this.rules = new FieldRules(options.table, options.columns, this.readers);
    this.rules.requireAll();
    const at = (property: string) => this.rules.fieldsOf(property)[0]!;
    this.fieldOf = { database: at('database'), table: at('table'), key: at('key'), columns: at('columns') };
  }

  get bytes(): number {
    return this.targetList.reduce((sum, target) => sum + target.window.bytes, this.targetOf.length * 4);
  }

  get isFull(): boolean {
    return this.held >= WINDOW_BYTES || this.count >= WINDOW_ROWS || this.targetList.length >= MAX_TARGETS;
  }

  append(fields: RowFields, rowNumber: number): void {
    this.rules.check(fields);
    const index = this.targetIndex(fields);
    const { window } = this.targetList[index]!;
    const { json } = window;
    json.truncate(window.start);
    const start = json.length;
    json.copy(KEY, 0, KEY.length);
    this.readers.writeJson(fields, this.fieldOf.key, json);
    const keyNumber = this.internKey(window, start + KEY.length);
    json.copy(COLUMNS, 0, COLUMNS.length);
    this.writeColumns(fields, json);
    json.byte(CLOSE_BRACE);
    window.commit(keyNumber, rowNumber);
    this.held += json.length - start;
    this.remember(index);
  }

  truncate(count: number): void {
    for (let row = this.count - 1; row >= count; row--) {
      const { window } = this.targetList[this.targetOf[row]!]!;
      window.truncate(window.count - 1);
    }
    this.count = count;
    this.held = this.targetList.reduce((sum, target) => sum + target.window.start, 0);
    if (count > 0) return;
    if (this.targetList.length > KEPT_TARGETS) {
      this.targetKeys = new KeyDictionary();
      this.targetList.length = 0;
    }
    for (const { window } of this.targetList) window.clear();
  }

  shrink(): void {
    this.targetKeys = new KeyDictionary();
    this.targetList.length = 0;
    this.targetOf = new Int32Array(FIRST_ROWS);
  }

  encode(from: number, to: number): CutBatch[] {
    const before = new Int32Array(this.targetList.length);
    for (let row = 0; row < from; row++) before[this.targetOf[row]!]!++;
    const until = before.slice();
    for (let row = from; row < to; row++) until[this.targetOf[row]!]!++;
    return this.targetList.flatMap(({ database, table, window }, i) => {
      const keep = this.options.onConflict.action === 'nothing' ? 'first' : 'last';
      const rows = window.distinct(before[i]!, until[i]!, keep);
      return window.cut(rows, MAX_RAW_ROWS, false).map((cut) => ({ ...cut, target: { database, table } }));
    });
  }

  /** The RAW table that the row names, found by bytes: a string is made only for a table that is new to the window. */
  private targetIndex(fields: RowFields): number {
    const { scratch } = this;
    scratch.truncate(0);
    const separator = this.writeName(fields, this.fieldOf.database);
    scratch.byte(0);
    this.writeName(fields, this.fieldOf.table);
    const index = this.targetKeys.intern(scratch.buffer, 0, scratch.length);
    if (index === this.targetList.length)
      this.targetList.push({
        database: scratch.buffer.toString('utf8', 0, separator),
        table: scratch.buffer.toString('utf8', separator + 1, scratch.length),
        window: new JsonWindow(),
      });
    return index;
  }

  /** Adds a RAW database or table name to the scratch; returns where it ends. */
  private writeName(fields: RowFields, field: number): number {
    const start = this.scratch.length;
    this.readers.text(fields, field, this.scratch);
    if (this.scratch.length > start) return this.scratch.length;
    const column = this.nameOf(field);
    throw new PostgresError('invalid_parameter_value', `column "${column}" must not be empty`, { column });
  }

  private writeColumns(fields: RowFields, json: ByteWriter): void {
    const start = json.length;
    const column = this.nameOf(this.fieldOf.columns);
    this.readers.writeJson(fields, this.fieldOf.columns, json);
    let at = start;
    while (at < json.length && json.buffer[at]! <= 0x20) at++;
    if (json.buffer[at] !== OPEN_BRACE)
      throw new PostgresError('invalid_parameter_value', `column "${column}" must be a JSON object`, {
        hint: 'Give the columns of the RAW row as {"name": value, ...}.',
        column,
      });
    if (json.length - start > MAX_COLUMNS_BYTES)
      throw new PostgresError('program_limit_exceeded', 'a RAW row holds at most 5 MiB of columns', {
        column,
      });
  }

  /** The key by its JSON text, which is there already and is the same for the same key only. */
  private internKey({ json, dictionary }: JsonWindow, start: number): number {
    const { buffer, length } = json;
    if (length - start > MAX_KEY_CHARACTERS) {
      const key = JSON.parse(buffer.toString('utf8', start, length)) as string;
      if (key.length > MAX_KEY_CHARACTERS)
        throw new PostgresError(
          'string_data_right_truncation',
          `value too long for a RAW key: the limit is ${MAX_KEY_CHARACTERS} characters`,
          { column: this.nameOf(this.fieldOf.key) },
        );
    }
    return dictionary.intern(buffer, start, length);
  }

  private nameOf(field: number): string {
    return this.options.columns[field]!.name;
  }

  private remember(target: number): void {
    if (this.count === this.targetOf.length) {
      const next = new Int32Array(this.targetOf.length * 2);
      next.set(this.targetOf);
      this.targetOf = next;
    }
    this.targetOf[this.count++] = target;
  }
}
