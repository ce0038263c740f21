// What an INSERT says apart from its rows. Both parsers give this, so that nobody above knows which one read the text.
import type { Name } from './names';

export type OnConflictClause =
  | { readonly action: 'none' }
  | { readonly action: 'nothing'; readonly columns: readonly string[] | null; readonly constraint?: string }
  | {
      readonly action: 'update';
      /** The arbiter's columns; null when a constraint is named, or nothing. */
      readonly columns: readonly string[] | null;
      readonly constraint?: string;
      /** Columns that are set to EXCLUDED's column of the same name. */
      readonly set: readonly string[];
    }
  /** Some other expression, a WHERE, an arbiter that is no plain column. */
  | { readonly action: 'other' };

export interface InsertHead {
  readonly target: Name;
  readonly alias: string | null;
  readonly columns: readonly string[] | null;
  readonly onConflict: OnConflictClause;
  readonly returning: boolean;
  readonly overriding: boolean;
}
