// Holds a JSON value against a schema of the OpenAPI document: as much of JSON Schema as that document needs.
import type { Schema } from './specification';
import { flat } from './specification';

/** What does not fit, each with its place; [] where all does. Fields that the schema does not name do not fit. */
export function faultsOf(schema: Schema, value: unknown, where = '$'): string[] {
  const whole = flat(schema);
  const options = whole.oneOf ?? whole.anyOf;
  if (options !== undefined) return faultsOfAlternatives(whole, options, { value, where });
  if (whole.enum !== undefined && !whole.enum.includes(value)) return [`${where}: not in the enumeration`];
  if (Array.isArray(value)) return faultsOfArray(whole, value, where);
  if (typeof value === 'object' && value !== null) return faultsOfObject(whole, value, where);
  return faultsOfScalar(whole, value, where);
}

/** The alternatives share what stands beside them, where allOf is joined already. */
function faultsOfAlternatives(
  { allOf: _allOf, oneOf: _oneOf, anyOf: _anyOf, ...common }: Schema,
  options: readonly Schema[],
  { value, where }: { readonly value: unknown; readonly where: string },
): string[] {
  const tried = options.map((option) => faultsOf({ ...common, allOf: [option] }, value, where));
  return tried.reduce((best, faults) => (faults.length < best.length ? faults : best));
}

function faultsOfArray(schema: Schema, values: readonly unknown[], where: string): string[] {
  if (schema.type !== 'array') return [`${where}: an array, not ${schema.type ?? 'that'}`];
  return values.flatMap((value, i) => faultsOf(schema.items ?? {}, value, `${where}[${i}]`));
}

function faultsOfObject(schema: Schema, value: object, where: string): string[] {
  const { properties, additionalProperties, required = [] } = schema;
  if (schema.type !== undefined && schema.type !== 'object') return [`${where}: an object`];
  const missing = required.filter((name) => !Object.hasOwn(value, name));
  const faults = missing.map((name) => `${where}.${name}: missing`);
  const isOpen = additionalProperties === true || Object.keys(properties ?? {}).length === 0;
  return faults.concat(
    Object.entries(value).flatMap(([name, inner]) => {
      const known =
        properties?.[name] ?? (typeof additionalProperties === 'object' ? additionalProperties : null);
      if (known !== null) return faultsOf(known, inner, `${where}.${name}`);
      return isOpen ? [] : [`${where}.${name}: unknown`];
    }),
  );
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
};

function faultsOfScalar(
  { type, minimum, maximum, maxLength }: Schema,
  value: unknown,
  where: string,
): string[] {
  if (type !== undefined && TYPES[type]?.(value) !== true) return [`${where}: no ${type}`];
  const isInRange = typeof value !== 'number' || (value >= (minimum ?? value) && value <= (maximum ?? value));
  const isShort = typeof value !== 'string' || [...value].length <= (maxLength ?? Infinity);
  return isInRange && isShort ? [] : [`${where}: beyond its limits`];
}
