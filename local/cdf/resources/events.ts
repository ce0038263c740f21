// Events: limits and rules that CDF documents for /events. Nothing is required.
import { badRequest } from '../api-error';
import {
  assetIdsField,
  dataSetIdField,
  externalIdShape,
  metadataField,
  optionalText,
  timeShape,
} from '../fields';
import { COMMON_FILTERS, anyOf, equals, within } from '../filters';
import type { Resource } from '../resource';

export const events: Resource = {
  name: 'events',
  label: 'Event',
  acl: 'eventsAcl',
  verbs: ['create', 'update', 'delete', 'byids', 'list', 'query', 'count', 'one'],
  createStatus: 201,
  maxItems: 1000,
  duplicateStatus: 409,
  fields: {
    externalId: { shape: externalIdShape, update: 'set-or-null' },
    dataSetId: { ...dataSetIdField, references: 'data-sets-as-text' },
    startTime: { shape: timeShape, update: 'set-or-null' },
    endTime: { shape: timeShape, update: 'set-or-null' },
    type: optionalText(64),
    subtype: optionalText(64),
    description: optionalText(500),
    metadata: metadataField(200_000, 128_000),
    assetIds: assetIdsField(10_000),
    source: optionalText(128),
  },
  filters: {
    ...COMMON_FILTERS,
    type: equals('type', { kind: 'text', max: 64 }),
    subtype: equals('subtype', { kind: 'text', max: 64 }),
    source: equals('source', { kind: 'text', max: 128 }),
    assetIds: anyOf('assetIds', 5000),
    startTime: within((item) => item.fields['startTime']),
    endTime: within((item) => item.fields['endTime']),
  },
  hooks: {
    checkItem: ({ startTime, endTime }, where) => {
      if (typeof startTime === 'number' && typeof endTime === 'number' && endTime < startTime)
        throw badRequest(`${where}: endTime must not be before startTime`);
    },
  },
};
