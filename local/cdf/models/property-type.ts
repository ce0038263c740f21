// The types of properties, as containers declare them.
import { badRequest } from '../api-error';
import { checkFields } from '../check-value';
import type { Field, Fields } from '../fields';
import { MAX_ID } from '../fields';
import type { Reference } from './ids';
import { containerReference } from './ids';

export type TypeName =
  | ('boolean' | 'float32' | 'float64' | 'int32' | 'int64' | 'timestamp' | 'date' | 'json')
  | ('timeseries' | 'file' | 'sequence')
  | ('text' | 'direct' | 'enum');

export interface PropertyType {
  readonly type: TypeName;
  readonly list?: boolean;
  readonly maxListSize?: number;
  /** In bytes of UTF-8. */
  readonly maxTextSize?: number;
  /** Of an enum, by identifier. */
  readonly values?: Readonly<Record<string, unknown>>;
  readonly unknownValue?: string;
  /** In which container the target of a direct relation must be. */
  readonly container?: Reference;
}

const MAX_ENUM_VALUES = 32;
const ENUM_VALUE = /^[_A-Za-z][_0-9A-Za-z]{0,127}$/;

const type: Field = { shape: { kind: 'text' }, required: true };
const LIST: Readonly<Record<string, Field>> = {
  type,
  list: { shape: { kind: 'boolean' } },
  maxListSize: { shape: { kind: 'integer', min: 1, max: 2000 } },
};
const TEXT: Readonly<Record<string, Field>> = {
  ...LIST,
  maxTextSize: { shape: { kind: 'integer', min: 1, max: MAX_ID } },
  collation: { shape: { kind: 'text' } },
};
const NUMBER: Readonly<Record<string, Field>> = {
  ...LIST,
  unit: {
    shape: {
      kind: 'object',
      fields: {
        externalId: { shape: { kind: 'text', min: 1, max: 256 }, required: true },
        sourceUnit: { shape: { kind: 'text' } },
      },
    },
  },
};
const DIRECT: Readonly<Record<string, Field>> = {
  ...LIST,
  container: { shape: { kind: 'object', fields: containerReference } },
};
const ENUM: Readonly<Record<string, Field>> = {
  type,
  unknownValue: { shape: { kind: 'text' } },
  values: { shape: { kind: 'any-object' }, required: true },
};

const TYPES: Readonly<Record<TypeName, Readonly<Record<string, Field>>>> = {
  ...{ text: TEXT, direct: DIRECT, enum: ENUM },
  ...{ boolean: LIST, timestamp: LIST, date: LIST, json: LIST },
  ...{ int32: NUMBER, int64: NUMBER, float32: NUMBER, float64: NUMBER },
  ...{ timeseries: LIST, file: LIST, sequence: LIST },
};

/** Throws 400. */
export function checkPropertyType(value: Fields, where: string): void {
  const name = value['type'] as string;
  const fields = Object.hasOwn(TYPES, name) ? TYPES[name as TypeName] : undefined;
  if (fields === undefined)
    throw badRequest(`${where}.type: must be one of ${Object.keys(TYPES).join(', ')}`);
  checkFields(fields, value, where);
  if (name === 'enum') checkEnumValues(Object.keys(value['values'] as object), `${where}.values`);
}

function checkEnumValues(values: readonly string[], where: string): void {
  if (values.length < 1 || values.length > MAX_ENUM_VALUES)
    throw badRequest(`${where}: size must be between 1 and ${MAX_ENUM_VALUES}`);
  if (!values.every((value) => ENUM_VALUE.test(value))) throw badRequest(`${where}: must be identifiers`);
}

export function renderPropertyType(declared: PropertyType): Fields {
  if (declared.type === 'enum') return { ...declared };
  const collation = declared.type === 'text' ? { collation: 'ucs_basic' } : {};
  return { list: false, ...collation, ...declared };
}
