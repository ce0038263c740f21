// The rows of an UPDATE or DELETE as the text of a VALUES list, put together from pieces of the statement: then what reads an
// INSERT's rows reads these too, literals and parameters alike.
import type { TypeName } from '../../shared/tables/table';
import { columnType, isUndeclared, type Scalar, scalarOfOid } from '../ingest/decode/type-names';
import type { Domain, Keys, KeyedSource } from './key-domains';

/** Longer lists are the engine's to make. */
const MAX_BYTES = 64 * 1024 * 1024;
const MAX_ROWS = 1_000_000;

type List = Extract<Domain, { kind: 'list' }>;

/** Null where only the engine can tell the rows: of another table, of an array, or too many combinations. */
export function keyedValues(keys: Keys, { text, statement }: KeyedSource): Buffer | null {
  const lists = keys.domains.filter((domain): domain is List => domain.kind === 'list');
  if (lists.length < keys.domains.length || statement.from !== null || statement.with !== null) return null;
  const rows = lists.reduce((product, { tuples }) => product * tuples.length, 1);
  if (rows > MAX_ROWS) return null;
  const slice = ({ start, end }: { start: number; end: number }) => text.subarray(start, end);
  const set = statement.set.map(({ value }) => (value === null ? NULL : slice(value)));
  const parts: Buffer[] = [];
  const row = [...keys.columns.map(() => NULL), ...set];
  let bytes = 0;
  for (let number = 0; number < rows; number++) {
    let rest = number;
    for (const { fields, tuples } of lists) {
      const tuple = tuples[rest % tuples.length]!;
      rest = Math.floor(rest / tuples.length);
      fields.forEach((field, i) => (row[field] = slice(tuple[i]!)));
    }
    for (let field = 0; field < row.length; field++) {
      parts.push(field > 0 ? COMMA : number > 0 ? NEXT_ROW : OPEN, row[field]!);
      bytes += row[field]!.length;
    }
    if (bytes > MAX_BYTES) return null;
  }
  parts.push(CLOSE);
  return Buffer.concat(parts);
}

const NULL: Buffer = Buffer.from('NULL');
const OPEN: Buffer = Buffer.from('(');
const COMMA: Buffer = Buffer.from(', ');
const NEXT_ROW: Buffer = Buffer.from('), (');
const CLOSE: Buffer = Buffer.from(')');

/** Types whose values are compared, and keep their value, when one becomes the other. */
const COMPARED: readonly (readonly Scalar[])[] = [
  ['text', 'varchar'],
  ['int2', 'int4', 'int8'],
  ['timestamptz', 'timestamp', 'date'],
];

/**
 * May a key of this type be compared with a value that is declared as `oid`, just by reading it as the key's type? Not so
 * 1.5 with an integer, which it never equals, and 5 with a text, which PostgreSQL does not compare: those are the engine's.
 */
export function isComparable(name: TypeName, oid: number): boolean {
  const { scalar, limit } = columnType(name);
  // Read as numeric(p,s) a value would be rounded, and then equal what it does not.
  if (scalar === 'numeric' && limit !== null) return false;
  if (isUndeclared(oid)) return true;
  const other = scalarOfOid(oid);
  if (other === undefined) return false;
  return scalar === other || COMPARED.some((types) => types.includes(scalar) && types.includes(other));
}
