// How a resource's fields are declared: what a value must look like and how an update may change it. Limits are data in
// resources/, read by check-value.ts and apply-update.ts.

export type Shape =
  | {
      readonly kind: 'text';
      /** In characters (Unicode code points). */
      readonly min?: number;
      readonly max?: number;
      readonly pattern?: RegExp;
      readonly oneOf?: readonly string[];
    }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' }
  | {
      /** An object of strings (metadata). */
      readonly kind: 'map';
      readonly maxPairs?: number;
      readonly maxKeyBytes?: number;
      readonly maxValueBytes?: number;
      readonly maxBytes?: number;
    }
  | {
      readonly kind: 'list';
      readonly of: Shape;
      readonly minItems?: number;
      readonly maxItems?: number;
      readonly isSet?: true;
    }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Field>> }
  | { readonly kind: 'any-object' }
  | { readonly kind: 'any' }
  | { readonly kind: 'geo-feature' };

export interface Field {
  readonly shape: Shape;
  readonly required?: true;
  /**
   * What an update may say: `set`, `set-or-null` (set or setNull), `edit` (set, or add and remove), or a change of its own.
   * Left out: the field never changes after the create.
   */
  readonly update?: 'set' | 'set-or-null' | 'edit' | Change;
  /** `null` counts as left out; elsewhere it is refused. */
  readonly nullable?: true;
  /** What the value points at; what does not exist is refused. */
  readonly references?: Reference;
  readonly default?: string | number | boolean;
  /** Accepted and forgotten, as CDF does. */
  readonly ignored?: true;
}

export type Reference = 'assets' | 'data-sets' | 'data-sets-as-text' | 'labels' | 'units';

/** The value after the change. `now` in milliseconds since 1970. Throws 400. */
export type Change = (
  current: unknown,
  change: Readonly<Record<string, unknown>>,
  context: { readonly where: string; readonly now: number },
) => unknown;

export type Fields = Readonly<Record<string, unknown>>;

export const MAX_ID = Number.MAX_SAFE_INTEGER;

export const idShape: Shape = { kind: 'integer', min: 1, max: MAX_ID };
export const timeShape: Shape = { kind: 'integer', min: 0, max: MAX_ID };
export const externalIdShape: Shape = { kind: 'text', max: 255 };

const labelsShape: Shape = {
  kind: 'list',
  of: { kind: 'object', fields: { externalId: { shape: externalIdShape, required: true } } },
  maxItems: 10,
  isSet: true,
};

export const labelsField: Field = { shape: labelsShape, update: 'edit', references: 'labels' };

export const dataSetIdField: Field = { shape: idShape, update: 'set-or-null', references: 'data-sets' };

/** Of assets, events and files: `assetIds`. */
export function assetIdsField(maxItems: number): Field {
  return {
    shape: { kind: 'list', of: idShape, maxItems, isSet: true },
    update: 'edit',
    references: 'assets',
  };
}

/** An object of strings within the limits that all resources share: 256 pairs, keys of 128 bytes. */
export function metadataField(maxBytes: number, maxValueBytes = maxBytes): Field {
  return {
    shape: { kind: 'map', maxPairs: 256, maxKeyBytes: 128, maxValueBytes, maxBytes },
    update: 'edit',
  };
}

/** A text that may be left out, set and unset. */
export function optionalText(max: number): Field {
  return { shape: { kind: 'text', max }, update: 'set-or-null' };
}
