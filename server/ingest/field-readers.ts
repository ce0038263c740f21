// Picks, for each field of a row, the decoder that fits its column, format and declared type; remembers the last pick.
// In COPY and in prepared INSERTs that pick never changes; in literal lists it may, row by row.
import type { Column } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import type { ByteWriter } from './decode/byte-writer';
import { jsonEncoder, numberReader, type SessionValues, textReader } from './decode/field-encoders';
import { type Format, NULL_FIELD, type RowFields } from './decode/row-fields';

type Write = (buffer: Buffer, start: number, end: number, out: ByteWriter) => void;
type Read = (buffer: Buffer, start: number, end: number) => number;
type Make<Decoder> = (column: Column, format: Format, oid: number, session: SessionValues) => Decoder;

export class FieldReaders {
  private readonly json: Picked<Write>;
  private readonly texts: Picked<Write>;
  private readonly numbers: Picked<Read>;

  constructor(
    private readonly tableName: string,
    private readonly columns: readonly Column[],
    session: SessionValues,
  ) {
    this.json = new Picked(columns, session, jsonEncoder);
    this.texts = new Picked(columns, session, textReader);
    this.numbers = new Picked(columns, session, numberReader);
  }

  /** Writes the field as CDF JSON; the field must not be NULL. */
  writeJson(fields: RowFields, field: number, out: ByteWriter): void {
    const decode = this.json.of(fields, field);
    try {
      decode(fields.buffers[field]!, fields.starts[field]!, fields.ends[field]!, out);
    } catch (error) {
      throw this.named(error, field);
    }
  }

  /** Writes the field's text as UTF-8; the field must not be NULL. */
  text(fields: RowFields, field: number, out: ByteWriter): void {
    const decode = this.texts.of(fields, field);
    try {
      decode(fields.buffers[field]!, fields.starts[field]!, fields.ends[field]!, out);
    } catch (error) {
      throw this.named(error, field);
    }
  }

  /** The field as a number (a timestamp: ms since 1970). NULL, or a column that the statement does not name: 23502. */
  number(fields: RowFields, field: number, name: string): number {
    if (field < 0 || fields.starts[field] === NULL_FIELD) throw this.notNull(name);
    const decode = this.numbers.of(fields, field);
    try {
      return decode(fields.buffers[field]!, fields.starts[field]!, fields.ends[field]!);
    } catch (error) {
      throw this.named(error, field);
    }
  }

  notNull(column: string): PostgresError {
    const message = `null value in column "${column}" of relation "${this.tableName}" violates not-null constraint`;
    return new PostgresError('not_null_violation', message, {
      schema: 'public',
      table: this.tableName,
      column,
    });
  }

  /** The same error with the column's name, which the decoder does not know. */
  private named(error: unknown, field: number): unknown {
    if (!(error instanceof PostgresError) || error.details.column !== undefined) return error;
    return new PostgresError(error, error.message, { ...error.details, column: this.columns[field]!.name });
  }
}

class Picked<Decoder> {
  private readonly last: (Decoder | null)[];
  private readonly oids: Int32Array;
  private readonly formats: Uint8Array;
  private readonly made = new Map<string, Decoder>();

  constructor(
    private readonly columns: readonly Column[],
    private readonly session: SessionValues,
    private readonly make: Make<Decoder>,
  ) {
    this.last = columns.map(() => null);
    this.oids = new Int32Array(columns.length);
    this.formats = new Uint8Array(columns.length);
  }

  of(fields: RowFields, field: number): Decoder {
    const picked = this.last[field];
    if (picked && this.oids[field] === fields.oids[field] && this.formats[field] === fields.formats[field])
      return picked;
    return this.pick(field, fields.formats[field] as Format, fields.oids[field]!);
  }

  private pick(field: number, format: Format, oid: number): Decoder {
    const name = `${field} ${format} ${oid}`;
    let decoder = this.made.get(name);
    if (decoder === undefined) {
      decoder = this.make(this.columns[field]!, format, oid, this.session);
      this.made.set(name, decoder);
    }
    this.last[field] = decoder;
    this.oids[field] = oid;
    this.formats[field] = format;
    return decoder;
  }
}
