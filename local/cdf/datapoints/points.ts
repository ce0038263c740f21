// Data points in columns: what a request brings for one series, and what a series keeps. One array a column, no object a point.

interface NumericPoints {
  readonly kind: 'numeric';
  /** Milliseconds since 1970. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  /** OPC UA status codes; null where all are Good. */
  readonly statuses: Uint32Array | null;
  /** 1 where a bad point has no value; null where all have one. */
  readonly absent: Uint8Array | null;
}

interface StringPoints {
  readonly kind: 'string';
  readonly timestamps: Float64Array;
  readonly values: readonly string[];
  readonly statuses: Uint32Array | null;
  readonly absent: Uint8Array | null;
}

export type Points = NumericPoints | StringPoints;

/** 1900-01-01 and 2099-12-31T23:59:59.999, both allowed. */
export const MIN_TIMESTAMP = -2_208_988_800_000;
export const MAX_TIMESTAMP = 4_102_444_799_999;
/** Numeric values lie strictly between -1e100 and 1e100, unless their status is Bad. */
export const MAX_NUMERIC = 1e100;
export const MAX_STRING_BYTES = 1023;
/** Of one insert. */
export const MAX_POINTS = 100_000;
export const MAX_SERIES = 10_000;
