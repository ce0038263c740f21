// Names and texts as SQL has them, for the statements that make the engine's tables.
import type { Table } from '../../shared/tables/table';

export function quoteIdentifier(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}

/** With standard_conforming_strings. PostgreSQL has no NUL in its texts, and a statement would end at one: it is left out. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll('\0', '').replace(/'/g, "''")}'`;
}

/** Of a table, with its schema, as SQL. */
export function quotedTable({ schema = 'public', name }: Pick<Table, 'schema' | 'name'>): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
