// How data modelling names things, and the shapes of its references.
import type { Field, Shape } from '../fields';

export const spaceShape: Shape = {
  kind: 'text',
  min: 1,
  max: 43,
  pattern: /^[a-zA-Z][a-zA-Z0-9_-]{0,41}[a-zA-Z0-9]?$/,
};
export const definitionIdShape: Shape = {
  kind: 'text',
  min: 1,
  max: 255,
  pattern: /^[a-zA-Z]([a-zA-Z0-9_]{0,253}[a-zA-Z0-9])?$/,
};
export const versionShape: Shape = {
  kind: 'text',
  min: 1,
  max: 43,
  pattern: /^[a-zA-Z0-9]([.a-zA-Z0-9_-]{0,41}[a-zA-Z0-9])?$/,
};
/** Of a node or an edge: anything but NUL. */
export const instanceIdShape: Shape = { kind: 'text', min: 1, max: 256, pattern: /^[^\0]*$/ };

/** Of properties, in containers and in views. */
export const PROPERTY_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]{0,253}[a-zA-Z0-9]?$/;
export const RESERVED_PROPERTIES: ReadonlySet<string> = new Set([
  ...['space', 'externalId', 'createdTime', 'lastUpdatedTime', 'deletedTime', 'extensions'],
  ...['edge_id', 'node_id', 'project_id', 'property_group', 'seq', 'tg_table_name'],
]);

const required = (shape: Shape): Field => ({ shape, required: true });

export const nodeReference: Readonly<Record<string, Field>> = {
  space: required(spaceShape),
  externalId: required(instanceIdShape),
};

export const containerReference: Readonly<Record<string, Field>> = {
  type: required({ kind: 'text', oneOf: ['container'] }),
  space: required(spaceShape),
  externalId: required(definitionIdShape),
};

export const viewReference: Readonly<Record<string, Field>> = {
  type: required({ kind: 'text', oneOf: ['view'] }),
  space: required(spaceShape),
  externalId: required(definitionIdShape),
  version: required(versionShape),
};

export interface Reference {
  readonly space: string;
  readonly externalId: string;
  readonly version?: string;
}

/** Of a node or edge. No identifier but an instance's holds a blank, and there it comes last. */
export function instanceKey({ space, externalId }: Pick<Reference, 'space' | 'externalId'>): string {
  return `${space} ${externalId}`;
}

/** Of a definition. */
export function keyOf({ space, externalId, version }: Reference): string {
  return version === undefined ? `${space} ${externalId}` : `${space} ${externalId} ${version}`;
}
