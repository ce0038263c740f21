// Azure's published types (Bicep's own form): per provider and version a graph of numbered types. The file is not in this
// repository; whoever has it gives its path.
import { readFileSync } from 'node:fs';
import type { Lazy, Properties, Type } from './type';

interface Ref {
  /** `#/<number>` */
  readonly $ref: string;
}

interface PublishedProperty {
  readonly type: Ref;
  /** Bits: 1 required, 2 read-only, 4 write-only, 8 known when the deployment starts. */
  readonly flags: number;
}

interface Published {
  readonly $type: string;
  readonly name?: string;
  readonly value?: string;
  readonly properties?: Readonly<Record<string, PublishedProperty>>;
  readonly baseProperties?: Readonly<Record<string, PublishedProperty>>;
  readonly additionalProperties?: Ref;
  readonly discriminator?: string;
  /** Of a union: a list. Of a discriminated object: by the discriminator's value. */
  readonly elements?: readonly Ref[] | Readonly<Record<string, Ref>>;
  readonly itemType?: Ref;
  readonly body?: Ref;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minValue?: number;
  readonly maxValue?: number;
}

type Graph = Readonly<Record<string, Published>>;

/** Bodies of resources by `Type@version`. Throws where the file cannot be read. */
export function readPublishedTypes(path: string): Map<string, Lazy> {
  const graphs = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, Graph>>;
  const bodies = new Map<string, Lazy>();
  for (const graph of Object.values(graphs))
    for (const { $type, name, body } of Object.values(graph))
      if ($type === 'ResourceType' && name !== undefined && body !== undefined)
        bodies.set(name, lazy(graph, body));
  return bodies;
}

function lazy(graph: Graph, { $ref }: Ref): Lazy {
  return () => {
    const published = graph[$ref.slice('#/'.length)];
    if (published === undefined) throw new Error(`the types refer to ${$ref}, which is not there`);
    return read(graph, published);
  };
}

const READERS: Readonly<Record<string, (graph: Graph, published: Published) => Type>> = {
  AnyType: () => ({ kind: 'any' }),
  BooleanType: () => ({ kind: 'bool' }),
  IntegerType: (_, { minValue, maxValue }) => ({
    kind: 'int',
    ...(minValue !== undefined && { minValue }),
    ...(maxValue !== undefined && { maxValue }),
  }),
  StringType: (_, { minLength, maxLength, pattern }) => ({
    kind: 'string',
    ...(minLength !== undefined && { minLength }),
    ...(maxLength !== undefined && { maxLength }),
    ...(pattern !== undefined && { pattern }),
  }),
  StringLiteralType: (_, { value = '' }) => ({ kind: 'literal', value }),
  UnionType: (graph, { elements }) => ({
    kind: 'union',
    of: Object.values(elements ?? []).map((ref: Ref) => lazy(graph, ref)),
  }),
  ArrayType: (graph, { itemType }) => ({ kind: 'array', item: itemType ? lazy(graph, itemType) : any }),
  ObjectType: (graph, { name = '', properties, additionalProperties }) => ({
    kind: 'object',
    name,
    properties: readProperties(graph, properties),
    others: additionalProperties === undefined ? null : lazy(graph, additionalProperties),
  }),
  DiscriminatedObjectType: (graph, { name = '', discriminator = '', baseProperties, elements }) => ({
    kind: 'discriminated',
    name,
    discriminator,
    properties: readProperties(graph, baseProperties),
    variants: new Map(
      Object.entries(elements ?? {}).map(([key, ref]: [string, Ref]) => [key, lazy(graph, ref)]),
    ),
  }),
};

function read(graph: Graph, published: Published): Type {
  const reader = READERS[published.$type];
  if (reader === undefined) throw new Error(`the types have a ${published.$type}, which is not known here`);
  return reader(graph, published);
}

function readProperties(graph: Graph, published: Published['properties'] = {}): Properties {
  return new Map(
    Object.entries(published).map(([key, { type, flags }]) => [
      key,
      { type: lazy(graph, type), isRequired: (flags & 1) !== 0, isReadOnly: (flags & 2) !== 0 },
    ]),
  );
}

const any: Lazy = () => ({ kind: 'any' });
