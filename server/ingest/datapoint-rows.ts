// Rows of double_datapoints and string_datapoints: kept as columns, cut into protobuf bodies with one item a series.
import type { Column } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import { encodeDatapoints, type PointColumns, type SeriesSlice } from './datapoint-body';
import { ByteWriter } from './decode/byte-writer';
import { NULL_FIELD, OID, type RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { KeyDictionary } from './key-dictionary';
import {
  ALL_LANES,
  type CutBatch,
  grownFloat64,
  grownInt32,
  LANES,
  type Rows,
  type RowsOptions,
} from './rows';

/** CDF's limits of one request (POST /timeseries/data). */
const MAX_POINTS = 100_000;
const MAX_SERIES = 10_000;
/** A window is worth a full request in every lane. */
const WINDOW_POINTS = LANES * MAX_POINTS;
const FIRST_ROWS = 1024;
const WINDOW_BYTES = 32 * 1024 * 1024;
/** A dictionary up to this size is kept for the next window: finding a series again is cheaper than adding it. */
const KEPT_DICTIONARY_BYTES = 4 * 1024 * 1024;

/** CDF keeps 1900-01-01 to 2099-12-31T23:59:59.999, ms since 1970. */
const FIRST_TIMESTAMP = -2_208_988_800_000;
const LAST_TIMESTAMP = 4_102_444_799_999;
const MAX_VALUE = 1e100;
const MAX_STRING_BYTES = 1023;

/** Types whose bytes are the text itself, in either format. */
const PLAIN_TEXT = new Set<number>([OID.unspecified, OID.unknown, OID.text, OID.varchar]);

const EXTERNAL_ID = 0;
const ID = 1;

export class DatapointRows implements Rows {
  readonly keepsLanes = true;
  count = 0;
  private readonly readers: FieldReaders;
  private readonly numeric: boolean;
  private readonly fieldOf: Record<'external_id' | 'id' | 'timestamp' | 'value', number>;
  private readonly hasBothNames: boolean;
  private dictionary = new KeyDictionary();
  private kinds = new Uint8Array(64);
  private series = new Int32Array(FIRST_ROWS);
  private numbers = new Int32Array(FIRST_ROWS);
  private timestamps = new Float64Array(FIRST_ROWS);
  private values = new Float64Array(FIRST_ROWS);
  private textStarts = new Int32Array(FIRST_ROWS);
  private textEnds = new Int32Array(FIRST_ROWS);
  private text = new ByteWriter();
  private readonly scratch = new ByteWriter();

  constructor(options: RowsOptions) {
    const { table, columns } = options;
    this.numeric = table.request.kind === 'datapoints' && table.request.value === 'numeric';
    this.readers = new FieldReaders(table.name, columns, options.session);
    const at = (name: string) => columns.findIndex((column: Column) => column.name === name);
    this.fieldOf = {
      external_id: at('external_id'),
      id: at('id'),
      timestamp: at('timestamp'),
      value: at('value'),
    };
    this.hasBothNames = this.fieldOf.external_id >= 0 && this.fieldOf.id >= 0;
  }

  get bytes(): number {
    return this.series.length * 24 + this.text.buffer.length + this.dictionary.memory;
  }

  get isFull(): boolean {
    return (
      this.count >= WINDOW_POINTS ||
      this.text.length >= WINDOW_BYTES ||
      this.dictionary.memory >= WINDOW_BYTES
    );
  }

  append(fields: RowFields, rowNumber: number): void {
    const at = this.count;
    if (at === this.series.length) this.grow();
    if (this.hasBothNames) this.refuseBothNames(fields);
    this.series[at] = this.readSeries(fields);
    this.timestamps[at] = this.readTimestamp(fields);
    if (this.numeric) this.values[at] = this.readNumber(fields);
    else this.readText(fields, at);
    this.numbers[at] = rowNumber;
    this.count = at + 1;
  }

  truncate(count: number): void {
    this.count = count;
    this.text.truncate(this.numeric || count === 0 ? 0 : this.textEnds[count - 1]!);
    if (count === 0 && this.dictionary.memory > KEPT_DICTIONARY_BYTES) this.dictionary = new KeyDictionary();
  }

  shrink(): void {
    this.dictionary = new KeyDictionary();
    this.series = new Int32Array(FIRST_ROWS);
    this.numbers = new Int32Array(FIRST_ROWS);
    this.timestamps = new Float64Array(FIRST_ROWS);
    this.values = new Float64Array(FIRST_ROWS);
    this.textStarts = new Int32Array(FIRST_ROWS);
    this.textEnds = new Int32Array(FIRST_ROWS);
    this.text = new ByteWriter();
  }

  encode(from: number, to: number): CutBatch[] {
    const order = this.bySeries(from, to);
    const single = to - from <= MAX_POINTS && order.slices.length <= MAX_SERIES;
    if (single) return [this.batch(ALL_LANES, order.slices)];
    const lanes = Array.from({ length: LANES }, (): SeriesSlice[] => []);
    order.slices.forEach((slice, i) => lanes[this.dictionary.hashOf(order.keys[i]!) % LANES]!.push(slice));
    return lanes.flatMap((slices, lane) => requests(slices).map((request) => this.batch(lane, request)));
  }

  private batch(lane: number, slices: readonly SeriesSlice[]): CutBatch {
    const points: PointColumns = {
      timestamps: this.timestamps,
      values: this.numeric ? this.values : null,
      text: this.text.buffer,
      textStarts: this.textStarts,
      textEnds: this.textEnds,
    };
    const rowNumbers = new Int32Array(slices.reduce((sum, slice) => sum + slice.to - slice.from, 0));
    let at = 0;
    for (const slice of slices)
      for (let i = slice.from; i < slice.to; i++) rowNumbers[at++] = this.numbers[slice.order[i]!]!;
    return { lane, body: encodeDatapoints(slices, points), contentType: 'application/protobuf', rowNumbers };
  }

  /** A stable counting sort of [from, to) by series; within a series ascending, the last of a timestamp kept. */
  private bySeries(from: number, to: number): { slices: SeriesSlice[]; keys: number[] } {
    const ends = new Int32Array(this.dictionary.size + 1);
    for (let row = from; row < to; row++) ends[this.series[row]! + 1]!++;
    for (let key = 0; key < this.dictionary.size; key++) ends[key + 1]! += ends[key]!;
    const order = new Int32Array(to - from);
    const next = ends.slice();
    for (let row = from; row < to; row++) order[next[this.series[row]!]!++] = row;
    const slices: SeriesSlice[] = [];
    const keys: number[] = [];
    for (let key = 0; key < this.dictionary.size; key++) {
      const first = ends[key]!;
      if (ends[key + 1] === first) continue;
      const last = ascending(order, first, ends[key + 1]!, this.timestamps);
      slices.push({
        key: this.dictionary.bytesOf(key),
        isId: this.kinds[key] === ID,
        order,
        from: first,
        to: last,
      });
      keys.push(key);
    }
    return { slices, keys };
  }

  private refuseBothNames({ starts }: RowFields): void {
    const { external_id, id } = this.fieldOf;
    if (starts[external_id] !== NULL_FIELD && starts[id] !== NULL_FIELD) throw namedTwice();
  }

  private readSeries(fields: RowFields): number {
    const external = this.fieldOf.external_id;
    const byExternalId = external >= 0 && fields.starts[external] !== NULL_FIELD;
    if (byExternalId && PLAIN_TEXT.has(fields.oids[external]!)) {
      // Bytes that were a valid name once are so again: nearly every row names a series that is known already.
      const { buffers, starts, ends } = fields;
      const known = this.dictionary.find(buffers[external]!, starts[external]!, ends[external]!, EXTERNAL_ID);
      if (known >= 0) return known;
    }
    const field = byExternalId ? external : this.fieldOf.id;
    if (field < 0 || fields.starts[field] === NULL_FIELD) throw this.readers.notNull('external_id');
    this.scratch.truncate(0);
    this.readers.text(fields, field, this.scratch);
    const kind = byExternalId ? EXTERNAL_ID : ID;
    const key = this.dictionary.intern(this.scratch.buffer, 0, this.scratch.length, kind);
    if (key >= this.kinds.length) this.kinds = grownBytes(this.kinds);
    this.kinds[key] = kind;
    return key;
  }

  private readTimestamp(fields: RowFields): number {
    const timestamp = this.readers.number(fields, this.fieldOf.timestamp, 'timestamp');
    if (timestamp < FIRST_TIMESTAMP || timestamp > LAST_TIMESTAMP)
      throw new PostgresError('datetime_field_overflow', 'timestamp out of range for a data point in CDF', {
        hint: 'CDF keeps data points from 1900-01-01 to 2099-12-31.',
        column: 'timestamp',
      });
    return timestamp;
  }

  private readNumber(fields: RowFields): number {
    const value = this.readers.number(fields, this.fieldOf.value, 'value');
    if (!(value > -MAX_VALUE && value < MAX_VALUE))
      throw new PostgresError('numeric_value_out_of_range', 'value out of range for a data point in CDF', {
        hint: 'CDF keeps finite values between -1e100 and 1e100.',
        column: 'value',
      });
    return value;
  }

  private readText(fields: RowFields, at: number): void {
    const field = this.fieldOf.value;
    if (field < 0 || fields.starts[field] === NULL_FIELD) throw this.readers.notNull('value');
    const start = at === 0 ? 0 : this.textEnds[at - 1]!;
    this.text.truncate(start);
    this.readers.text(fields, field, this.text);
    if (this.text.length - start > MAX_STRING_BYTES)
      throw new PostgresError(
        'string_data_right_truncation',
        'value too long for a string data point in CDF',
        {
          hint: 'CDF keeps up to 1023 bytes of UTF-8.',
          column: 'value',
        },
      );
    this.textStarts[at] = start;
    this.textEnds[at] = this.text.length;
  }

  private grow(): void {
    this.series = grownInt32(this.series);
    this.numbers = grownInt32(this.numbers);
    this.timestamps = grownFloat64(this.timestamps);
    if (this.numeric) this.values = grownFloat64(this.values);
    else {
      this.textStarts = grownInt32(this.textStarts);
      this.textEnds = grownInt32(this.textEnds);
    }
  }
}

/** Cuts a lane's series into requests within CDF's limits; a long series is cut itself. */
function requests(slices: readonly SeriesSlice[]): SeriesSlice[][] {
  const cut: SeriesSlice[][] = [];
  let request: SeriesSlice[] = [];
  let points = 0;
  for (const slice of slices) {
    for (let from = slice.from; from < slice.to;) {
      if (points === MAX_POINTS || request.length === MAX_SERIES) {
        cut.push(request);
        request = [];
        points = 0;
      }
      const to = Math.min(slice.to, from + MAX_POINTS - points);
      request.push({ ...slice, from, to });
      points += to - from;
      from = to;
    }
  }
  if (request.length > 0) cut.push(request);
  return cut;
}

/** Puts order[from, to) into ascending time, keeping the last row of each timestamp; returns the new end. */
function ascending(order: Int32Array, from: number, to: number, timestamps: Float64Array): number {
  let sorted = true;
  for (let i = from + 1; i < to && sorted; i++) sorted = timestamps[order[i]!]! > timestamps[order[i - 1]!]!;
  if (sorted) return to;
  order.subarray(from, to).sort((a, b) => timestamps[a]! - timestamps[b]! || a - b);
  let end = from;
  for (let i = from; i < to; i++) {
    const next = i + 1 < to ? timestamps[order[i + 1]!]! : NaN;
    if (timestamps[order[i]!] !== next) order[end++] = order[i]!;
  }
  return end;
}

function namedTwice(): PostgresError {
  return new PostgresError(
    'invalid_parameter_value',
    'columns "external_id" and "id" cannot both have a value',
    {
      detail: 'Both of them name the time series.',
      hint: 'Give one of them, and NULL for the other.',
      column: 'id',
    },
  );
}

function grownBytes(array: Uint8Array): Uint8Array<ArrayBuffer> {
  const next = new Uint8Array(array.length * 2);
  next.set(array);
  return next;
}
