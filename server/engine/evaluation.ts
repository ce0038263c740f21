// The shadows: where the gateway has PostgreSQL evaluate what is no literal. INSERT INTO a table's shadow ... RETURNING gives back
// the rows in the types of the table's columns, and stores nothing: so a client's own INSERT or COPY there would lose its rows.
// Only statements that the gateway has signed are let through; the signature is one of the whole text, so that a client who reads
// it (current_query, pg_stat_activity) cannot put it before another.
import { createHash, randomBytes } from 'node:crypto';
import { tableNamed } from '../../shared/tables/catalogue';
import type { Table } from '../../shared/tables/table';
import { PostgresError } from '../postgres-error';
import { quotedTable, quoteIdentifier, quoteLiteral } from './quote';

export const SHADOW_SCHEMA = 'sluice evaluation';
const SCHEMA = quoteIdentifier(SHADOW_SCHEMA);
const SECRET_TABLE = `${SCHEMA}."evaluation secret"`;
const SECRET_BYTES = 32;
const HASH_CHARACTERS = 32;
/** Of the process: no other gateway shares its engine. */
const SECRET = randomBytes(SECRET_BYTES);

/** Length of `/*`, a SHA-256 in hexadecimal, and the comment's end. */
const SIGNATURE_CHARACTERS = 2 + 64 + 2;

/**
 * The trigger runs once a statement, also for COPY. `current_query` is what the gateway has sent, whatever runs within: a function
 * that writes to a shadow in the midst of an evaluation has a deeper stack (a line of it may be the portal's parameters).
 */
export const EVALUATION_DDL = `CREATE SCHEMA ${SCHEMA};
GRANT USAGE ON SCHEMA ${SCHEMA} TO PUBLIC;
COMMENT ON SCHEMA ${SCHEMA} IS 'For the gateway only: where expressions of writes are evaluated.';
CREATE TABLE ${SECRET_TABLE} (value bytea);
CREATE FUNCTION sluice.refuse_unsigned() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  query text := current_query();
  stack text;
BEGIN
  GET DIAGNOSTICS stack = PG_CONTEXT;
  IF split_part(stack, E'\\n', 2) !~ '^(SQL |PL/)' AND substr(query, 3, 64) = (SELECT encode(sha256(value
    || substr(convert_to(query, 'UTF8'), ${SIGNATURE_CHARACTERS + 1})), 'hex') FROM ${SECRET_TABLE})
  THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'feature_not_supported',
    MESSAGE = format('cannot write to relation "%s" of the gateway', TG_TABLE_NAME),
    DETAIL = 'It is where the gateway evaluates expressions: rows written to it would be lost.',
    HINT = format('Write to %s.', TG_ARGV[0]);
END $$;
CREATE FUNCTION sluice.pass_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RETURN NEW;
END $$;`;

/** For the database that all others are copied from, when the engine has started: its files outlive the process. */
export function keepSecret(): string {
  return `TRUNCATE ${SECRET_TABLE}; INSERT INTO ${SECRET_TABLE} VALUES ('\\x${SECRET.toString('hex')}')`;
}

/** What makes a statement an evaluation of the gateway's, to stand right before it. 0A000 where a client names a shadow itself. */
export function signature(text: string | readonly Buffer[]): string {
  const parts = typeof text === 'string' ? [text] : text;
  const named = parts.filter((part) => part.includes(SHADOW_SCHEMA));
  if (
    named.length > 1 ||
    named.some((part) => part.indexOf(SHADOW_SCHEMA) !== part.lastIndexOf(SHADOW_SCHEMA))
  )
    throw new PostgresError('feature_not_supported', `schema ${SCHEMA} is for the gateway only`, {
      hint: 'Write to tables in schema public or raw.',
    });
  const hash = createHash('sha256').update(SECRET);
  for (const part of parts) hash.update(part);
  return `/*${hash.digest('hex')}*/`;
}

/** The table's shadow, as SQL. Tables of a user's own may have any name: theirs is made of a hash. */
export function quotedShadow({ schema = 'public', name }: Pick<Table, 'schema' | 'name'>): string {
  if (schema === 'public' && tableNamed(name) !== undefined) return `${SCHEMA}.${quoteIdentifier(name)}`;
  const hash = createHash('sha256').update(`${schema}\0${name}`).digest('hex').slice(0, HASH_CHARACTERS);
  return `${SCHEMA}.${quoteIdentifier(`shadow ${hash}`)}`;
}

export function shadowDdl(table: Table): string {
  const view = quotedShadow(table);
  return `${shadowView(table)}
CREATE TRIGGER sluice_refuse_unsigned BEFORE INSERT ON ${view}
  FOR EACH STATEMENT EXECUTE FUNCTION sluice.refuse_unsigned(${quoteLiteral(quotedTable(table))});
CREATE TRIGGER sluice_pass_row INSTEAD OF INSERT ON ${view} FOR EACH ROW EXECUTE FUNCTION sluice.pass_row();
GRANT SELECT, INSERT ON ${view} TO PUBLIC;`;
}

/** Also where the table has got columns: the view keeps its triggers and grants. Reading it is reading the table. */
export function shadowView(table: Table): string {
  const columns = table.columns.map((column) => quoteIdentifier(column.name)).join(', ');
  return `CREATE OR REPLACE VIEW ${quotedShadow(table)} WITH (security_invoker = true)
  AS SELECT ${columns} FROM ${quotedTable(table)};`;
}
