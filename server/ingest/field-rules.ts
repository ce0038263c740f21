// What a row's fields must keep to before one of them is written: no value for what CDF sets, one for what CDF wants, and
// never two for one property of CDF's, which several columns may name. Made once a statement; checks touch NULL marks only.
import type { Column, Table } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import { NULL_FIELD, type RowFields } from './decode/row-fields';
import type { FieldReaders } from './field-readers';

/** The fields of one property of which exactly one, or at most one, may have a value. */
interface Group {
  readonly fields: readonly number[];
  readonly isRequired: boolean;
}

export class FieldRules {
  private readonly readOnly: readonly number[];
  private readonly groups: readonly Group[];

  /** `columns`: those that the statement names, in the order of a row's fields. */
  constructor(
    private readonly table: Table,
    private readonly columns: readonly Column[],
    private readonly readers: FieldReaders,
  ) {
    this.readOnly = columns.flatMap((column, field) => (column.access === 'read-only' ? [field] : []));
    this.groups = [...new Set(columns.map(({ property }) => property))]
      .map((property) => ({
        fields: this.fieldsOf(property),
        isRequired: columns.some((column) => column.property === property && column.access === 'required'),
      }))
      .filter(({ fields, isRequired }) => isRequired || fields.length > 1);
  }

  /** The fields that hold a property, in the statement's order. */
  fieldsOf(property: string): readonly number[] {
    return this.columns.flatMap((column, field) => (column.property === property ? [field] : []));
  }

  /** Throws 428C9 for a read-only column, 23502 for a NULL that CDF does not take, 22023 for two values of one property. */
  check(fields: RowFields): void {
    for (const field of this.readOnly)
      if (fields.starts[field] !== NULL_FIELD) throw this.generated(this.columns[field]!);
    for (const group of this.groups) this.checkGroup(fields, group);
  }

  /** Throws 23502 where the statement does not name a column that CDF's create wants. */
  requireAll(): void {
    const named = new Set(this.columns.map(({ property }) => property));
    const missing = this.table.columns.find(
      ({ access, property }) => access === 'required' && !named.has(property),
    );
    if (missing !== undefined) throw this.readers.notNull(missing.name);
  }

  private checkGroup(fields: RowFields, group: Group): void {
    let found = NULL_FIELD;
    for (const field of group.fields) {
      if (fields.starts[field] === NULL_FIELD) continue;
      if (found !== NULL_FIELD) throw this.twice(this.columns[found]!, this.columns[field]!);
      found = field;
    }
    if (found === NULL_FIELD && group.isRequired)
      throw this.readers.notNull(this.columns[group.fields[0]!]!.name);
  }

  private twice(one: Column, other: Column): PostgresError {
    return new PostgresError(
      'invalid_parameter_value',
      `columns "${one.name}" and "${other.name}" cannot both have a value`,
      {
        detail: `Both of them are ${one.property} in CDF.`,
        hint: 'Give one of them, and NULL for the other.',
        column: other.name,
        table: this.table.name,
      },
    );
  }

  private generated({ name }: Column): PostgresError {
    return new PostgresError('generated_always', `cannot insert a non-DEFAULT value into column "${name}"`, {
      detail: `Column "${name}" is set by CDF.`,
      hint: 'Leave the column out, or write NULL to it.',
      column: name,
      table: this.table.name,
    });
  }
}

/** Of fields of which at most one has a value, that one; NULL_FIELD where none has. */
export function valueField(fields: RowFields, candidates: readonly number[]): number {
  for (const field of candidates) if (fields.starts[field] !== NULL_FIELD) return field;
  return NULL_FIELD;
}
