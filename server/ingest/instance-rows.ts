// Rows of a view: nodes or edges as POST /models/instances takes them, an upsert by space and external id. NULL is null;
// a property that the statement does not name stays as it is.
import { INSTANCE_COLUMNS, VIEW_PROPERTY } from '../../shared/table-of-own';
import type { CdfRequest, Column } from '../../shared/tables/table';
import { ByteWriter } from './decode/byte-writer';
import { writeJsonText } from './decode/json-text';
import { NULL_FIELD, type RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { FieldRules } from './field-rules';
import { JsonWindow } from './json-window';
import { LANES, type CutBatch, type Rows, type RowsOptions } from './rows';

/** CDF's limit of one request. */
const MAX_INSTANCES = 1000;
const WINDOW_BYTES = 8 * 1024 * 1024;

const COMMA = 0x2c;
const QUOTE = 0x22;
const CLOSE_BRACE = 0x7d;
const NULL = Buffer.from('null');
const PROPERTIES_END = Buffer.from('}}]');
const SPACE = Buffer.from('{"space":');
const EXTERNAL_ID = Buffer.from(',"externalId":');

interface Field {
  readonly field: number;
  /** The property's name as JSON, a colon behind it. */
  readonly name: Buffer;
  readonly isDirect: boolean;
}

export class InstanceRows implements Rows {
  readonly keepsLanes = false;
  private readonly window = new JsonWindow();
  private readonly readers: FieldReaders;
  private readonly rules: FieldRules;
  private readonly keyFields: readonly number[];
  /** Of the instance itself, and of the view. */
  private readonly own: readonly Field[];
  private readonly properties: readonly Field[];
  private readonly open: Buffer;
  private readonly source: Buffer;
  private readonly scratch = new ByteWriter();

  constructor(
    private readonly options: RowsOptions,
    { of, view }: Extract<CdfRequest, { kind: 'instances' }>,
  ) {
    const { table, columns, session } = options;
    this.readers = new FieldReaders(table.name, columns, session);
    this.rules = new FieldRules(table, columns, this.readers);
    this.own = fieldsOf(columns, false);
    this.properties = fieldsOf(columns, true);
    this.keyFields = table.key.map((key) => columns.findIndex(({ name }) => name === key));
    this.open = Buffer.from(`{"instanceType":"${of}"`);
    const source = JSON.stringify({ type: 'view', ...view });
    this.source = Buffer.from(`,"sources":[{"source":${source},"properties":{`);
    if (options.write !== 'update') this.requireKeyAndEnds(of);
  }

  get count(): number {
    return this.window.count;
  }

  get bytes(): number {
    return this.window.bytes;
  }

  get isFull(): boolean {
    return this.window.json.length >= WINDOW_BYTES || this.count >= LANES * MAX_INSTANCES;
  }

  append(fields: RowFields, rowNumber: number): void {
    this.rules.check(fields);
    const { json, start } = this.window;
    json.truncate(start);
    json.copy(this.open, 0, this.open.length);
    for (const own of this.own) {
      json.byte(COMMA);
      this.writeField(fields, own, json);
    }
    if (this.properties.length > 0) this.writeProperties(fields, json);
    json.byte(CLOSE_BRACE);
    this.window.commit(this.internKey(fields), rowNumber);
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
    return this.window.cut(this.window.distinct(from, to, keep), MAX_INSTANCES, false);
  }

  private writeProperties(fields: RowFields, json: ByteWriter): void {
    json.copy(this.source, 0, this.source.length);
    for (let i = 0; i < this.properties.length; i++) {
      if (i > 0) json.byte(COMMA);
      this.writeField(fields, this.properties[i]!, json);
    }
    json.copy(PROPERTIES_END, 0, PROPERTIES_END.length);
  }

  private writeField(fields: RowFields, { field, name, isDirect }: Field, json: ByteWriter): void {
    json.copy(name, 0, name.length);
    if (fields.starts[field] === NULL_FIELD) {
      json.copy(NULL, 0, NULL.length);
      return;
    }
    const start = json.length;
    this.readers.writeJson(fields, field, json);
    if (!isDirect) return;
    let at = start;
    while (at < json.length && json.buffer[at]! <= 0x20) at++;
    if (json.buffer[at] === QUOTE) this.completeReference(fields, json, start);
  }

  /** `"x"` becomes {"space": the row's own, "externalId": "x"}. */
  private completeReference(fields: RowFields, json: ByteWriter, start: number): void {
    const externalId = Buffer.from(json.buffer.subarray(start, json.length));
    json.truncate(start);
    json.copy(SPACE, 0, SPACE.length);
    this.scratch.truncate(0);
    this.readers.text(fields, this.keyFields[0]!, this.scratch);
    writeJsonText(this.scratch.buffer, 0, this.scratch.length, json);
    json.copy(EXTERNAL_ID, 0, EXTERNAL_ID.length);
    json.copy(externalId, 0, externalId.length);
    json.byte(CLOSE_BRACE);
  }

  private internKey(fields: RowFields): number {
    const { scratch } = this;
    scratch.truncate(0);
    for (const field of this.keyFields) {
      this.readers.text(fields, field, scratch);
      // No text holds this byte.
      scratch.byte(0);
    }
    return this.window.dictionary.intern(scratch.buffer, 0, scratch.length);
  }

  /** Properties that the view requires may be there already: then CDF only changes the others. */
  private requireKeyAndEnds(of: 'node' | 'edge'): void {
    const named = new Set(this.options.columns.map(({ name }) => name));
    const missing = INSTANCE_COLUMNS[of].find(({ name }) => !named.has(name));
    if (missing !== undefined) throw this.readers.notNull(missing.name);
  }
}

/** Those of the view's properties, or of the instance itself. */
function fieldsOf(columns: readonly Column[], ofView: boolean): Field[] {
  return columns.flatMap(({ property, as }, field) => {
    if (property.startsWith(VIEW_PROPERTY) !== ofView) return [];
    const name = ofView ? property.slice(VIEW_PROPERTY.length) : property;
    return [{ field, name: Buffer.from(`${JSON.stringify(name)}:`), isDirect: as === 'direct' }];
  });
}
