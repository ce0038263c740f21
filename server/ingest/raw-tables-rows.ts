// Rows of raw_tables: {"database", "table"}, from which write-batch makes RAW databases and tables. Each name once a unit.
import { PostgresError } from '../postgres-error';
import type { RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { FieldRules } from './field-rules';
import { JsonWindow } from './json-window';
import type { CutBatch, Rows, RowsOptions } from './rows';

/** CDF's limit of one request (POST /raw/dbs/{db}/tables). */
const MAX_RAW_TABLES = 1000;
const WINDOW_BYTES = 1024 * 1024;

const DATABASE = Buffer.from('{"database":');
const TABLE = Buffer.from(',"table":');
const CLOSE_BRACE = 0x7d;
/** Two quotes around nothing. */
const EMPTY_JSON_BYTES = 2;

export class RawTablesRows implements Rows {
  readonly keepsLanes = false;
  private readonly readers: FieldReaders;
  private readonly rules: FieldRules;
  private readonly window = new JsonWindow();
  private readonly databaseField: number;
  private readonly tableField: number;

  constructor(private readonly options: RowsOptions) {
    const { table, columns } = options;
    this.readers = new FieldReaders(table.name, columns, options.session);
    this.rules = new FieldRules(table, columns, this.readers);
    this.rules.requireAll();
    this.databaseField = this.rules.fieldsOf('database')[0]!;
    this.tableField = this.rules.fieldsOf('table')[0]!;
  }

  get count(): number {
    return this.window.count;
  }

  get bytes(): number {
    return this.window.bytes;
  }

  get isFull(): boolean {
    return this.window.json.length >= WINDOW_BYTES;
  }

  append(fields: RowFields, rowNumber: number): void {
    this.rules.check(fields);
    const { window } = this;
    const { json } = window;
    json.truncate(window.start);
    json.copy(DATABASE, 0, DATABASE.length);
    this.writeName(fields, this.databaseField);
    json.copy(TABLE, 0, TABLE.length);
    this.writeName(fields, this.tableField);
    json.byte(CLOSE_BRACE);
    window.commit(window.dictionary.intern(json.buffer, window.start, json.length), rowNumber);
  }

  truncate(count: number): void {
    if (count === 0) this.window.clear();
    else this.window.truncate(count);
  }

  shrink(): void {
    this.window.shrink();
  }

  encode(from: number, to: number): CutBatch[] {
    return this.window.cut(this.window.distinct(from, to, 'first'), MAX_RAW_TABLES, true);
  }

  private writeName(fields: RowFields, field: number): void {
    const { json } = this.window;
    const start = json.length;
    this.readers.writeJson(fields, field, json);
    if (json.length - start > EMPTY_JSON_BYTES) return;
    const column = this.options.columns[field]!.name;
    throw new PostgresError('invalid_parameter_value', `column "${column}" must not be empty`, { column });
  }
}
