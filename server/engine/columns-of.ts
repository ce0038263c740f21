// Lets PostgreSQL itself read a CREATE TABLE: sluice.columns_of(statement) runs one that makes a temporary table of a given
// name, notes its columns, and takes it back. So types, syntax and errors of a table made by SQL are PostgreSQL's own.

/** The name that the statement must give to its table. */
export const PROBE_TABLE = 'pg_temp."sluice probe"';

/** How a subtransaction says that it has seen enough; caught by the same function. */
const SEEN = 'SLU01';

/**
 * Runs with the caller's rights. Answers a JSON object: `columns` (name, type as format_type says it, notNull, hasDefault),
 * `key` (columns of the primary key) and `constraints` (pg_constraint.contype of all others). A variable keeps its value
 * when the subtransaction that set it is rolled back.
 */
export const COLUMNS_OF = `CREATE FUNCTION sluice.columns_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  probe oid;
  found text;
BEGIN
  BEGIN
    EXECUTE statement;
    probe := pg_catalog.to_regclass('${PROBE_TABLE}')::oid;
    SELECT pg_catalog.json_build_object(
      'columns', (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', a.attname,
          'type', pg_catalog.format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
          'hasDefault', a.atthasdef OR a.attidentity <> '') ORDER BY a.attnum)
        FROM pg_catalog.pg_attribute a WHERE a.attrelid = probe AND a.attnum > 0),
      'key', (SELECT pg_catalog.json_agg(a.attname ORDER BY pg_catalog.array_position(c.conkey, a.attnum))
        FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_attribute a
          ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
        WHERE c.conrelid = probe AND c.contype = 'p'),
      'constraints', (SELECT pg_catalog.json_agg(DISTINCT c.contype)
        FROM pg_catalog.pg_constraint c WHERE c.conrelid = probe AND c.contype NOT IN ('p', 'n')))::text
      INTO found;
    RAISE EXCEPTION USING ERRCODE = '${SEEN}';
  EXCEPTION WHEN SQLSTATE '${SEEN}' THEN
    RETURN found;
  END;
END $$;`;
