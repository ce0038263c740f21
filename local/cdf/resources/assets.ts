// Assets: limits and rules of facts that CDF documents for /assets.
import { badRequest } from '../api-error';
import type { Field } from '../fields';
import {
  dataSetIdField,
  externalIdShape,
  idShape,
  labelsField,
  metadataField,
  optionalText,
} from '../fields';
import { COMMON_FILTERS, anyOf, equals, hasLabels } from '../filters';
import type { Item } from '../items';
import { externalIdOf } from '../items';
import type { ProjectState } from '../project-state';
import type { Resource } from '../resource';

const fields: Readonly<Record<string, Field>> = {
  externalId: { shape: externalIdShape, update: 'set-or-null' },
  name: { shape: { kind: 'text', min: 1, max: 140 }, required: true, update: 'set' },
  parentId: { shape: idShape, update: 'set' },
  parentExternalId: { shape: externalIdShape, update: 'set' },
  description: optionalText(500),
  dataSetId: { ...dataSetIdField, references: 'data-sets-as-text' },
  metadata: metadataField(10_240),
  source: optionalText(128),
  labels: labelsField,
  geoLocation: { shape: { kind: 'geo-feature' }, update: 'set-or-null' },
};

export const assets: Resource = {
  name: 'assets',
  label: 'Asset',
  acl: 'assetsAcl',
  verbs: ['create', 'update', 'delete', 'byids', 'list', 'query', 'count', 'one'],
  createStatus: 201,
  maxItems: 1000,
  duplicateStatus: 409,
  fields,
  filters: {
    ...COMMON_FILTERS,
    name: equals('name', { kind: 'text', min: 1, max: 140 }),
    source: equals('source', { kind: 'text', max: 128 }),
    labels: hasLabels,
    parentIds: anyOf('parentId', 100),
    parentExternalIds: {
      shape: { kind: 'list', of: externalIdShape, maxItems: 100 },
      matches: (item, wanted: readonly string[], state) => {
        const parent = state.assetTree.parentOf(item);
        return parent !== undefined && wanted.includes(externalIdOf(parent) ?? '');
      },
    },
    root: {
      shape: { kind: 'boolean' },
      matches: (item, isRoot: boolean) => isRoot === (item.fields['parentId'] === undefined),
    },
  },
  hooks: {
    beforeCreate: (state, items) => state.assetTree.place(items),
    beforeUpdate: (state, changes) =>
      state.assetTree.move(
        changes.map((change) => ({ id: change.item.id, fields: change.fields, was: change.item })),
      ),
    afterChange: (state, items) => items.forEach((item) => state.assetTree.link(item)),
    withDependents,
    afterDelete: (state, items) => items.forEach((item) => state.assetTree.unlink(item)),
    place: (_state, { rootId }) => (typeof rootId === 'number' ? { rootId } : {}),
    computed: (state, item) => {
      const parent = state.assetTree.parentOf(item);
      const parentExternalId = parent === undefined ? undefined : externalIdOf(parent);
      return parentExternalId === undefined ? {} : { parentExternalId };
    },
    aggregates: {
      childCount: (state, item) => state.assetTree.childrenOf(item).length,
      depth: (state, item) => state.assetTree.pathOf(item).length - 1,
      path: (state, item) => state.assetTree.pathOf(item).map(({ id }) => ({ id })),
    },
  },
};

/** Without `recursive` an asset that is the parent of another one, which stays, cannot go. */
function withDependents(state: ProjectState, items: readonly Item[], isRecursive: boolean): readonly Item[] {
  const going = new Set(items);
  for (const item of going)
    for (const child of state.assetTree.childrenOf(item)) {
      if (!isRecursive && !going.has(child))
        throw badRequest(`Cannot delete asset ${item.id}: it is the parent of other assets`);
      going.add(child);
    }
  return [...going];
}
