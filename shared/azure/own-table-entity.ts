// How a definition lies in Table Storage: keys made of user, schema and name; the definition as JSON text.
import type { OwnTable } from '../own-table';

export type Name = Pick<OwnTable, 'schema' | 'name'>;

export interface Key {
  readonly partitionKey: string;
  readonly rowKey: string;
}

export type TableEntity = Record<string, unknown> & Key;

/** Sorts before the keys of tables: a listing has the version at once, and never a newer one than its tables. */
export const VERSION_KEY = '0';

/** Table Storage: a text property holds 64 KiB of UTF-16. */
const MAX_PROPERTY_CHARACTERS = 32_000;

/** A key must not hold / \ # ? or control characters. */
export function partitionKey(username: string): string {
  return `u-${Buffer.from(username).toString('base64url')}`;
}

export function rowKey({ schema, name }: Name): string {
  return `t-${Buffer.from(`${schema}\0${name}`).toString('base64url')}`;
}

export function nameOf(key: string): Name {
  const [schema = '', name = ''] = Buffer.from(key.slice(2), 'base64url').toString().split('\0');
  return { schema, name };
}

/** The definition as JSON, in as many properties as it takes. */
export function toEntity(username: string, table: OwnTable): TableEntity {
  // ASCII: a cut between the halves of a character would not be one text any more.
  const json = JSON.stringify(table).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const pieces: Record<string, string> = {};
  for (let at = 0; at < json.length; at += MAX_PROPERTY_CHARACTERS)
    pieces[`definition${at / MAX_PROPERTY_CHARACTERS}`] = json.slice(at, at + MAX_PROPERTY_CHARACTERS);
  return { partitionKey: partitionKey(username), rowKey: rowKey(table), ...pieces };
}

export function fromEntity(entity: TableEntity): OwnTable {
  let json = '';
  for (let piece = 0; typeof entity[`definition${piece}`] === 'string'; piece++)
    json += entity[`definition${piece}`] as string;
  return JSON.parse(json) as OwnTable;
}
