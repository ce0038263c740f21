// A row's key as bytes: what tells rows apart that UPDATE and DELETE name.
import type { Column, Table } from '../../shared/tables/table';
import { ByteWriter } from './decode/byte-writer';
import { NULL_FIELD, type RowFields } from './decode/row-fields';
import type { FieldReaders } from './field-readers';

export class KeyBytes {
  /** The key that was read last. */
  readonly bytes = new ByteWriter();
  private readonly fields: readonly number[];

  constructor(
    table: Table,
    columns: readonly Column[],
    private readonly readers: FieldReaders,
  ) {
    this.fields = table.key.map((key) => columns.findIndex((column) => column.name === key));
  }

  /** False where a part of the key is NULL, which no row equals. Throws for a value that its column cannot have. */
  read(fields: RowFields): boolean {
    const { bytes } = this;
    bytes.truncate(0);
    for (const field of this.fields) {
      if (fields.starts[field] === NULL_FIELD) return false;
      this.readers.text(fields, field, bytes);
      // No text holds this byte.
      bytes.byte(0);
    }
    return true;
  }
}
