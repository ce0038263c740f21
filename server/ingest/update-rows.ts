// Rows of an UPDATE: bodies are those of an INSERT of the same columns; what differs is that keys are counted.
import type { RowFields } from './decode/row-fields';
import { FieldReaders } from './field-readers';
import { KeyBytes } from './key-bytes';
import type { Admission, CutBatch, Rows, RowsOptions } from './rows';
import { SeenKeys } from './seen-keys';

export class UpdateRows implements Rows {
  readonly keepsLanes = false;
  private readonly seen = new SeenKeys();
  private readonly key: KeyBytes;

  constructor(
    { table, columns, session }: RowsOptions,
    private readonly rows: Rows,
  ) {
    this.key = new KeyBytes(table, columns, new FieldReaders(table.name, columns, session));
  }

  get count(): number {
    return this.rows.count;
  }

  get bytes(): number {
    return this.rows.bytes + this.seen.bytes;
  }

  get isFull(): boolean {
    return this.rows.isFull;
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
    this.rows.append(fields, rowNumber);
    this.seen.commit(this.count - 1);
  }

  truncate(count: number): void {
    this.rows.truncate(count);
  }

  shrink(): void {
    this.rows.shrink();
    this.seen.shrink();
  }

  encode(from: number, to: number): CutBatch[] {
    return this.rows.encode(from, to);
  }
}
