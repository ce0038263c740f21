// Statements that bring a table of a user's own into the user's database in the engine, change it, and take it away. Run
// by the superuser: its user may write to the table, and neither alter nor drop it here.
import type { Table } from '../../shared/tables/table';
import { commentOn, tableDdl } from './ddl';
import { quotedShadow, shadowView } from './evaluation';
import { quotedTable, quoteIdentifier, quoteLiteral } from './quote';

/** Where a staging table, or anything else of the user's, has the name, it gives way: the definition is what lasts. */
export function createOwnTable(table: Table): string {
  const { schema = 'public' } = table;
  return [...(schema === 'public' ? [] : createSchema(schema)), makeRoom(table), tableDdl(table)].join('\n');
}

export function dropOwnTable(table: Pick<Table, 'schema' | 'name'>): string {
  return `DROP TABLE IF EXISTS ${quotedTable(table)} CASCADE;`;
}

/** What leads from one definition to the next: further columns where that is all, else the table is made anew. */
export function changeOwnTable(before: Table, after: Table): string {
  const added = after.columns.slice(before.columns.length);
  const isKept = before.columns.every((column, i) => {
    const now = after.columns[i];
    return now !== undefined && JSON.stringify(now) === JSON.stringify(column);
  });
  // The one row that the table holds has no value for a column that must not be NULL.
  const canAdd = isKept && added.every(({ access }) => access !== 'required') && sameFrame(before, after);
  if (!canAdd) return `${dropOwnTable(before)}\n${createOwnTable(after)}`;
  const name = quotedTable(after);
  return [
    ...added.map(
      ({ name: column, type }) => `ALTER TABLE ${name} ADD COLUMN ${quoteIdentifier(column)} ${type};`,
    ),
    ...added.map((column) => commentOn(name, column)),
    shadowView(after),
  ].join('\n');
}

function sameFrame(before: Table, after: Table): boolean {
  return before.description === after.description && before.key.join('\0') === after.key.join('\0');
}

export function createSchema(schema: string): string[] {
  const name = quoteIdentifier(schema);
  return [`CREATE SCHEMA IF NOT EXISTS ${name};`, `GRANT USAGE ON SCHEMA ${name} TO PUBLIC;`];
}

const DROPS: Readonly<Record<string, string>> = {
  v: 'VIEW',
  m: 'MATERIALIZED VIEW',
  S: 'SEQUENCE',
  i: 'INDEX',
  I: 'INDEX',
  c: 'TYPE',
};

/**
 * A type may have the name, too, without a relation: a domain, an enumeration, a range. (An array's own type moves by itself, and
 * the type of multiranges goes with its ranges.)
 */
const TYPE_OF_NAME = `SELECT coalesce((SELECT rngtypid FROM pg_catalog.pg_range WHERE rngmultitypid = t.oid), t.oid)::regtype
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_type element WHERE element.typarray = t.oid)`;

function makeRoom(table: Table): string {
  const { schema = 'public' } = table;
  const name = quotedTable(table);
  const kinds = Object.entries(DROPS).map(([kind, word]) => `WHEN '${kind}' THEN '${word}'`);
  const body = `DECLARE
  kind "char" := (SELECT relkind FROM pg_catalog.pg_class
    WHERE oid = pg_catalog.to_regclass(${quoteLiteral(name)})::oid);
  type regtype;
BEGIN
  IF kind IS NOT NULL THEN
    EXECUTE 'DROP ' || CASE kind ${kinds.join(' ')} ELSE 'TABLE' END || ' ' || ${quoteLiteral(name)} || ' CASCADE';
  END IF;
  type := (${TYPE_OF_NAME} AND n.nspname = ${quoteLiteral(schema)} AND t.typname = ${quoteLiteral(table.name)});
  IF type IS NOT NULL THEN
    EXECUTE 'DROP TYPE ' || type || ' CASCADE';
  END IF;
END`;
  return `DO ${quoteLiteral(body)};\nDROP VIEW IF EXISTS ${quotedShadow(table)};`;
}
