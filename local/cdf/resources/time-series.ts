// Time series: limits and rules that CDF documents for /timeseries. Whether one holds strings never changes.
import { badRequest } from '../api-error';
import { MAX_ID, dataSetIdField, externalIdShape, idShape, metadataField, optionalText } from '../fields';
import { COMMON_FILTERS, anyOf, equals } from '../filters';
import type { Resource } from '../resource';
import { rootOfAsset } from './root-of-asset';

export const timeSeries: Resource = {
  name: 'timeseries',
  label: 'Time series',
  acl: 'timeSeriesAcl',
  verbs: ['create', 'update', 'delete', 'byids', 'list', 'query', 'count'],
  createStatus: 201,
  maxItems: 1000,
  duplicateStatus: 422,
  isMissingFieldFlat: true,
  fields: {
    externalId: { shape: externalIdShape, update: 'set-or-null' },
    name: optionalText(255),
    legacyName: { shape: { kind: 'text', max: 255 }, ignored: true },
    isString: { shape: { kind: 'boolean' }, default: false },
    metadata: metadataField(10_000),
    unit: optionalText(32),
    unitExternalId: { ...optionalText(64), references: 'units' },
    assetId: { shape: idShape, update: 'set-or-null', references: 'assets' },
    isStep: { shape: { kind: 'boolean' }, update: 'set', default: false },
    description: optionalText(1000),
    securityCategories: {
      shape: { kind: 'list', of: { kind: 'integer', min: -MAX_ID, max: MAX_ID } },
      update: 'edit',
    },
    dataSetId: dataSetIdField,
  },
  filters: {
    ...COMMON_FILTERS,
    name: equals('name', { kind: 'text', max: 255 }),
    unit: equals('unit', { kind: 'text', max: 32 }),
    unitExternalId: equals('unitExternalId', { kind: 'text', max: 64 }),
    isString: equals('isString', { kind: 'boolean' }),
    isStep: equals('isStep', { kind: 'boolean' }),
    assetIds: anyOf('assetId', 100),
  },
  hooks: {
    checkItem: ({ isString, unitExternalId }, where) => {
      if (isString === true && unitExternalId !== undefined)
        throw badRequest(`${where}.unitExternalId: only numeric time series have one`);
    },
    place: rootOfAsset,
    afterDelete: (state, items) => items.forEach((item) => state.points.delete(item.id)),
    computed: (_state, item) => ({ type: item.fields['isString'] === true ? 'string' : 'numeric' }),
  },
};
