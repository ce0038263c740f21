// Files: limits and rules that CDF documents for /files. The stand-in keeps what is said of a file, never its content.
import type { Field } from '../fields';
import {
  assetIdsField,
  dataSetIdField,
  externalIdShape,
  idShape,
  labelsField,
  metadataField,
  optionalText,
  timeShape,
} from '../fields';
import { COMMON_FILTERS, anyOf, equals, hasLabels, within } from '../filters';
import type { Resource } from '../resource';

const time: Field = { shape: timeShape, update: 'set-or-null' };

/** Its create takes one file a request: create-file.ts. */
export const files: Resource = {
  name: 'files',
  label: 'File',
  acl: 'filesAcl',
  verbs: ['update', 'delete', 'byids', 'list', 'query', 'count', 'one'],
  createStatus: 201,
  maxItems: 1000,
  duplicateStatus: 409,
  fields: {
    externalId: { shape: externalIdShape, update: 'set-or-null' },
    name: { shape: { kind: 'text', min: 1, max: 256 }, required: true },
    directory: { shape: { kind: 'text', max: 512, pattern: /^\// }, update: 'set-or-null' },
    source: optionalText(128),
    mimeType: optionalText(256),
    metadata: metadataField(10_240),
    assetIds: assetIdsField(1000),
    dataSetId: dataSetIdField,
    sourceCreatedTime: time,
    sourceModifiedTime: time,
    securityCategories: { shape: { kind: 'list', of: idShape, maxItems: 100 }, update: 'edit' },
    labels: labelsField,
    geoLocation: { shape: { kind: 'geo-feature' }, update: 'set-or-null' },
  },
  filters: {
    ...COMMON_FILTERS,
    name: equals('name', { kind: 'text', max: 256 }),
    directoryPrefix: {
      shape: { kind: 'text', max: 512 },
      matches: (item, prefix: string) => ((item.fields['directory'] ?? '') as string).startsWith(prefix),
    },
    source: equals('source', { kind: 'text', max: 128 }),
    mimeType: equals('mimeType', { kind: 'text', max: 256 }),
    assetIds: anyOf('assetIds', 100),
    labels: hasLabels,
    sourceCreatedTime: within((item) => item.fields['sourceCreatedTime']),
    sourceModifiedTime: within((item) => item.fields['sourceModifiedTime']),
    uploaded: { shape: { kind: 'boolean' }, matches: (_item, wanted: boolean) => !wanted },
  },
  hooks: { computed: () => ({ uploaded: false }) },
};
