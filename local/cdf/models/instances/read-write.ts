// The body of POST /models/instances: its items and flags, checked one by one.
import { badRequest } from '../../api-error';
import type { JsonObject } from '../../call';
import { asObject, flag } from '../../call';
import { checkFields } from '../../check-value';
import type { Field, Fields } from '../../fields';
import { MAX_ID } from '../../fields';
import type { Reference } from '../ids';
import {
  containerReference,
  instanceIdShape,
  instanceKey,
  nodeReference,
  spaceShape,
  viewReference,
} from '../ids';
import type { SourceReference } from './sources';

/** Of one request, deletes included. */
export const MAX_INSTANCES = 1000;
const MAX_SOURCES = 100;

export interface InstanceId extends Reference {
  readonly instanceType: 'node' | 'edge';
  readonly existingVersion?: number;
}

export interface InstanceWrite extends InstanceId {
  readonly type?: Reference;
  readonly startNode?: Reference;
  readonly endNode?: Reference;
  readonly sources?: readonly { readonly source: SourceReference; readonly properties?: Fields }[];
}

export interface WriteRequest {
  readonly items: readonly InstanceWrite[];
  readonly deletes: readonly InstanceId[];
  readonly autoCreateDirectRelations: boolean;
  readonly autoCreateStartNodes: boolean;
  readonly autoCreateEndNodes: boolean;
  readonly skipOnVersionConflict: boolean;
  readonly replace: boolean;
}

const reference: Field = { shape: { kind: 'object', fields: nodeReference } };
const requiredReference: Field = { ...reference, required: true };
const existingVersion: Field = { shape: { kind: 'integer', min: 0, max: MAX_ID } };

const ID: Readonly<Record<string, Field>> = {
  instanceType: { shape: { kind: 'text', oneOf: ['node', 'edge'] }, required: true },
  space: { shape: spaceShape, required: true },
  externalId: { shape: instanceIdShape, required: true },
};

const NODE: Readonly<Record<string, Field>> = {
  ...{ ...ID, existingVersion, type: reference },
  sources: { shape: { kind: 'list', of: { kind: 'any-object' }, minItems: 1, maxItems: MAX_SOURCES } },
};

const EDGE: Readonly<Record<string, Field>> = {
  ...{ ...NODE, type: requiredReference, startNode: requiredReference, endNode: requiredReference },
};

const SOURCE: Readonly<Record<string, Field>> = {
  source: { shape: { kind: 'any-object' }, required: true },
  properties: { shape: { kind: 'any-object' } },
};

/** Throws 400. */
export function readWriteRequest(body: JsonObject): WriteRequest {
  const items = listIn(body, 'items').map((value, i) => readWrite(value, `request.items[${i}]`));
  const deletes = listIn(body, 'delete', []).map((value, i) => readId(value, `request.delete[${i}]`, true));
  if (items.length + deletes.length > MAX_INSTANCES)
    throw badRequest(`request: items and delete must be at most ${MAX_INSTANCES} together`);
  const keys = [...items, ...deletes].map(instanceKey);
  if (new Set(keys).size < keys.length) throw badRequest('request.items: must hold each instance once');
  return {
    ...{ items, deletes },
    autoCreateDirectRelations: flag(body, 'autoCreateDirectRelations', true),
    autoCreateStartNodes: flag(body, 'autoCreateStartNodes'),
    autoCreateEndNodes: flag(body, 'autoCreateEndNodes'),
    skipOnVersionConflict: flag(body, 'skipOnVersionConflict'),
    replace: flag(body, 'replace'),
  };
}

function listIn(body: JsonObject, name: string, otherwise?: []): readonly unknown[] {
  const list = body[name] ?? otherwise;
  if (!Array.isArray(list)) throw badRequest(`request.${name}: must be an array`);
  if (list.length > MAX_INSTANCES)
    throw badRequest(`request.${name}: size must be between 0 and ${MAX_INSTANCES}`);
  return list as unknown[];
}

/** Throws 400. */
export function readId(value: unknown, where: string, isVersioned = false): InstanceId {
  const item = asObject(value, where);
  checkFields(isVersioned ? { ...ID, existingVersion } : ID, item, where);
  return item as unknown as InstanceId;
}

function readWrite(value: unknown, where: string): InstanceWrite {
  const item = asObject(value, where);
  checkFields(item['instanceType'] === 'edge' ? EDGE : NODE, item, where);
  const sources = (item['sources'] ?? []) as JsonObject[];
  sources.forEach((source, i) => checkSource(source, `${where}.sources[${i}]`));
  return item as unknown as InstanceWrite;
}

function checkSource(value: JsonObject, where: string): void {
  checkFields(SOURCE, value, where);
  checkSourceReference(value['source'], `${where}.source`);
  const properties = value['properties'];
  if (properties !== undefined && Object.keys(properties as object).length === 0)
    throw badRequest(`${where}.properties: must have at least one property`);
}

/** Throws 400. */
export function checkSourceReference(value: unknown, where: string): void {
  const source = asObject(value, where);
  checkFields(source['type'] === 'container' ? containerReference : viewReference, source, where);
}

export function renderId({ instanceType, space, externalId }: InstanceId): object {
  return { instanceType, space, externalId };
}
