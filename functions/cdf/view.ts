// CDF's definition of a view (POST /models/views/byids), as far as a table needs it.
import { gzipSync } from 'node:zlib';
import { CdfError } from './cdf-error';
import type { CdfProject, SendToCdf } from './client';

export interface ViewName {
  readonly space: string;
  readonly externalId: string;
  /** Absent: the one that was made last. */
  readonly version?: string | undefined;
}

export interface ViewProperty {
  readonly name: string;
  readonly type: { readonly type: string; readonly list: boolean };
  readonly nullable: boolean;
  readonly immutable: boolean;
  /** CDF has a value where none is given. */
  readonly hasDefault: boolean;
  readonly description: string;
}

export interface ViewDefinition {
  readonly space: string;
  readonly externalId: string;
  readonly version: string;
  readonly usedFor: 'node' | 'edge' | 'record' | 'all';
  /** Those that a container holds: the others (connections) cannot be written. */
  readonly properties: readonly ViewProperty[];
}

/** null where CDF has no such view. Rejects with CdfError. */
export async function fetchView(
  send: SendToCdf,
  to: CdfProject,
  token: string,
  { space, externalId, version }: ViewName,
): Promise<ViewDefinition | null> {
  const item = { space, externalId, ...(version === undefined ? {} : { version }) };
  const answer = await send(to, token, {
    path: '/models/views/byids?includeInheritedProperties=true',
    gzip: gzipSync(JSON.stringify({ items: [item] })),
    contentType: 'application/json',
  });
  const views = objects(asObject(answer)['items']);
  const newest = views.sort((a, b) => Number(b['createdTime']) - Number(a['createdTime']))[0];
  return newest === undefined ? null : parseView(newest);
}

function parseView(view: Record<string, unknown>): ViewDefinition {
  const { space, externalId, version, usedFor = 'node', properties } = view;
  if (typeof space !== 'string' || typeof externalId !== 'string' || typeof version !== 'string')
    throw new CdfError('CDF answered with a view without identifiers', { status: null });
  return {
    space,
    externalId,
    version,
    usedFor: usedFor as ViewDefinition['usedFor'],
    properties: Object.entries(asObject(properties)).flatMap(([name, property]) =>
      parseProperty(name, asObject(property)),
    ),
  };
}

/** Only what is mapped to a container has a `container`; edges and reverse relations have a `connectionType`. */
function parseProperty(name: string, property: Record<string, unknown>): ViewProperty[] {
  const { type, list } = asObject(property['type']);
  if (property['container'] === undefined || typeof type !== 'string') return [];
  const description = typeof property['description'] === 'string' ? property['description'] : '';
  const hasDefault = property['defaultValue'] !== undefined && property['defaultValue'] !== null;
  return [
    {
      name,
      type: { type, list: list === true },
      nullable: property['nullable'] !== false,
      immutable: property['immutable'] === true,
      hasDefault: hasDefault || property['autoIncrement'] === true,
      description,
    },
  ];
}

function objects(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
