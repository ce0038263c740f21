// The gateway's tables as PostgreSQL sees them: what drivers describe and what a write is parsed against. No row of a
// client is ever stored: the ingest path takes writes before they come here, and what comes here is refused.
import type { Column, Table, TypeName } from '../../shared/tables/table';
import { COLUMNS_OF } from './columns-of';
import { EVALUATION_DDL, shadowDdl } from './evaluation';
import { LOADS_DDL } from './loads-ddl';
import { quotedTable, quoteIdentifier, quoteLiteral } from './quote';

/** Raises instead of answering. plpgsql and not IMMUTABLE: the planner must not run it, so EXPLAIN and Describe pass. */
const REFUSE_READ = `CREATE FUNCTION sluice.refuse_read(relation text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
    MESSAGE = format('cannot read gateway table "%s"', relation),
    DETAIL = 'Sluice writes rows to Cognite Data Fusion and does not read them back.',
    HINT = 'Read what was written with the API of Cognite Data Fusion. '
      'To write only what is missing, leave the look-up out: INSERT ... ON CONFLICT DO NOTHING.';
END $$;`;

const REFUSE_WRITE = `CREATE FUNCTION sluice.refuse_write() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
    MESSAGE = format('this form of write to gateway table "%s" is not supported', TG_TABLE_NAME),
    HINT = 'Write with INSERT (VALUES or SELECT; ON CONFLICT DO NOTHING, or DO UPDATE SET column = EXCLUDED.column), '
      'COPY ... FROM STDIN, or UPDATE and DELETE of rows that WHERE names by their key (= value, IN, = ANY). '
      'Instead of MERGE: INSERT ... SELECT ... ON CONFLICT.';
END $$;`;

/** Worded as the ingest path words it for INSERT and COPY (server/ingest/read-only.ts). */
const REFUSE_READ_ONLY = `CREATE FUNCTION sluice.refuse_read_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
    MESSAGE = format('cannot write to gateway table "%s"', TG_TABLE_NAME),
    DETAIL = format('"%s" is read-only: it is there for clients that list what a database has.', TG_TABLE_NAME),
    HINT = 'Make what it lists with the API of Cognite Data Fusion.';
END $$;`;

/**
 * A leakproof operator may be tested before a policy's condition, or by an index: WHERE external_id = 'x' would then
 * find no row and answer nothing, silently. Without leakproof functions a policy always comes first.
 */
const POLICIES_FIRST = 'UPDATE pg_catalog.pg_proc SET proleakproof = false WHERE proleakproof;';

/** A client may make staging tables in public, beside those of the gateway, which the superuser owns. */
const FRAME = `REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA sluice;
CREATE SCHEMA raw;
COMMENT ON SCHEMA raw IS 'Tables of your own, each of them a RAW table: CREATE TABLE raw.name (...).';
GRANT USAGE ON SCHEMA public, sluice, raw TO PUBLIC;
GRANT CREATE ON SCHEMA public TO PUBLIC;
REVOKE EXECUTE ON FUNCTION pg_catalog.lo_import(text), pg_catalog.lo_import(text, oid), pg_catalog.lo_export(oid, text),
  pg_catalog.lo_creat(integer), pg_catalog.lo_create(oid), pg_catalog.lo_from_bytea(oid, bytea) FROM PUBLIC;`;

/** A value of each type, for the one row that a gateway table holds. */
const SOME_VALUE: Readonly<Record<string, string>> = {
  text: '',
  varchar: '',
  bool: 'false',
  int2: '0',
  int4: '0',
  int8: '0',
  float4: '0',
  float8: '0',
  numeric: '0',
  timestamptz: 'epoch',
  timestamp: 'epoch',
  date: 'epoch',
  json: '{}',
  jsonb: '{}',
  uuid: '00000000-0000-0000-0000-000000000000',
};

/** What a new database holds, as one text of statements. Everyone in it is its one user, so grants are to PUBLIC. */
export function engineDdl(tables: readonly Table[]): string {
  return [
    FRAME,
    LOADS_DDL,
    REFUSE_READ,
    REFUSE_WRITE,
    REFUSE_READ_ONLY,
    EVALUATION_DDL,
    COLUMNS_OF,
    ...tables.map(tableDdl),
    POLICIES_FIRST,
  ].join('\n');
}

export function tableDdl(table: Table): string {
  const name = quotedTable(table);
  return [
    `CREATE TABLE ${name} (${definitions(table).join(', ')});`,
    `COMMENT ON TABLE ${name} IS ${quoteLiteral(table.description)};`,
    ...table.columns.map((column) => commentOn(name, column)),
    oneRow(table, name),
    refusals(table, name),
    shadowDdl(table),
  ].join('\n');
}

function definitions(table: Table): string[] {
  const columns = table.columns.map((column) => {
    const constraint = isNotNull(table, column) ? ' NOT NULL' : '';
    return `${quoteIdentifier(column.name)} ${column.type}${constraint}`;
  });
  if (table.key.length > 0) columns.push(`PRIMARY KEY (${table.key.map(quoteIdentifier).join(', ')})`);
  return columns;
}

/** Where several columns name one property of CDF's, any of them may be NULL. */
function isNotNull(table: Table, { access, property }: Column): boolean {
  if (access !== 'required') return false;
  return table.columns.filter((column) => column.property === property).length === 1;
}

export function commentOn(name: string, column: Column): string {
  const readOnly = column.access === 'read-only' ? ' Read-only.' : '';
  const text = `${column.description}${readOnly} (CDF: ${column.property})`.trimStart();
  return `COMMENT ON COLUMN ${name}.${quoteIdentifier(column.name)} IS ${quoteLiteral(text)};`;
}

/** A policy is tested on rows: on an empty table never. So there is one row, which the policy lets nobody see. */
function oneRow(table: Table, name: string): string {
  const filled = table.columns.filter(
    (column) => column.access === 'required' || table.key.includes(column.name),
  );
  if (filled.length === 0) return `INSERT INTO ${name} DEFAULT VALUES;`;
  const names = filled.map((column) => quoteIdentifier(column.name)).join(', ');
  return `INSERT INTO ${name} (${names}) VALUES (${filled.map((column) => someValue(column.type)).join(', ')});`;
}

function someValue(type: TypeName): string {
  const value = type.endsWith('[]') ? '{}' : (SOME_VALUE[type.replace(/\(.*/, '')] ?? '');
  return quoteLiteral(value);
}

/**
 * Reads: in a sub-select the refusal costs nothing in the planner's eyes, so it is tested before any condition of the
 * statement. Writes: a trigger of the statement fires also where no row is found.
 */
function refusals(table: Table, name: string): string {
  const refuse = table.request.kind === 'read-only' ? 'refuse_read_only' : 'refuse_write';
  return `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;
CREATE POLICY sluice_refuse_read ON ${name} USING ((SELECT sluice.refuse_read(${quoteLiteral(table.name)})))
  WITH CHECK (true);
CREATE TRIGGER sluice_refuse_write BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ${name}
  FOR EACH STATEMENT EXECUTE FUNCTION sluice.${refuse}();
GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON ${name} TO PUBLIC;`;
}
