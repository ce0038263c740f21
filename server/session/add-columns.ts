// ALTER TABLE ... ADD COLUMN of a RAW-backed table: the definition with further columns. RAW itself knows no columns.
import type { OwnColumn, OwnTable } from '../../shared/own-table';
import { PostgresError } from '../postgres-error';
import type { AlterAction } from '../sql/ddl-statement';
import type { Range } from '../sql/split';
import { checkNumber, type Described, readColumns, unsupported } from './own-definition';

interface AddColumnsPorts {
  /** What PostgreSQL makes of a column's definition. */
  readonly describe: (definition: Range) => Promise<Described>;
  readonly notice: (message: string, code: string) => void;
}

/** The same definition where nothing is added. Throws 42701 for a column that is there, 0A000 for all but ADD COLUMN. */
export async function addColumns(
  own: OwnTable,
  actions: readonly AlterAction[],
  ports: AddColumnsPorts,
): Promise<OwnTable> {
  if (own.destination.type === 'view')
    throw new PostgresError(
      'feature_not_supported',
      `cannot alter table "${own.name}": its columns are those of a view`,
      {
        hint: 'Change the view, delete the table and make it again.',
      },
    );
  const columns: OwnColumn[] = [...own.columns];
  for (const { column: definition, ifNotExists } of actions) {
    if (definition === null) throw unsupported('this form of ALTER TABLE', ALTER_HINT);
    const described = await ports.describe(definition);
    if (described.key !== null) throw unsupported('another primary key', ALTER_HINT);
    for (const column of readColumns(described)) {
      if (!columns.some(({ name }) => name === column.name)) columns.push(column);
      else if (!ifNotExists) throw exists(column.name, own.name);
      else
        ports.notice(`column "${column.name}" of relation "${own.name}" already exists, skipping`, '42701');
    }
  }
  checkNumber(columns);
  return columns.length === own.columns.length ? own : { ...own, columns };
}

const ALTER_HINT =
  'ADD COLUMN is supported. For other changes DROP TABLE and CREATE TABLE again: the rows of the RAW table stay.';

function exists(column: string, table: string): PostgresError {
  return new PostgresError('duplicate_column', `column "${column}" of relation "${table}" already exists`);
}
