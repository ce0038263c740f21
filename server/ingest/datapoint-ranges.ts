// Rows of a DELETE of data points: {"externalId", "inclusiveBegin", "exclusiveEnd"}, a range of one series each. A range that
// meets one of another statement cuts the window, so that each statement is told how many points it has deleted.
import { ByteWriter } from './decode/byte-writer';
import { NULL_FIELD, type RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { JsonWindow, NO_KEY } from './json-window';
import { KeyDictionary } from './key-dictionary';
import { type Admission, type CutBatch, LANES, type Rows, type RowsOptions } from './rows';
import { TimeRanges } from './time-ranges';

/** CDF's limit of one request (POST /timeseries/data/delete). */
const MAX_RANGES = 10_000;
/** CDF keeps 1900-01-01 to 2099-12-31T23:59:59.999, ms since 1970. */
const FIRST_TIMESTAMP = -2_208_988_800_000;
const AFTER_LAST_TIMESTAMP = 4_102_444_800_000;
const KEPT_BYTES = 1024 * 1024;

const EXTERNAL_ID = Buffer.from('{"externalId":');
const CLOSE_BRACE = 0x7d;

export class DatapointRanges implements Rows {
  readonly keepsLanes = false;
  private readonly window = new JsonWindow();
  private readonly readers: FieldReaders;
  private readonly scratch = new ByteWriter();
  private dictionary = new KeyDictionary();
  /** By number of the series: its ranges in the window. */
  private series: (TimeRanges | undefined)[] = [];
  private key = 0;
  private begin = 0;
  private end = 0;

  constructor(private readonly options: RowsOptions) {
    this.readers = new FieldReaders(options.table.name, options.columns, options.session);
  }

  get count(): number {
    return this.window.count;
  }

  get bytes(): number {
    return this.window.bytes + this.dictionary.memory;
  }

  get isFull(): boolean {
    return this.count >= LANES * MAX_RANGES;
  }

  admit(fields: RowFields): Admission {
    if (fields.starts[0] === NULL_FIELD || !this.readRange(fields)) return 'skip';
    this.scratch.truncate(0);
    this.readers.text(fields, 0, this.scratch);
    this.key = this.dictionary.intern(this.scratch.buffer, 0, this.scratch.length);
    return this.series[this.key]?.meets(this.begin, this.end) === true ? 'cut' : 'take';
  }

  append(fields: RowFields, rowNumber: number): void {
    const { json } = this.window;
    json.truncate(this.window.start);
    json.copy(EXTERNAL_ID, 0, EXTERNAL_ID.length);
    this.readers.writeJson(fields, 0, json);
    json.ascii(`,"inclusiveBegin":${this.begin},"exclusiveEnd":${this.end}`);
    json.byte(CLOSE_BRACE);
    this.window.commit(NO_KEY, rowNumber);
    (this.series[this.key] ??= new TimeRanges()).add(this.begin, this.end);
  }

  truncate(count: number): void {
    this.window.truncate(count);
    if (count > 0) return;
    // Between admit and append a cut may come: the keys' numbers stay as they are.
    this.series = [];
  }

  startStatement(): void {
    if (this.count === 0 && this.dictionary.memory > KEPT_BYTES) this.dictionary = new KeyDictionary();
  }

  shrink(): void {
    this.window.shrink();
    this.dictionary = new KeyDictionary();
    this.series = [];
  }

  encode(from: number, to: number): CutBatch[] {
    return this.window.cut(
      Array.from({ length: to - from }, (_, i) => from + i),
      MAX_RANGES,
      false,
    );
  }

  /** False where the range holds no time: a bound is NULL, or the end comes first. */
  private readRange(fields: RowFields): boolean {
    const { columns, operators = [] } = this.options;
    let begin = FIRST_TIMESTAMP;
    let end = AFTER_LAST_TIMESTAMP;
    for (let field = 1; field < columns.length; field++) {
      if (fields.starts[field] === NULL_FIELD) return false;
      const time = this.readers.number(fields, field, columns[field]!.name);
      const operator = operators[field];
      if (operator === '>' || operator === '>=' || operator === '=')
        begin = Math.max(begin, operator === '>' ? time + 1 : time);
      if (operator === '<' || operator === '<=' || operator === '=')
        end = Math.min(end, operator === '<' ? time : time + 1);
    }
    this.begin = begin;
    this.end = end;
    return begin < end;
  }
}
