// Views: which properties of which containers are read and written together, and under which names.
import { badRequest } from '../api-error';
import { asObject } from '../call';
import { checkFields } from '../check-value';
import type { Field, Fields } from '../fields';
import type { ContainerProperty } from './containers';
import { checkPropertyName, propertiesOf, renderProperty } from './containers';
import type { DefinitionKind, Lookup } from './definition-kind';
import { lookupIn } from './definition-kind';
import type { Reference } from './ids';
import {
  containerReference,
  definitionIdShape,
  keyOf,
  nodeReference,
  spaceShape,
  versionShape,
  viewReference,
} from './ids';
import type { ModelStore } from './model-store';

const text = (max: number): Field => ({ shape: { kind: 'text', max } });
const view: Field = { shape: { kind: 'object', fields: viewReference } };

const MAPPED: Readonly<Record<string, Field>> = {
  name: text(255),
  description: text(1024),
  container: { shape: { kind: 'object', fields: containerReference }, required: true },
  containerPropertyIdentifier: { shape: { kind: 'text', min: 1, max: 255 }, required: true },
  source: view,
};

const CONNECTION: Readonly<Record<string, Field>> = {
  connectionType: {
    shape: {
      kind: 'text',
      oneOf: [
        ...['single_edge_connection', 'multi_edge_connection'],
        ...['single_reverse_direct_relation', 'multi_reverse_direct_relation'],
      ],
    },
    required: true,
  },
  name: text(255),
  description: text(1024),
  type: { shape: { kind: 'object', fields: nodeReference } },
  source: { ...view, required: true },
  edgeSource: view,
  direction: { shape: { kind: 'text', oneOf: ['outwards', 'inwards'] } },
  through: { shape: { kind: 'any-object' } },
};

/** A property that a view maps to its container's. */
export interface MappedProperty {
  readonly container: Reference;
  readonly identifier: string;
  readonly definition: ContainerProperty;
}

export const views: DefinitionKind = {
  name: 'views',
  identifiedBy: ['space', 'externalId', 'version'],
  fields: {
    space: { shape: spaceShape, required: true },
    externalId: { shape: definitionIdShape, required: true },
    version: { shape: versionShape, required: true },
    name: text(255),
    description: text(1024),
    filter: { shape: { kind: 'any-object' } },
    implements: { shape: { kind: 'list', of: { kind: 'object', fields: viewReference } } },
    properties: { shape: { kind: 'any-object' } },
  },
  check: checkView,
  render: renderView,
};

function checkView(definition: Fields, lookup: Lookup, where: string): void {
  for (const parent of parentsOf(definition))
    if (lookup('views', keyOf(parent)) === undefined)
      throw badRequest(`${where}.implements: View ${keyOf(parent)} does not exist`);
  for (const [name, value] of Object.entries(ownProperties(definition))) {
    checkPropertyName(name, `${where}.properties`);
    checkProperty(asObject(value, `${where}.properties.${name}`), lookup, `${where}.properties.${name}`);
  }
}

function checkProperty(property: Fields, lookup: Lookup, where: string): void {
  if (!isMapped(property)) return checkFields(CONNECTION, property, where);
  checkFields(MAPPED, property, where);
  if (mapping(property, lookup) === undefined)
    throw badRequest(`${where}: the container or its property does not exist`);
}

function isMapped(property: Fields): boolean {
  return property['container'] !== undefined;
}

function parentsOf(definition: Fields): readonly Reference[] {
  return (definition['implements'] ?? []) as readonly Reference[];
}

function ownProperties(definition: Fields): Fields {
  return (definition['properties'] ?? {}) as Fields;
}

/** Those of the views that it implements, then its own, which win. */
function allProperties(definition: Fields, lookup: Lookup): Fields {
  const inherited = parentsOf(definition).map((parent) => {
    const found = lookup('views', keyOf(parent));
    return found === undefined ? {} : allProperties(found, lookup);
  });
  return Object.assign({}, ...inherited, ownProperties(definition)) as Fields;
}

function mapping(property: Fields, lookup: Lookup): MappedProperty | undefined {
  const container = property['container'] as Reference;
  const identifier = property['containerPropertyIdentifier'] as string;
  const found = lookup('containers', keyOf(container));
  const definition = found === undefined ? undefined : propertiesOf(found)[identifier];
  return definition === undefined ? undefined : { container, identifier, definition };
}

/** The properties of a view that can be written, by name. */
export function mappedProperties(definition: Fields, lookup: Lookup): ReadonlyMap<string, MappedProperty> {
  const mapped = Object.entries(allProperties(definition, lookup)).flatMap(([name, property]) => {
    const found = isMapped(property as Fields) ? mapping(property as Fields, lookup) : undefined;
    return found === undefined ? [] : [[name, found] as const];
  });
  return new Map(mapped);
}

function renderView(definition: Fields, store: ModelStore, query: URLSearchParams): Fields {
  const lookup = lookupIn(store);
  const all = allProperties(definition, lookup);
  const shown = query.get('includeInheritedProperties') === 'false' ? ownProperties(definition) : all;
  const mapped = [...mappedProperties(definition, lookup).values()];
  const containers = new Map(mapped.map(({ container }) => [keyOf(container), container]));
  return {
    properties: Object.fromEntries(
      Object.entries(shown).map(([name, property]) => [name, renderViewProperty(property as Fields, lookup)]),
    ),
    mappedContainers: [...containers.values()],
    queryable: definition['filter'] !== undefined || mapped.length > 0,
    writable: mapped.length > 0 && mapsAllRequired(mapped, containers.keys(), lookup),
    usedFor: usedFor(containers.keys(), lookup),
  };
}

function renderViewProperty(property: Fields, lookup: Lookup): Fields {
  if (!isMapped(property)) {
    const isReverse = String(property['connectionType']).endsWith('reverse_direct_relation');
    return isReverse ? { ...property, targetsList: false } : { direction: 'outwards', ...property };
  }
  const found = mapping(property, lookup);
  if (found === undefined) return property;
  const { source, ...rest } = property;
  const { type, ...ofContainer } = renderProperty(found.definition);
  const sourced = source === undefined ? {} : { source };
  return { ...ofContainer, ...rest, type: { ...(type as object), ...sourced } };
}

/** A view can be written through when nothing that its containers must have is out of its reach. */
function mapsAllRequired(
  mapped: readonly MappedProperty[],
  containers: Iterable<string>,
  lookup: Lookup,
): boolean {
  const reached = new Set(mapped.map(({ container, identifier }) => `${keyOf(container)} ${identifier}`));
  return [...containers].every((key) =>
    Object.entries(propertiesOf(lookup('containers', key) ?? { properties: {} })).every(
      ([name, { nullable, defaultValue }]) =>
        nullable !== false || defaultValue !== undefined || reached.has(`${key} ${name}`),
    ),
  );
}

function usedFor(containers: Iterable<string>, lookup: Lookup): string {
  const uses = [...containers].map((key) => lookup('containers', key)?.['usedFor']);
  if (uses.includes('node')) return 'node';
  return uses.includes('edge') ? 'edge' : 'all';
}
