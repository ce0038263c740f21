import { HttpRequest } from '@azure/functions';
import type { ApiPorts } from '../http-triggers';
import { httpTriggers } from '../http-triggers';
import { openApiDocument, openApiHandler } from './openapi';
import { OPERATIONS } from './operations';
import type { Schema } from './schema';
import { faultOf } from './schema';

// Ports are used by requests only; here triggers are listed.
const triggers = httpTriggers({} as ApiPorts);

test('every trigger is described, and every description is served', () => {
  const served = triggers.map(({ name, method, route }) => `${name}: ${method} /${route}`);
  const described = OPERATIONS.map(
    ({ operationId, method, path }) => `${operationId}: ${method.toUpperCase()} ${path}`,
  );

  expect(described.sort()).toEqual(served.sort());
});

test('function names are such as the Functions host allows', () => {
  for (const { name } of triggers) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_-]{0,127}$/);
  expect(new Set(triggers.map(({ name }) => name)).size).toBe(triggers.length);
});

interface Document {
  readonly openapi: string;
  readonly servers: readonly { readonly url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

const document = JSON.parse(JSON.stringify(openApiDocument('https://sluice.acme.example'))) as Document;
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.values(item).map((operation) => ({ path, operation })),
);

test('the document is OpenAPI 3.1: parameters of paths are declared, responses described, ids unique', () => {
  expect(document.openapi).toBe('3.1.0');
  expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(OPERATIONS.length);
  for (const { path, operation } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = (operation.parameters ?? []).filter(({ in: place }) => place === 'path');
    expect(declared.map(({ name }) => name)).toEqual(inPath);
    for (const { description } of Object.values(operation.responses)) expect(description).not.toBe('');
    expect(operation.responses['200']).toBeDefined();
  }
});

test('it tells the address under which it was asked for', async () => {
  const request = new HttpRequest({ method: 'GET', url: 'https://sluice.acme.example/openapi.json?x=1' });

  const { status, jsonBody } = (await openApiHandler()(request)) as { status: number; jsonBody: Document };

  expect([status, jsonBody.servers]).toEqual([200, [{ url: 'https://sluice.acme.example' }]]);
});

/** All schemas within a schema, itself included. */
function schemasIn(schema: Schema): Schema[] {
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items === undefined ? [] : [schema.items]),
    ...(schema.oneOf ?? []),
    ...(schema.anyOf ?? []),
    ...(typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : []),
  ];
  return [schema, ...inner.flatMap(schemasIn)];
}

test('schemas fit themselves: what is required is a property, examples and defaults are valid', () => {
  const schemas = OPERATIONS.flatMap(({ answer, body }) => [answer, ...(body === undefined ? [] : [body])]);
  for (const schema of schemas.flatMap(schemasIn)) {
    if (schema.properties !== undefined)
      expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining([...(schema.required ?? [])]));
    if (schema.example !== undefined) expect(faultOf(schema, schema.example)).toBeNull();
    if (schema.default !== undefined) expect(faultOf(schema, schema.default)).toBeNull();
  }
});
