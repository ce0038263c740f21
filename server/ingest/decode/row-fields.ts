// One row between a scanner (VALUES list, COPY data, Bind) and its table: where each field's bytes lie, in which form.
// A single RowFields is filled again for every row: no string, no object per field on this way.

/** Marks NULL in `starts`. */
export const NULL_FIELD = -1;

/** Object ids of PostgreSQL's types (pg_type.oid) that a field may be declared as. */
export const OID = {
  unspecified: 0,
  bool: 16,
  bytea: 17,
  int8: 20,
  int2: 21,
  int4: 23,
  text: 25,
  json: 114,
  float4: 700,
  float8: 701,
  unknown: 705,
  boolArray: 1000,
  int2Array: 1005,
  int4Array: 1007,
  textArray: 1009,
  varcharArray: 1015,
  int8Array: 1016,
  float4Array: 1021,
  float8Array: 1022,
  bpchar: 1042,
  varchar: 1043,
  date: 1082,
  timestamp: 1114,
  timestamptz: 1184,
  numericArray: 1231,
  numeric: 1700,
  uuid: 2950,
  jsonb: 3802,
} as const;

export const TEXT_FORMAT = 0;
export const BINARY_FORMAT = 1;
export type Format = typeof TEXT_FORMAT | typeof BINARY_FORMAT;

export class RowFields {
  /** Field i is buffers[i].subarray(starts[i], ends[i]); starts[i] = NULL_FIELD for NULL. */
  readonly buffers: Buffer[];
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Format codes of the protocol: 0 text, 1 binary. */
  readonly formats: Uint8Array;
  /** Declared types: 0 or 705 = take the column's. A scanner of literals writes int4/numeric/bool where the literal has such a type. */
  readonly oids: Int32Array;

  constructor(readonly count: number) {
    this.buffers = new Array<Buffer>(count).fill(Buffer.alloc(0));
    this.starts = new Int32Array(count);
    this.ends = new Int32Array(count);
    this.formats = new Uint8Array(count);
    this.oids = new Int32Array(count);
  }
}

/** Gets each row as soon as it is scanned; the RowFields and its buffers are valid during the call only. */
export type RowSink = (fields: RowFields) => void;
