// Holds a value against its declared shape. Everything here throws 400 with the place of the fault, as bean validation words it.
import { badRequest } from './api-error';
import { asObject } from './call';
import { checkGeoFeature } from './check-geo-feature';
import type { Field, Shape } from './fields';

type Check<K extends Shape['kind']> = (
  shape: Extract<Shape, { kind: K }>,
  value: unknown,
  where: string,
) => void;

const CHECKS: { readonly [K in Shape['kind']]: Check<K> } = {
  text: checkText,
  integer: checkInteger,
  number: ({ min, max }, value, where) => {
    if (typeof value !== 'number') throw badRequest(`${where}: must be a number`);
    if (value < min || value > max) throw badRequest(`${where}: must be between ${min} and ${max}`);
  },
  boolean: (_shape, value, where) => {
    if (typeof value !== 'boolean') throw badRequest(`${where}: must be a boolean`);
  },
  map: checkMap,
  list: checkList,
  object: (shape, value, where) => checkFields(shape.fields, asObject(value, where), where),
  'any-object': (_shape, value, where) => void asObject(value, where),
  any: () => undefined,
  'geo-feature': (_shape, value, where) => checkGeoFeature(value, where),
};

export function checkValue(shape: Shape, value: unknown, where: string): void {
  if (value === null) throw badRequest(`${where}: \`null\` values aren't allowed.`);
  const check: (shape: never, value: unknown, where: string) => void = CHECKS[shape.kind];
  check(shape as never, value, where);
}

/** Checks an object field by field; unknown fields are refused. Throws 400, with `missingFields` where a required one is absent. */
export function checkFields(fields: Readonly<Record<string, Field>>, value: object, where: string): void {
  for (const [name, fieldValue] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) throw badRequest(`${where}.${name}: unknown field`);
    if (fieldValue === null && field.nullable) continue;
    checkValue(field.shape, fieldValue, `${where}.${name}`);
  }
  const missingFields = Object.keys(fields).filter(
    (name) => fields[name]?.required && !Object.hasOwn(value, name),
  );
  if (missingFields.length > 0)
    throw badRequest(`${where}: missing required fields: ${missingFields.join(', ')}`, { missingFields });
}

function checkText(
  { min = 0, max, pattern, oneOf }: Extract<Shape, { kind: 'text' }>,
  value: unknown,
  where: string,
) {
  if (typeof value !== 'string') throw badRequest(`${where}: must be a string`);
  if (value.length < min || (max !== undefined && value.length > max && charactersOf(value) > max))
    throw badRequest(`${where}: size must be between ${min} and ${max ?? 'any'}`);
  if (oneOf !== undefined && !oneOf.includes(value))
    throw badRequest(`${where}: must be one of ${oneOf.join(', ')}`);
  if (pattern !== undefined && !pattern.test(value))
    throw badRequest(`${where}: must match ${pattern.source}`);
}

function charactersOf(text: string): number {
  let characters = 0;
  for (const _ of text) characters++;
  return characters;
}

function checkInteger(
  { min, max }: Extract<Shape, { kind: 'integer' }>,
  value: unknown,
  where: string,
): void {
  if (!Number.isInteger(value)) throw badRequest(`${where}: must be an integer`);
  if ((value as number) < min || (value as number) > max)
    throw badRequest(`${where}: must be between ${min} and ${max}`);
}

function checkMap(shape: Extract<Shape, { kind: 'map' }>, value: unknown, where: string): void {
  const entries = Object.entries(asObject(value, where));
  const {
    maxPairs = Infinity,
    maxKeyBytes = Infinity,
    maxValueBytes = Infinity,
    maxBytes = Infinity,
  } = shape;
  if (entries.length > maxPairs) throw badRequest(`${where}: must have at most ${maxPairs} pairs`);
  let bytes = 0;
  for (const [key, text] of entries) {
    if (text === null) throw badRequest(`${where}: \`null\` values aren't allowed.`);
    if (typeof text !== 'string') throw badRequest(`${where}: values must be strings`);
    const keyBytes = Buffer.byteLength(key);
    const valueBytes = Buffer.byteLength(text);
    if (keyBytes > maxKeyBytes) throw badRequest(`${where}: a key must have at most ${maxKeyBytes} bytes`);
    if (valueBytes > maxValueBytes)
      throw badRequest(`${where}: a value must have at most ${maxValueBytes} bytes`);
    bytes += keyBytes + valueBytes;
  }
  if (bytes > maxBytes) throw badRequest(`${where}: must have at most ${maxBytes} bytes in all`);
}

function checkList(shape: Extract<Shape, { kind: 'list' }>, value: unknown, where: string): void {
  if (!Array.isArray(value)) throw badRequest(`${where}: must be an array`);
  const { minItems = 0, maxItems = Infinity } = shape;
  if (value.length < minItems || value.length > maxItems)
    throw badRequest(`${where}: size must be between ${minItems} and ${maxItems}`);
  value.forEach((item, i) => checkValue(shape.of, item, `${where}[${i}]`));
  if (shape.isSet && new Set(value.map((item) => JSON.stringify(item))).size < value.length)
    throw badRequest(`${where}: must hold each value once`);
}
