// The part of JSON Schema in which the HTTP API is described: bodies are checked by the same schemas that GET
// /openapi.json shows, so that neither can say what the other does not.

export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  readonly title?: string;
  readonly description?: string;
  readonly example?: unknown;
  readonly default?: unknown;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly maxProperties?: number;
  /** Objects that the property named here tells apart; each schema lists its values in an `enum`. */
  readonly oneOf?: readonly Schema[];
  readonly discriminator?: { readonly propertyName: string };
  /** Scalars of several types. */
  readonly anyOf?: readonly Schema[];
}

/** What is wrong with `value`, in the words that CDF's gateway API uses, with the place of it; null where nothing is. */
export function faultOf(schema: Schema, value: unknown, place = ''): string | null {
  if (schema.anyOf !== undefined) return anyOf(schema.anyOf, value, place);
  if (schema.oneOf !== undefined) return oneOf(schema, value, place);
  switch (schema.type) {
    case 'string':
      return textFault(schema, value, place);
    case 'integer':
      return integerFault(schema, value, place);
    case 'boolean':
      return typeof value === 'boolean' ? null : at(place, 'Input should be a valid boolean');
    case 'array':
      return listFault(schema, value, place);
    case 'object':
      return objectFault(schema, value, place);
    default:
      return null;
  }
}

function at(place: string, sentence: string): string {
  return place === '' ? sentence : `${sentence}: ${place}`;
}

function below(place: string, name: string | number): string {
  return place === '' ? `${name}` : `${place}.${name}`;
}

function anyOf(schemas: readonly Schema[], value: unknown, place: string): string | null {
  const faults = schemas.map((schema) => faultOf(schema, value, place));
  return faults.includes(null) ? null : (faults[0] ?? null);
}

function oneOf({ oneOf: schemas = [], discriminator }: Schema, value: unknown, place: string): string | null {
  const name = discriminator?.propertyName;
  if (name === undefined) return anyOf(schemas, value, place);
  if (!isObject(value)) return at(place, 'Input should be a valid dictionary');
  const kinds = schemas.map((schema) => ({ schema, values: schema.properties?.[name]?.enum ?? [] }));
  const kind = kinds.find(({ values }) => values.includes(String(value[name])));
  if (kind !== undefined) return faultOf(kind.schema, value, place);
  if (value[name] === undefined) return at(below(place, name), 'Field required');
  return at(below(place, name), choice(kinds.flatMap(({ values }) => values)));
}

function textFault(
  { enum: values, minLength = 0, maxLength = Infinity }: Schema,
  value: unknown,
  place: string,
) {
  if (typeof value !== 'string') return at(place, 'Input should be a valid string');
  if (values !== undefined) return values.includes(value) ? null : at(place, choice(values));
  const characters = [...value].length;
  if (characters < minLength)
    return at(place, `String should have at least ${count(minLength, 'character')}`);
  if (characters > maxLength) return at(place, `String should have at most ${count(maxLength, 'character')}`);
  return null;
}

function integerFault({ minimum = -Infinity, maximum = Infinity }: Schema, value: unknown, place: string) {
  if (!Number.isSafeInteger(value)) return at(place, 'Input should be a valid integer');
  if ((value as number) < minimum) return at(place, `Input should be greater than or equal to ${minimum}`);
  if ((value as number) > maximum) return at(place, `Input should be less than or equal to ${maximum}`);
  return null;
}

function listFault({ items = {}, minItems = 0, maxItems = Infinity }: Schema, value: unknown, place: string) {
  if (!Array.isArray(value)) return at(place, 'Input should be a valid list');
  const { length } = value;
  if (length < minItems)
    return at(place, `List should have at least ${count(minItems, 'item')} after validation, not ${length}`);
  if (length > maxItems)
    return at(place, `List should have at most ${count(maxItems, 'item')} after validation, not ${length}`);
  return first(value.map((item: unknown, i) => () => faultOf(items, item, below(place, i))));
}

function objectFault(schema: Schema, value: unknown, place: string): string | null {
  if (!isObject(value)) return at(place, 'Input should be a valid dictionary');
  const { properties = {}, required = [], additionalProperties = true, maxProperties = Infinity } = schema;
  const names = Object.keys(value);
  const lacking = required.find((name) => value[name] === undefined);
  if (lacking !== undefined) return at(below(place, lacking), 'Field required');
  if (names.length > maxProperties)
    return at(place, `Dictionary should have at most ${count(maxProperties, 'item')}, not ${names.length}`);
  return first(
    names.map((name) => () => {
      const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (known !== undefined) return faultOf(known, value[name], below(place, name));
      if (additionalProperties === false) return at(below(place, name), 'Extra inputs are not permitted');
      return additionalProperties === true
        ? null
        : faultOf(additionalProperties, value[name], below(place, name));
    }),
  );
}

function first(checks: readonly (() => string | null)[]): string | null {
  for (const check of checks) {
    const fault = check();
    if (fault !== null) return fault;
  }
  return null;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Input should be 'a', 'b' or 'c' */
function choice(values: readonly string[]): string {
  const quoted = values.map((value) => `'${value}'`);
  const last = quoted.pop() ?? '';
  return `Input should be ${quoted.length === 0 ? last : `${quoted.join(', ')} or ${last}`}`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
