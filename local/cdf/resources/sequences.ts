// Sequences: limits and rules that CDF documents for /sequences. Their rows are in sequences/.
import { dataSetIdField, externalIdShape, idShape, metadataField, optionalText } from '../fields';
import { COMMON_FILTERS, anyOf, equals } from '../filters';
import type { Resource } from '../resource';
import type { Column } from '../sequences/columns';
import { checkColumns, columnsField, renderColumns, storeColumns } from '../sequences/columns';
import { rootOfAsset } from './root-of-asset';

export const sequences: Resource = {
  name: 'sequences',
  label: 'Sequence',
  acl: 'sequencesAcl',
  verbs: ['create', 'update', 'delete', 'byids', 'list', 'query', 'count'],
  createStatus: 201,
  maxItems: 1000,
  duplicateStatus: 409,
  fields: {
    externalId: { shape: externalIdShape, update: 'set-or-null' },
    name: optionalText(255),
    description: optionalText(1000),
    assetId: { shape: idShape, update: 'set-or-null', references: 'assets' },
    metadata: metadataField(10_000),
    columns: columnsField,
    dataSetId: dataSetIdField,
  },
  filters: {
    ...COMMON_FILTERS,
    name: equals('name', { kind: 'text', max: 255 }),
    assetIds: anyOf('assetId', 100),
  },
  hooks: {
    checkItem: ({ columns }, where) => checkColumns(columns as readonly Column[], where),
    beforeCreate: (_state, items, now) => storeColumns(items, now),
    afterDelete: (state, items) => items.forEach((item) => state.sequenceRows.delete(item.id)),
    place: rootOfAsset,
    computed: (_state, item) => ({ columns: renderColumns(item) }),
  },
};
