// Rows of a DELETE: keys alone, as the JSON that write-batch takes; of RAW rows one window a RAW table. Data points, which
// are deleted by ranges of time, are datapoint-ranges'.
import type { Column, RawTarget } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import { ByteWriter } from './decode/byte-writer';
import { writeJsonText } from './decode/json-text';
import type { RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { JsonWindow, NO_KEY } from './json-window';
import { KeyBytes } from './key-bytes';
import { type Admission, type CutBatch, LANES, type Rows, type RowsOptions } from './rows';
import { SeenKeys } from './seen-keys';

/** CDF's limit of one request, for items, instances and RAW rows alike; sequence rows may name as many sequences. */
const MAX_DELETES = 1000;
const MAX_RAW_KEY_CHARACTERS = 1024;
const WINDOW_BYTES = 8 * 1024 * 1024;
/** So many RAW tables in one window: more of them, and it is cut. */
const MAX_TARGETS = 256;

const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const COMMA = 0x2c;
const RAW_KEY = Buffer.from('{"key":');

interface Group {
  /** Null: the rows need none. */
  readonly target: RawTarget | null;
  readonly window: JsonWindow;
}

export class DeleteRows implements Rows {
  readonly keepsLanes = false;
  count = 0;
  private readonly readers: FieldReaders;
  private readonly key: KeyBytes;
  private readonly seen = new SeenKeys();
  private readonly groups = new Map<string, Group>();
  /** By row of this window: its group. */
  private groupOf: Group[] = [];
  private held = 0;
  private readonly names: readonly Buffer[];
  private readonly prefix: Buffer;
  private readonly scratch = new ByteWriter();
  private readonly inOrder: boolean;

  constructor(private readonly options: RowsOptions) {
    const { table, columns, session } = options;
    this.readers = new FieldReaders(table.name, columns, session);
    this.key = new KeyBytes(table, columns, this.readers);
    this.names = columns.map(({ property }) => Buffer.from(`${JSON.stringify(property)}:`));
    const { request } = table;
    this.prefix = Buffer.from(request.kind === 'instances' ? `"instanceType":"${request.of}",` : '');
    // CDF deletes no asset that has children: whoever names children first shall have them deleted first.
    this.inOrder = request.kind === 'items' && request.parent !== undefined;
  }

  get bytes(): number {
    let sum = this.seen.bytes + this.groupOf.length * 8;
    for (const { window } of this.groups.values()) sum += window.bytes;
    return sum;
  }

  get isFull(): boolean {
    return this.count >= LANES * MAX_DELETES || this.held >= WINDOW_BYTES || this.groups.size >= MAX_TARGETS;
  }

  startStatement(): void {
    this.seen.startStatement(this.count === 0);
  }

  admit(fields: RowFields): Admission {
    if (!this.key.read(fields)) return 'skip';
    const { buffer, length } = this.key.bytes;
    return this.seen.admit(buffer, length, this.count);
  }

  append(fields: RowFields, rowNumber: number): void {
    const group = this.groupFor(fields);
    const { window } = group;
    const { json } = window;
    json.truncate(window.start);
    if (this.options.table.request.kind === 'raw-rows') this.writeRawKey(fields, json);
    else this.writeKey(fields, json);
    this.held += json.length - window.start;
    window.commit(NO_KEY, rowNumber);
    this.seen.commit(this.count);
    this.groupOf[this.count++] = group;
  }

  truncate(count: number): void {
    for (let row = this.count - 1; row >= count; row--) {
      const { window } = this.groupOf[row]!;
      window.truncate(window.count - 1);
    }
    this.count = count;
    this.groupOf.length = count;
    this.held = 0;
    if (count === 0) this.groups.clear();
    else for (const { window } of this.groups.values()) this.held += window.start;
  }

  shrink(): void {
    this.groups.clear();
    this.groupOf = [];
    this.seen.shrink();
  }

  encode(from: number, to: number): CutBatch[] {
    const before = new Map<Group, number>();
    for (let row = 0; row < from; row++) count(before, this.groupOf[row]!);
    const until = new Map(before);
    for (let row = from; row < to; row++) count(until, this.groupOf[row]!);
    return [...this.groups.values()].flatMap((group) => {
      const first = before.get(group) ?? 0;
      const rows = Array.from({ length: (until.get(group) ?? 0) - first }, (_, i) => first + i);
      const { target } = group;
      const cuts = group.window.cut(rows, MAX_DELETES, this.inOrder);
      return target === null ? cuts : cuts.map((cut) => ({ ...cut, target }));
    });
  }

  private writeKey(fields: RowFields, json: ByteWriter): void {
    json.byte(OPEN_BRACE);
    json.copy(this.prefix, 0, this.prefix.length);
    this.names.forEach((name, field) => {
      if (field > 0) json.byte(COMMA);
      json.copy(name, 0, name.length);
      this.readers.writeJson(fields, field, json);
    });
    json.byte(CLOSE_BRACE);
  }

  /** The key of a RAW row is a text, whatever the type of its column. */
  private writeRawKey(fields: RowFields, json: ByteWriter): void {
    const field = this.fieldOf('key');
    const text = this.text(fields, field);
    if (text.length > MAX_RAW_KEY_CHARACTERS && text.toString().length > MAX_RAW_KEY_CHARACTERS)
      throw new PostgresError(
        'string_data_right_truncation',
        `value too long for a RAW key: the limit is ${MAX_RAW_KEY_CHARACTERS} characters`,
        { column: this.options.columns[field]!.name },
      );
    json.copy(RAW_KEY, 0, RAW_KEY.length);
    writeJsonText(text, 0, text.length, json);
    json.byte(CLOSE_BRACE);
  }

  private groupFor(fields: RowFields): Group {
    const target = this.targetOf(fields);
    const name = target === null ? '' : `${target.database}\0${target.table}`;
    let group = this.groups.get(name);
    if (group === undefined) {
      group = { target, window: new JsonWindow() };
      this.groups.set(name, group);
    }
    return group;
  }

  private targetOf(fields: RowFields): RawTarget | null {
    const { request } = this.options.table;
    if (request.kind !== 'raw-rows') return null;
    if (request.target !== undefined) return request.target;
    const name = (property: string) => this.text(fields, this.fieldOf(property)).toString();
    return { database: name('database'), table: name('table') };
  }

  /** The field's text; valid until the next one. */
  private text(fields: RowFields, field: number): Buffer {
    this.scratch.truncate(0);
    this.readers.text(fields, field, this.scratch);
    return this.scratch.buffer.subarray(0, this.scratch.length);
  }

  private fieldOf(property: string): number {
    return this.options.columns.findIndex((column: Column) => column.property === property);
  }
}

function count(counts: Map<Group, number>, group: Group): void {
  counts.set(group, (counts.get(group) ?? 0) + 1);
}
