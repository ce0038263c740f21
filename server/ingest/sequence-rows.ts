// Rows of sequence_rows: {"externalId", "rowNumber", "values"} as JSON, which write-batch groups by sequence. Rows of a unit
// that meet in one row number become one: CDF writes cell by cell, so the later row's cells are laid over the earlier's.
import { PostgresError } from '../postgres-error';
import type { RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { FieldRules, valueField } from './field-rules';
import { JsonWindow } from './json-window';
import { KeyDictionary } from './key-dictionary';
import { type CutBatch, LANES, type Rows, type RowsOptions } from './rows';
import { countCells, mergedCells, OTHER_SHAPE, OTHER_VALUE } from './sequence-cells';
import { cutSequenceRows, MAX_SEQUENCE_ROWS, MAX_SEQUENCE_VALUES, SequenceMarks } from './sequence-window';

/** A window is worth a full request in every lane. */
const WINDOW_ROWS = LANES * MAX_SEQUENCE_ROWS;
const WINDOW_VALUES = LANES * MAX_SEQUENCE_VALUES;
const WINDOW_BYTES = 16 * 1024 * 1024;
/** CDF's limit of columns in a sequence. */
const MAX_CELLS = 400;
/** A row number has to survive JSON's doubles on its way. */
const MAX_ROW_NUMBER = Number.MAX_SAFE_INTEGER;
/** No integer of so many characters is beyond it. */
const SAFE_DIGITS = 15;

const EXTERNAL_ID = Buffer.from('{"externalId":');
const ROW_NUMBER = Buffer.from(',"rowNumber":');
const COLUMNS = Buffer.from(',"columns":');
const VALUES = Buffer.from(',"values":');
const MINUS = 0x2d;
const CLOSE_BRACE = 0x7d;

export class SequenceRows implements Rows {
  readonly keepsLanes = true;
  private readonly readers: FieldReaders;
  private readonly rules: FieldRules;
  private readonly fieldsOf: Record<'externalId' | 'rowNumber' | 'columns' | 'values', readonly number[]>;
  private readonly window = new JsonWindow();
  private marks = new SequenceMarks();
  private values = 0;

  constructor(private readonly options: RowsOptions) {
    const { table, columns } = options;
    this.readers = new FieldReaders(table.name, columns, options.session);
    this.rules = new FieldRules(table, columns, this.readers);
    this.rules.requireAll();
    const at = (property: string) => this.rules.fieldsOf(property);
    this.fieldsOf = {
      ...{ externalId: at('externalId'), rowNumber: at('rowNumber') },
      ...{ columns: at('columns'), values: at('values') },
    };
  }

  get count(): number {
    return this.window.count;
  }

  get bytes(): number {
    return this.window.bytes + this.marks.bytes;
  }

  get isFull(): boolean {
    return (
      this.count >= WINDOW_ROWS ||
      this.values >= WINDOW_VALUES ||
      this.window.json.length >= WINDOW_BYTES ||
      this.marks.sequences.memory >= WINDOW_BYTES
    );
  }

  append(fields: RowFields, rowNumber: number): void {
    this.rules.check(fields);
    const { window, marks } = this;
    const { json } = window;
    json.truncate(window.start);
    json.copy(EXTERNAL_ID, 0, EXTERNAL_ID.length);
    this.readers.writeJson(fields, this.fieldsOf.externalId[0]!, json);
    const nameEnd = json.length;
    json.copy(ROW_NUMBER, 0, ROW_NUMBER.length);
    this.writeRowNumber(fields);
    const keyEnd = json.length;
    const cells = this.writeCells(fields);
    json.byte(CLOSE_BRACE);
    const sequence = marks.sequences.intern(json.buffer, window.start, nameEnd);
    const key = window.dictionary.intern(json.buffer, window.start, keyEnd);
    marks.set(window.count, sequence, cells);
    window.commit(key, rowNumber);
    this.values += cells;
  }

  truncate(count: number): void {
    for (let row = count; row < this.count; row++) this.values -= this.marks.cellsOf(row);
    if (count > 0) return this.window.truncate(count);
    this.window.clear();
    this.marks.sequences = new KeyDictionary();
  }

  shrink(): void {
    this.window.shrink();
    this.marks = new SequenceMarks();
  }

  encode(from: number, to: number): CutBatch[] {
    const isFirst = this.options.onConflict.action === 'nothing';
    const rows = this.window.distinct(from, to, isFirst ? 'first' : 'last');
    if (isFirst || rows.length === to - from) return cutSequenceRows(this.window, this.marks, rows);
    return this.encodeMerged(from, to, rows);
  }

  /** `last`: the last row of each key. Rows of the same key are laid over each other in a window of their own. */
  private encodeMerged(from: number, to: number, last: readonly number[]): CutBatch[] {
    const rowsOfKey = new Map<number, number[]>();
    for (const row of last) rowsOfKey.set(this.window.keyOf(row), []);
    for (let row = from; row < to; row++) rowsOfKey.get(this.window.keyOf(row))!.push(row);
    const window = new JsonWindow();
    const marks = new SequenceMarks();
    marks.sequences = this.marks.sequences;
    for (const row of last) {
      const rows = rowsOfKey.get(this.window.keyOf(row))!;
      marks.set(window.count, this.marks.sequence(row), this.copyRow(rows, window));
      window.commit(window.count, this.window.numberOf(row));
    }
    return cutSequenceRows(
      window,
      marks,
      Array.from(last, (_, i) => i),
    );
  }

  /** Writes rows of one key as one; returns how many cells it has. */
  private copyRow(rows: readonly number[], { json }: JsonWindow): number {
    const key = this.window.dictionary.bytesOf(this.window.keyOf(rows[0]!));
    const cells = rows.map((row) => this.window.jsonOf(row).subarray(key.length, -1));
    const merged = rows.length === 1 ? cells[0]! : mergedCells(cells);
    json.copy(key, 0, key.length);
    json.copy(merged, 0, merged.length);
    json.byte(CLOSE_BRACE);
    if (rows.length === 1) return this.marks.cellsOf(rows[0]!);
    return countCells(merged, VALUES.length, merged.length, 'object');
  }

  private writeRowNumber(fields: RowFields): void {
    const { json } = this.window;
    const start = json.length;
    this.readers.writeJson(fields, this.fieldsOf.rowNumber[0]!, json);
    const length = json.length - start;
    if (json.buffer[start] !== MINUS && length <= SAFE_DIGITS) return;
    const value = Number(json.buffer.toString('latin1', start, json.length));
    if (value >= 0 && value <= MAX_ROW_NUMBER) return;
    throw new PostgresError('numeric_value_out_of_range', 'row number out of range for a sequence in CDF', {
      hint: `CDF numbers rows from 0; Sluice takes numbers up to ${MAX_ROW_NUMBER}.`,
      column: this.nameOf(this.fieldsOf.rowNumber[0]!),
    });
  }

  /** Writes columns and values; returns how many cells they name. */
  private writeCells(fields: RowFields): number {
    const columns = valueField(fields, this.fieldsOf.columns);
    const values = valueField(fields, this.fieldsOf.values);
    if (columns < 0) return this.writeList(fields, values, VALUES, 'object');
    const names = this.writeList(fields, columns, COLUMNS, 'list');
    const cells = this.writeList(fields, values, VALUES, 'list');
    if (cells === names) return cells;
    throw new PostgresError(
      'invalid_parameter_value',
      `column "${this.nameOf(columns)}" names ${names} columns, but column "${this.nameOf(values)}" has ${cells} values`,
      { column: this.nameOf(values) },
    );
  }

  private writeList(fields: RowFields, field: number, label: Buffer, shape: 'object' | 'list'): number {
    const { json } = this.window;
    json.copy(label, 0, label.length);
    const start = json.length;
    this.readers.writeJson(fields, field, json);
    const cells = countCells(json.buffer, start, json.length, shape);
    if (cells > 0 && cells <= MAX_CELLS) return cells;
    throw badCells(this.nameOf(field), cells, shape);
  }

  private nameOf(field: number): string {
    return this.options.columns[field]!.name;
  }
}

function badCells(column: string, cells: number, shape: 'object' | 'list'): PostgresError {
  const hint =
    'Give the cells as {"column": value, ...}, or as a list of values whose columns are named by "columns".';
  if (cells === OTHER_SHAPE)
    return new PostgresError(
      'invalid_parameter_value',
      `column "${column}" must be a JSON ${shape === 'object' ? 'object' : 'array beside "columns"'}`,
      { hint, column },
    );
  if (cells === OTHER_VALUE)
    return new PostgresError(
      'invalid_parameter_value',
      `column "${column}" holds a value that a sequence cannot keep`,
      { hint: 'A cell of a sequence is a number, a string or null.', column },
    );
  if (cells === 0)
    return new PostgresError('invalid_parameter_value', `column "${column}" names no cell`, { hint, column });
  return new PostgresError('program_limit_exceeded', `a sequence row has at most ${MAX_CELLS} cells`, {
    column,
  });
}
