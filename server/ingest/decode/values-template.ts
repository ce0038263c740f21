// A VALUES list of the extended protocol, read once at Parse: which parameter or literal stands in which field. Each Bind
// then fills rows from it without a look at the text.
import { skipSpace } from '../../sql/bytes';
import { Scratch } from '../../sql/string-literal';
import { NULL_FIELD, OID, type RowFields } from './row-fields';
import { LITERAL, LiteralReader } from './values-literal';

export interface ValuesTemplate {
  readonly rows: number;
  readonly columns: number;
  /** n of $n at [row * columns + column], 0 for a literal. */
  readonly parameterOf: Int32Array;
  /** The type that a parameter is cast to, 0 for none. */
  readonly castOid: Int32Array;
  readonly literals: TemplateLiterals;
  /** The largest n. */
  readonly parameterCount: number;
}

/** Literal i is bytes.subarray(starts[i], ends[i]), NULL_FIELD for NULL, of type oids[i] as a scanned literal's. */
interface TemplateLiterals {
  readonly bytes: Buffer;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly oids: Int32Array;
}

/** Larger lists are the engine's: 65 535 parameters fit many times. */
const MAX_TEMPLATE_FIELDS = 1_000_000;
const MAX_PARAMETERS = 65_535;

/**
 * Compiles text[start, end), the rows behind VALUES, for `columnCount` target columns. Null: the engine must evaluate the
 * statement, or has an error to raise (a row of another length, say).
 */
export function compileValues(
  text: Buffer,
  start: number,
  end: number,
  columnCount: number,
): ValuesTemplate | null {
  const builder = new TemplateBuilder(new LiteralReader(text, end), columnCount);
  let at = skipSpace(text, start, end);
  while (at < end && text[at] === 0x28) {
    at = builder.readRow(text, at);
    if (at < 0 || at >= end || text[at] !== 0x29) return null;
    at = skipSpace(text, at + 1, end);
    if (at >= end) return builder.build();
    if (text[at] !== 0x2c) return null;
    at = skipSpace(text, at + 1, end);
  }
  return null;
}

class TemplateBuilder {
  private fields = 0;
  private parameterOf = new Int32Array(16);
  private castOid = new Int32Array(16);
  private starts = new Int32Array(16);
  private ends = new Int32Array(16);
  private oids = new Int32Array(16);
  private parameterCount = 0;
  private readonly bytes = new Scratch();

  constructor(
    private readonly reader: LiteralReader,
    private readonly columns: number,
  ) {}

  /** Gives the offset of the row's closing parenthesis; -1 where there is none after `columns` fields. */
  readRow(text: Buffer, open: number): number {
    let at = open;
    this.reader.scratch.length = 0;
    for (let column = 0; column < this.columns; column++) {
      if (column > 0 && text[at] !== 0x2c) return -1;
      at = this.reader.read(at + 1);
      if (at < 0 || !this.addField()) return -1;
    }
    return at;
  }

  build(): ValuesTemplate {
    const { fields, columns, parameterCount, bytes } = this;
    return {
      rows: fields / columns,
      columns,
      parameterOf: this.parameterOf.slice(0, fields),
      castOid: this.castOid.slice(0, fields),
      literals: {
        bytes: Buffer.from(bytes.buffer.subarray(0, bytes.length)),
        starts: this.starts.slice(0, fields),
        ends: this.ends.slice(0, fields),
        oids: this.oids.slice(0, fields),
      },
      parameterCount,
    };
  }

  private addField(): boolean {
    const { kind, parameter, oid, buffer, start, end } = this.reader;
    if (this.fields === MAX_TEMPLATE_FIELDS || parameter > MAX_PARAMETERS) return false;
    if (this.fields === this.starts.length) this.grow();
    const field = this.fields++;
    if (kind === LITERAL.parameter) {
      this.parameterOf[field] = parameter;
      this.castOid[field] = oid;
      this.parameterCount = Math.max(this.parameterCount, parameter);
      return true;
    }
    this.oids[field] = oid;
    this.starts[field] = kind === LITERAL.null ? NULL_FIELD : this.bytes.length;
    if (kind !== LITERAL.null) this.bytes.append(buffer, start, end);
    this.ends[field] = kind === LITERAL.null ? NULL_FIELD : this.bytes.length;
    return true;
  }

  private grow(): void {
    this.parameterOf = larger(this.parameterOf);
    this.castOid = larger(this.castOid);
    this.starts = larger(this.starts);
    this.ends = larger(this.ends);
    this.oids = larger(this.oids);
  }
}

function larger(array: Int32Array): Int32Array<ArrayBuffer> {
  const copy = new Int32Array(array.length * 2);
  copy.set(array);
  return copy;
}

/** Puts the template's literal of a field into the row. */
export function fillLiteral(template: ValuesTemplate, field: number, row: RowFields, column: number): void {
  const { bytes, starts, ends, oids } = template.literals;
  row.buffers[column] = bytes;
  row.starts[column] = starts[field]!;
  row.ends[column] = ends[field]!;
  row.oids[column] = oids[field]!;
  row.formats[column] = 0;
}

/**
 * The types that PostgreSQL infers for $1, $2, ...: the declared one; else that of the first cast or target column that
 * decides it, row by row and within a row casts first. `columnOids` are the target columns' types. 0: undetermined.
 */
export function parameterTypes(
  template: ValuesTemplate,
  columnOids: Int32Array,
  declared: Int32Array,
): Int32Array {
  const { rows, columns, parameterOf, castOid, parameterCount } = template;
  const types = new Int32Array(Math.max(parameterCount, declared.length));
  declared.forEach((oid, i) => (types[i] = oid === OID.unknown ? 0 : oid));
  for (let row = 0; row < rows; row++) {
    const base = row * columns;
    for (let column = 0; column < columns; column++) {
      const parameter = parameterOf[base + column]!;
      const cast = castOid[base + column]!;
      if (parameter > 0 && cast !== 0 && types[parameter - 1] === 0) types[parameter - 1] = cast;
    }
    for (let column = 0; column < columns; column++) {
      const parameter = parameterOf[base + column]!;
      if (parameter > 0 && types[parameter - 1] === 0) types[parameter - 1] = columnOids[column]!;
    }
  }
  return types;
}

/** Does a cast turn a parameter into another type than it comes in? Then the engine must evaluate the statement. */
export function convertsParameters(template: ValuesTemplate, types: Int32Array): boolean {
  return template.castOid.some(
    (cast, field) => cast !== 0 && types[template.parameterOf[field]! - 1] !== cast,
  );
}
