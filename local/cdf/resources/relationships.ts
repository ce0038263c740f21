// Relationships: limits and rules that CDF documents for /relationships. What they connect need not exist.
import { badRequest } from '../api-error';
import type { Field, Shape } from '../fields';
import { dataSetIdField, labelsField, timeShape } from '../fields';
import { createdWithin, hasLabels, inDataSets, oneOfTexts, updatedWithin, within } from '../filters';
import type { Resource } from '../resource';

const externalId: Shape = { kind: 'text', min: 1, max: 255 };
const type: Shape = { kind: 'text', oneOf: ['asset', 'timeSeries', 'file', 'event', 'sequence'] };
const end = (shape: Shape): Field => ({ shape, required: true, update: 'set' });

export const relationships: Resource = {
  name: 'relationships',
  label: 'Relationship',
  acl: 'relationshipsAcl',
  verbs: ['create', 'update', 'delete', 'byids', 'list', 'query'],
  createStatus: 201,
  deleteStatus: 202,
  maxItems: 1000,
  duplicateStatus: 409,
  isWithoutId: true,
  updateNeedsRead: true,
  fields: {
    externalId: { shape: externalId, required: true },
    sourceExternalId: end(externalId),
    sourceType: end(type),
    targetExternalId: end(externalId),
    targetType: end(type),
    startTime: { shape: timeShape, update: 'set-or-null' },
    endTime: { shape: timeShape, update: 'set-or-null' },
    confidence: { shape: { kind: 'number', min: 0, max: 1 }, update: 'set-or-null' },
    dataSetId: dataSetIdField,
    labels: labelsField,
  },
  filters: {
    sourceExternalIds: oneOfTexts('sourceExternalId', externalId, 1000),
    sourceTypes: oneOfTexts('sourceType', type, 1000),
    targetExternalIds: oneOfTexts('targetExternalId', externalId, 1000),
    targetTypes: oneOfTexts('targetType', type, 1000),
    dataSetIds: inDataSets(1000),
    startTime: within((item) => item.fields['startTime']),
    endTime: within((item) => item.fields['endTime']),
    createdTime: createdWithin,
    lastUpdatedTime: updatedWithin,
    labels: hasLabels,
  },
  hooks: {
    checkItem: ({ startTime, endTime }, where) => {
      if (typeof startTime === 'number' && typeof endTime === 'number' && endTime <= startTime)
        throw badRequest(`${where}: endTime must be after startTime`);
    },
  },
};
