// Labels: limits that CDF documents for /labels. They are made and deleted, never changed, and known by external id alone.
import { externalIdShape, idShape } from '../fields';
import { equals, hasExternalIdPrefix, inDataSets } from '../filters';
import type { Resource } from '../resource';

export const labels: Resource = {
  name: 'labels',
  label: 'Label',
  acl: 'labelsAcl',
  verbs: ['create', 'delete', 'byids', 'list'],
  createStatus: 201,
  maxItems: 1000,
  duplicateStatus: 409,
  isWithoutId: true,
  isWithoutUpdates: true,
  fields: {
    externalId: { shape: externalIdShape, required: true },
    name: { shape: { kind: 'text', min: 1, max: 140 }, required: true },
    description: { shape: { kind: 'text', max: 500 } },
    dataSetId: { shape: idShape, references: 'data-sets' },
  },
  filters: {
    name: equals('name', { kind: 'text', min: 1, max: 140 }),
    externalIdPrefix: hasExternalIdPrefix,
    dataSetIds: inDataSets(1000),
  },
};
