// What a batch's body looks like once it is taken apart: needed where CDF refused it, to send it again without some rows.
import type { Reference } from '../cdf/cdf-error';

/** Positions of rows in the body, ascending. */
export type Rows = Uint32Array;

export interface Body {
  readonly rows: number;
  /** The row's key as a message names it: externalId, digits of an id, RAW key; null where it has none. */
  keyOf(row: number): string | null;
  /** How CDF's lists of missing and duplicated resources name the row; see `identityOf`. */
  identityOf(row: number): string | null;
  /** What the scopes of a CDF group go by: rows of one text are mostly allowed or forbidden together. */
  scopeOf(row: number): string;
  /** The row's item as JSON, for who looks at refused rows later. */
  textOf(row: number): string;
  /** A body of these rows only, byte for byte as they came. */
  encode(rows: Rows): Buffer;
  /** Two parts, neither empty; at least two rows are given. */
  halve(rows: Rows): readonly [Rows, Rows];
}

/** One text for `{externalId}`, `{space, externalId}` or `{id}`, so that sets can hold it; null for other references. */
export function identityOf(reference: Reference): string | null {
  const { externalId, id, space } = reference;
  if (typeof externalId === 'string' && typeof space === 'string') return `instance ${space} ${externalId}`;
  if (typeof externalId === 'string') return `externalId ${externalId}`;
  return typeof id === 'number' || typeof id === 'string' ? `id ${id}` : null;
}

export function identitiesOf(references: readonly Reference[]): ReadonlySet<string> {
  return new Set(references.map(identityOf).filter((identity) => identity !== null));
}

/** Which rows some of CDF's references name. */
export function namedBy(references: readonly Reference[], body: Body): (row: number) => boolean {
  const identities = identitiesOf(references);
  return (row) => identities.has(body.identityOf(row) ?? '');
}

export function allRows(count: number): Rows {
  const rows = new Uint32Array(count);
  for (let row = 0; row < count; row++) rows[row] = row;
  return rows;
}

export function halveRows(rows: Rows): readonly [Rows, Rows] {
  const middle = rows.length >> 1;
  return [rows.subarray(0, middle), rows.subarray(middle)];
}

/** Cut into parts of `size` at most. */
export function cutRows(rows: Rows, size: number): Rows[] {
  const parts: Rows[] = [];
  for (let at = 0; at < rows.length; at += size) parts.push(rows.subarray(at, at + size));
  return parts;
}

/** Those that `isChosen`, and the others. */
export function partRows(rows: Rows, isChosen: (row: number) => boolean): readonly [Rows, Rows] {
  return [rows.filter(isChosen), rows.filter((row) => !isChosen(row))];
}
