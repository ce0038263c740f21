// Containers: where properties are stored. Constraints and indexes are kept as they come, not enforced.
import { badRequest } from '../api-error';
import { asObject } from '../call';
import { checkFields } from '../check-value';
import type { Field, Fields } from '../fields';
import type { DefinitionKind } from './definition-kind';
import { PROPERTY_NAME, RESERVED_PROPERTIES, definitionIdShape, spaceShape } from './ids';
import type { PropertyType } from './property-type';
import { checkPropertyType, renderPropertyType } from './property-type';

const MAX_PROPERTIES = 100;

/** A property as its container has it. */
export interface ContainerProperty {
  readonly type: PropertyType;
  readonly nullable?: boolean;
  readonly immutable?: boolean;
  readonly defaultValue?: unknown;
  readonly name?: string;
  readonly description?: string;
}

const PROPERTY: Readonly<Record<string, Field>> = {
  type: { shape: { kind: 'any-object' }, required: true },
  nullable: { shape: { kind: 'boolean' } },
  immutable: { shape: { kind: 'boolean' } },
  autoIncrement: { shape: { kind: 'boolean' } },
  // Anything: it is held against the type where it is used.
  defaultValue: { shape: { kind: 'any' } },
  name: { shape: { kind: 'text', max: 255 } },
  description: { shape: { kind: 'text', max: 1024 } },
};

export const containers: DefinitionKind = {
  name: 'containers',
  identifiedBy: ['space', 'externalId'],
  fields: {
    space: { shape: spaceShape, required: true },
    externalId: { shape: definitionIdShape, required: true },
    name: { shape: { kind: 'text', max: 255 } },
    description: { shape: { kind: 'text', max: 1024 } },
    usedFor: { shape: { kind: 'text', oneOf: ['node', 'edge', 'all'] }, default: 'node' },
    properties: { shape: { kind: 'any-object' }, required: true },
    constraints: { shape: { kind: 'any-object' } },
    indexes: { shape: { kind: 'any-object' } },
  },
  check: ({ properties }, _lookup, where) => checkProperties(properties as Fields, `${where}.properties`),
  render: (definition) => ({
    properties: Object.fromEntries(
      Object.entries(propertiesOf(definition)).map(([name, property]) => [name, renderProperty(property)]),
    ),
  }),
};

export function propertiesOf(container: Fields): Readonly<Record<string, ContainerProperty>> {
  return container['properties'] as Readonly<Record<string, ContainerProperty>>;
}

/** Throws 400. */
export function checkPropertyName(name: string, where: string): void {
  if (!PROPERTY_NAME.test(name) || RESERVED_PROPERTIES.has(name))
    throw badRequest(`${where}: ${name} is no name for a property`);
}

function checkProperties(properties: Fields, where: string): void {
  const count = Object.keys(properties).length;
  if (count < 1 || count > MAX_PROPERTIES)
    throw badRequest(`${where}: size must be between 1 and ${MAX_PROPERTIES}`);
  for (const [name, value] of Object.entries(properties)) {
    checkPropertyName(name, where);
    const property = asObject(value, `${where}.${name}`);
    checkFields(PROPERTY, property, `${where}.${name}`);
    if (property['autoIncrement'] === true)
      throw badRequest(`${where}.${name}.autoIncrement: the stand-in does not count`);
    checkPropertyType(asObject(property['type'], `${where}.${name}.type`), `${where}.${name}.type`);
  }
}

export function renderProperty({ type, ...property }: ContainerProperty): Fields {
  return {
    ...{ nullable: true, immutable: false, autoIncrement: false, ...property },
    constraintState: { nullability: 'current' },
    type: renderPropertyType(type),
  };
}
