// Events: limits and rules that CDF documents for /events. Nothing is required.
import { badRequest } from '../api-error';
import { externalIdShape, idShape, optionalText, timeShape } from '../fields';
import { COMMON_FILTERS, anyOf, equals, within } from '../filters';
import type { Resource } from '../resource';

export const events: Resource = {
  name: 'events',
  label: 'Event',
  acl: 'eventsAcl',
  createStatus: 201,
  maxItems: 1000,
  duplicateStatus: 409,
  fields: {
    externalId: { shape: externalIdShape, update: 'set-or-null' },
    dataSetId: { shape: idShape, update: 'set-or-null' },
    startTime: { shape: timeShape, update: 'set-or-null' },
    endTime: { shape: timeShape, update: 'set-or-null' },
    type: optionalText(64),
    subtype: optionalText(64),
    description: optionalText(500),
    metadata: {
      shape: { kind: 'map', maxPairs: 256, maxKeyBytes: 128, maxValueBytes: 128_000, maxBytes: 200_000 },
      update: 'edit',
    },
    assetIds: {
      shape: { kind: 'list', of: idShape, maxItems: 10_000, isSet: true },
      update: 'edit',
      references: 'assets',
    },
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
