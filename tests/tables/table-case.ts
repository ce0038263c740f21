// What a test needs to know of a gateway table to write every column of it and to read it back from CDF's API.
import type { CdfApi } from '../support/cdf-api';

/** A value as a client sends it (a parameter, as text), and the property as CDF gives it back. */
export interface Sample {
  readonly sent: string;
  readonly found: unknown;
}

export interface TableCase {
  readonly table: string;
  /** Statements that make what the rows refer to. Called once. */
  readonly prepare?: (cdf: CdfApi, sql: (text: string) => Promise<unknown>) => Promise<void>;
  /** A sample of every column that can be written, but the key and those in `others`. */
  readonly samples: () => Readonly<Record<string, Sample>>;
  /** Columns that stand for the same property as one of the samples: written in a row of their own. */
  readonly others: () => Readonly<Record<string, Sample>>;
  /** The key's columns for the n-th row of the test. */
  readonly key: (n: number) => Readonly<Record<string, string>>;
  /** What of the samples a row cannot do without. */
  readonly required: readonly string[];
  /** What CDF has under the key: properties by name; null where there is nothing. */
  readonly read: (
    cdf: CdfApi,
    key: Readonly<Record<string, string>>,
  ) => Promise<Record<string, unknown> | null>;
  /** A value that its column does not take, and the SQLSTATE. */
  readonly wrong: readonly [column: string, value: string, code: string];
  /** Columns that CDF takes and forgets. */
  readonly ignored?: readonly string[];
  /** Columns that CDF cannot unset or change once they are there. */
  readonly fixed?: readonly string[];
}

/** Of tables whose key is the external id. */
export function externalIdKey(prefix: string): TableCase['key'] {
  return (n) => ({ external_id: `${prefix}-${n}` });
}

/** Reads `/<resource>/byids`. */
export function byExternalId(resource: string): TableCase['read'] {
  return async (cdf, key) => (await cdf.byExternalIds(resource, [key['external_id']!]))[0] ?? null;
}

export function same(value: string): Sample {
  return { sent: value, found: value };
}

export function json(value: unknown): Sample {
  return { sent: JSON.stringify(value), found: value };
}

/** A time in a zone that is not UTC, and CDF's milliseconds. */
export function time(milliseconds: number): Sample {
  return { sent: new Date(milliseconds + 3_600_000).toISOString().replace('Z', '+01'), found: milliseconds };
}
