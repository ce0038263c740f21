// Rows of a RAW table of the user's own: {"key", "columns"} with a typed column each. NULL is written as null; a column that
// the statement does not name is left out, which RAW keeps apart.
import { randomUUID } from 'node:crypto';
import { RAW_KEY_COLUMN } from '../../shared/own-table';
import type { RawTarget } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import { ByteWriter } from './decode/byte-writer';
import { writeJsonText } from './decode/json-text';
import { NULL_FIELD, type RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { FieldRules } from './field-rules';
import { JsonWindow, NO_KEY } from './json-window';
import type { CutBatch, Rows, RowsOptions } from './rows';

/** CDF's limits (POST /raw/dbs/{db}/tables/{table}/rows). */
const MAX_RAW_ROWS = 10_000;
const MAX_KEY_CHARACTERS = 1024;
const MAX_COLUMNS_BYTES = 5 * 1024 * 1024;

const WINDOW_BYTES = 16 * 1024 * 1024;
const WINDOW_ROWS = 4 * MAX_RAW_ROWS;

const KEY = Buffer.from('{"key":');
const COLUMNS = Buffer.from(',"columns":{');
const END = Buffer.from('}}');
const NULL = Buffer.from('null');
const COMMA = 0x2c;
const QUOTE = 0x22;

export class OwnRawRows implements Rows {
  readonly keepsLanes = false;
  private readonly window = new JsonWindow();
  private readonly readers: FieldReaders;
  private readonly rules: FieldRules;
  /** -1: the statement leaves it to us, so that every row gets a key of its own. */
  private readonly keyField: number;
  private readonly keyName: string;
  /** The fields that are columns of the RAW row, and their names as JSON. */
  private readonly written: readonly { readonly field: number; readonly name: Buffer }[];
  private readonly scratch = new ByteWriter();

  constructor(
    private readonly options: RowsOptions,
    private readonly target: RawTarget,
  ) {
    const { table, columns, session } = options;
    this.readers = new FieldReaders(table.name, columns, session);
    this.rules = new FieldRules(table, columns, this.readers);
    // An UPDATE sets some of the columns; what is inserted replaces the RAW row.
    if (options.write !== 'update') this.rules.requireAll();
    this.keyName = table.key[0]!;
    this.keyField = columns.findIndex(({ name }) => name === this.keyName);
    this.written = columns.flatMap(({ name }, field) =>
      name === RAW_KEY_COLUMN && field === this.keyField
        ? []
        : [{ field, name: Buffer.from(`${JSON.stringify(name)}:`) }],
    );
  }

  get count(): number {
    return this.window.count;
  }

  get bytes(): number {
    return this.window.bytes;
  }

  get isFull(): boolean {
    return this.window.json.length >= WINDOW_BYTES || this.count >= WINDOW_ROWS;
  }

  append(fields: RowFields, rowNumber: number): void {
    this.rules.check(fields);
    const { json, start } = this.window;
    json.truncate(start);
    json.copy(KEY, 0, KEY.length);
    const key = this.writeKey(fields, json);
    json.copy(COLUMNS, 0, COLUMNS.length);
    this.writeColumns(fields, json);
    json.copy(END, 0, END.length);
    this.window.commit(key, rowNumber);
  }

  truncate(count: number): void {
    if (count === 0) this.window.clear();
    else this.window.truncate(count);
  }

  shrink(): void {
    this.window.shrink();
  }

  encode(from: number, to: number): CutBatch[] {
    const keep = this.options.onConflict.action === 'nothing' ? 'first' : 'last';
    const rows = this.window.distinct(from, to, keep);
    return this.window.cut(rows, MAX_RAW_ROWS, false).map((cut) => ({ ...cut, target: this.target }));
  }

  /** The value's text, whatever its type: a RAW key is a text. Returns the key's number in the window. */
  private writeKey(fields: RowFields, json: ByteWriter): number {
    const { keyField, scratch } = this;
    if (keyField < 0) {
      json.byte(QUOTE);
      json.ascii(randomUUID());
      json.byte(QUOTE);
      return NO_KEY;
    }
    if (fields.starts[keyField] === NULL_FIELD) throw this.readers.notNull(this.keyName);
    scratch.truncate(0);
    this.readers.text(fields, keyField, scratch);
    this.checkKey(scratch);
    writeJsonText(scratch.buffer, 0, scratch.length, json);
    return this.window.dictionary.intern(scratch.buffer, 0, scratch.length);
  }

  private checkKey({ buffer, length }: ByteWriter): void {
    const column = this.keyName;
    if (length === 0)
      throw new PostgresError('invalid_parameter_value', `column "${column}" must not be empty`, {
        detail: 'It is the key of a RAW row.',
        column,
      });
    if (length > MAX_KEY_CHARACTERS && buffer.toString('utf8', 0, length).length > MAX_KEY_CHARACTERS)
      throw new PostgresError(
        'string_data_right_truncation',
        `value too long for a RAW key: the limit is ${MAX_KEY_CHARACTERS} characters`,
        { column },
      );
  }

  private writeColumns(fields: RowFields, json: ByteWriter): void {
    const start = json.length;
    for (let i = 0; i < this.written.length; i++) {
      const { field, name } = this.written[i]!;
      if (i > 0) json.byte(COMMA);
      json.copy(name, 0, name.length);
      if (fields.starts[field] === NULL_FIELD) json.copy(NULL, 0, NULL.length);
      else this.readers.writeJson(fields, field, json);
    }
    if (json.length - start > MAX_COLUMNS_BYTES)
      throw new PostgresError('program_limit_exceeded', 'a RAW row holds at most 5 MiB of columns');
  }
}
