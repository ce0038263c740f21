// The ways in which the demo's rows go to PostgreSQL: COPY, one INSERT of literals, INSERTs with parameters in a
// transaction. Each resolves when PostgreSQL has answered CommandComplete: CDF has the rows then.
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { tableNamed } from '../../shared/tables/catalogue';
import { type Column, columnOf } from '../../shared/tables/table';
import type { Field, Piece } from './copy-data';
import type { SampleItem } from './sample-items';

/** Told how many rows more are on their way. */
export type Advance = (rows: number) => void;

export interface ItemLoad {
  /** The gateway table. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly items: readonly SampleItem[];
}

const ROWS_PER_INSERT = 500;

export async function copyIn(
  client: Client,
  statement: string,
  pieces: Iterable<Piece>,
  advance: Advance,
): Promise<void> {
  const chunks = function* () {
    for (const { bytes, rows } of pieces) {
      yield bytes;
      advance(rows);
    }
  };
  await pipeline(Readable.from(chunks(), { objectMode: false }), client.query(copyFrom(statement)));
}

/** One multi-row INSERT of literals. */
export async function insertLiterals(client: Client, load: ItemLoad, advance: Advance): Promise<void> {
  const rows = load.items.map((item) => {
    const literals = fieldsOf(load, item).map((field) =>
      field === null ? 'NULL' : client.escapeLiteral(field),
    );
    return `(${literals.join(', ')})`;
  });
  advance(load.items.length);
  await client.query(`${insertHead(load)} ${rows.join(', ')}`);
}

/** Multi-row INSERTs with parameters, all in one transaction. */
export async function insertParameters(client: Client, load: ItemLoad, advance: Advance): Promise<void> {
  await client.query('BEGIN');
  for (let from = 0; from < load.items.length; from += ROWS_PER_INSERT) {
    const items = load.items.slice(from, from + ROWS_PER_INSERT);
    const width = load.columns.length;
    const rows = items.map((_, row) => {
      const marks = load.columns.map((_name, column) => `$${row * width + column + 1}`);
      return `(${marks.join(', ')})`;
    });
    await client.query(
      `${insertHead(load)} ${rows.join(', ')}`,
      items.flatMap((item) => fieldsOf(load, item)),
    );
    advance(items.length);
  }
  await client.query('COMMIT');
}

/** An item's values as PostgreSQL reads them, in the order of the columns. */
export function fieldsOf({ table, columns }: Omit<ItemLoad, 'items'>, item: SampleItem): Field[] {
  return columns.map((name) => {
    const column = columnNamed(table, name);
    return fieldOf(item[column.property], column);
  });
}

export function columnNamed(table: string, name: string): Column {
  const declared = tableNamed(table);
  const column = declared === undefined ? undefined : columnOf(declared, name);
  if (column === undefined) throw new Error(`there is no column ${table}.${name}`);
  return column;
}

function fieldOf(value: unknown, { type }: Column): Field {
  if (value === undefined) return null;
  if (typeof value === 'number' && type === 'timestamptz') return new Date(value).toISOString();
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function insertHead({ table, columns }: ItemLoad): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES`;
}
