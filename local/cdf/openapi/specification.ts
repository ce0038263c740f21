// CDF's own OpenAPI document, where CDF_OPENAPI names that file, for the tests that hold the stand-in against it.
import { readFileSync } from 'node:fs';

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxProperties?: number;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
}

interface Operation {
  readonly requestBody?: Content & { readonly $ref?: string };
  readonly responses: Readonly<Record<string, Content & { readonly $ref?: string }>>;
}

interface Specification {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const file = process.env['CDF_OPENAPI'] ?? '';

export const isSpecified = file !== '';

const specification = (isSpecified ? JSON.parse(readFileSync(file, 'utf8')) : { paths: {} }) as Specification;

export function operationAt(method: string, path: string): Operation | undefined {
  return specification.paths[path]?.[method.toLowerCase()];
}

/** Follows a reference within the document. */
function resolved<T extends { readonly $ref?: string }>(value: T): T {
  if (value.$ref === undefined) return value;
  const steps = value.$ref.slice(2).split('/');
  const found = steps.reduce<unknown>(
    (at, step) => (at as Record<string, unknown>)[step.replace(/~1/g, '/')],
    specification,
  );
  return resolved(found as T);
}

/** The schema without references and allOf: properties and required fields are joined. */
export function flat(schema: Schema): Schema {
  const whole = resolved(schema);
  return (whole.allOf ?? []).map(flat).reduce<Schema>(
    (joined, part) => ({
      ...part,
      ...joined,
      properties: { ...part.properties, ...joined.properties },
      required: [...(part.required ?? []), ...(joined.required ?? [])],
    }),
    whole,
  );
}

/** The same; of alternatives the first. */
function flatFirst(schema: Schema): Schema {
  const whole = flat(schema);
  const [first] = whole.oneOf ?? [];
  if (whole.properties !== undefined || first === undefined) return whole;
  const { oneOf: _oneOf, ...common } = whole;
  return flatFirst({ ...common, allOf: [first] });
}

export function bodyOf(path: string): Schema {
  const body = resolved(operationAt('post', path)!.requestBody!);
  return flatFirst(body.content!['application/json']!.schema);
}

/** An item of the request; the request itself where there are none. */
export function itemOf(path: string): Schema {
  const items = bodyOf(path).properties?.['items'];
  return items === undefined ? bodyOf(path) : flatFirst(flat(items).items!);
}

/** Undefined where the document has no such status, or an answer without a schema. */
export function answerSchemaOf(method: string, path: string, status: number): Schema | undefined {
  const response = operationAt(method, path)?.responses[`${status}`];
  return response === undefined ? undefined : resolved(response).content?.['application/json']?.schema;
}
