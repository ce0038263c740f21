// Data sets: limits that CDF documents for /datasets. Ten a create; there is no delete.
import { externalIdShape, metadataField } from '../fields';
import { createdWithin, COMMON_FILTERS, equals, hasExternalIdPrefix, updatedWithin } from '../filters';
import type { Filter, Resource } from '../resource';

export const dataSets: Resource = {
  name: 'datasets',
  label: 'Data set',
  acl: 'datasetsAcl',
  verbs: ['create', 'update', 'byids', 'list', 'count'],
  createStatus: 200,
  maxItems: 1000,
  maxCreates: 10,
  duplicateStatus: 409,
  fields: {
    externalId: { shape: externalIdShape, update: 'set-or-null' },
    name: { shape: { kind: 'text', min: 1, max: 50 }, update: 'set-or-null' },
    description: { shape: { kind: 'text', min: 1, max: 500 }, update: 'set-or-null' },
    metadata: metadataField(10_240),
    writeProtected: { shape: { kind: 'boolean' }, update: 'set', default: false },
  },
  filters: {
    externalIdPrefix: hasExternalIdPrefix,
    metadata: COMMON_FILTERS['metadata'] as Filter,
    createdTime: createdWithin,
    lastUpdatedTime: updatedWithin,
    writeProtected: equals('writeProtected', { kind: 'boolean' }),
  },
};
