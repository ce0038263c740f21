// The query by which the engine makes the rows of an UPDATE or DELETE: expressions, arrays, sub-selects, other tables. An
// UPDATE's rows go through the shadow of its table, so that values are assigned as PostgreSQL assigns them; keys are only
// compared, so they are cast to the type that the comparison has.
import { randomBytes } from 'node:crypto';
import type { Column, Table } from '../../shared/tables/table';
import { quotedShadow, signature } from '../engine/evaluation';
import { quoteIdentifier } from '../engine/quote';
import { columnType } from '../ingest/decode/type-names';
import type { Range } from '../sql/split';
import type { Domain, Keys, KeyedSource } from './key-domains';

const MARK_BYTES = 8;
/** Bits of each, the sign among them. */
const INTEGERS: ReadonlyMap<string, bigint> = new Map([
  ['int2', 16n],
  ['int4', 32n],
  ['int8', 64n],
]);

/** Answers `columns`: the key's, then those that are set. */
export function keyedQuery(
  table: Table,
  columns: readonly Column[],
  keys: Keys,
  { text, statement }: KeyedSource,
): string {
  const slice = ({ start, end }: Range) => text.toString('utf8', start, end);
  const mark = markUnlike(text);
  const sources = keys.domains.map((domain, i) => source(domain, sourceName(mark, i), keys, slice));
  const names = keyNames(keys, mark);
  const set = statement.set.map(({ value }) => (value === null ? 'NULL' : `(${slice(value)})`));
  const from = [...(statement.from === null ? [] : [slice(statement.from)]), ...sources].join(', ');
  const where =
    keys.rest.length === 0 ? '' : ` WHERE ${keys.rest.map((range) => `(${slice(range)})`).join(' AND ')}`;
  const prefix = statement.with === null ? '' : slice(statement.with);
  if (statement.kind === 'delete') {
    const fields = keys.columns.map((column, i) => `(${exactly(names[i]!, column)})::${plainType(column)}`);
    return `${prefix}SELECT ${fields.join(', ')} FROM ${from}${where}`;
  }
  const fields = [...keys.columns.map((column, i) => exactly(names[i]!, column)), ...set].join(', ');
  const list = columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  const query = `${prefix}INSERT INTO ${quotedShadow(table)} (${list}) SELECT ${fields} FROM ${from}${where} RETURNING ${list}`;
  return signature(query) + query;
}

function source(domain: Domain, name: string, keys: Keys, slice: (range: Range) => string): string {
  const alias = `${name}(${domain.fields.map((_, i) => `${name}_${i}`).join(', ')})`;
  if (domain.kind === 'query') return `(${slice(domain.range)}) AS ${alias}`;
  const types = domain.fields.map((field) => comparedType(keys.columns[field]!));
  if (domain.kind === 'array') return `unnest((${slice(domain.range)})::${types[0]!}[]) AS ${alias}`;
  const lists = types.map((type, i) => {
    const values = domain.tuples.map((tuple) => `(${slice(tuple[i]!)})`);
    return `ARRAY[${values.join(', ')}]::${type}[]`;
  });
  return `unnest(${lists.join(', ')}) AS ${alias}`;
}

/** By field: where its value stands. */
function keyNames(keys: Keys, mark: string): string[] {
  const names: string[] = [];
  keys.domains.forEach(({ fields }, number) => {
    const name = sourceName(mark, number);
    fields.forEach((field, i) => (names[field] = `${name}.${name}_${i}`));
  });
  return names;
}

function sourceName(mark: string, number: number): string {
  return `sluice_${mark}_${number}`;
}

/** A column that the statement names must not be found among the keys: it would be read, which a gateway table cannot be. */
function markUnlike(text: Buffer): string {
  const lower = text.toString('latin1').toLowerCase();
  let mark: string;
  do mark = randomBytes(MARK_BYTES).toString('hex');
  while (lower.includes(mark));
  return mark;
}

/** What the column cannot hold equals none of its keys (a fraction, a number out of range, a text too long): NULL names no row. */
function exactly(value: string, column: Column): string {
  const { scalar, limit, scale } = columnType(column.type);
  if (scalar === 'varchar' && limit !== null)
    return `CASE WHEN pg_catalog.char_length(${value}) <= ${limit} THEN ${value} END`;
  const number = `${value}::numeric`;
  if (scalar === 'numeric' && limit !== null) {
    const fits = `pg_catalog.abs(${number}) < pg_catalog.power(10::numeric, ${limit - scale})`;
    return `CASE WHEN ${number} = pg_catalog.round(${number}, ${scale}) AND ${fits} THEN ${number} END`;
  }
  const bits = INTEGERS.get(scalar);
  if (bits === undefined) return value;
  const beyond = 2n ** (bits - 1n);
  const fits = `${number} >= -${beyond}::numeric AND ${number} < ${beyond}::numeric`;
  return `CASE WHEN ${number} = pg_catalog.trunc(${number}) AND ${fits} THEN ${number} END`;
}

/** The type in which a column is compared. */
function comparedType(column: Column): string {
  return INTEGERS.has(columnType(column.type).scalar) ? 'numeric' : plainType(column);
}

/** The column's type without a length, which a comparison does not know. */
function plainType({ type }: Column): string {
  if (type.startsWith('varchar')) return 'text';
  return type.startsWith('numeric') ? 'numeric' : type;
}
