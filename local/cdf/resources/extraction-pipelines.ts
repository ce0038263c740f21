// Extraction pipelines: limits and rules that CDF documents for /extpipes. Its updates know no setNull: `set` takes null.
import type { Field } from '../fields';
import { MAX_ID } from '../fields';
import { COMMON_FILTERS, equals } from '../filters';
import type { Resource } from '../resource';

/** Cron with five to seven parts, @daily and its like, @every, or words. */
const SCHEDULE =
  /^(On trigger|Continuous)|(@(annually|yearly|monthly|weekly|daily|hourly|reboot))|(@every (\d+(ns|us|µs|ms|s|m|h))+)|((((\d+,)+\d+|(\d+([/\-])\d+)|\d+|\*(\/\d+)?) ?){5,7})$/;

const nullableText = (max: number): Field => ({
  shape: { kind: 'text', max },
  update: 'set',
  nullable: true,
});

const CONTACT: Readonly<Record<string, Field>> = {
  name: { shape: { kind: 'text' }, nullable: true },
  email: { shape: { kind: 'text', min: 1, max: 254, pattern: /^[^@\s]+@[^@\s]+$/ }, nullable: true },
  role: { shape: { kind: 'text' }, nullable: true },
  sendNotification: { shape: { kind: 'boolean' }, nullable: true },
};

const RAW_TABLE: Readonly<Record<string, Field>> = {
  dbName: { shape: { kind: 'text', min: 1 }, required: true },
  tableName: { shape: { kind: 'text', min: 1 }, required: true },
};

const NOTIFICATION_CONFIG: Readonly<Record<string, Field>> = {
  allowedNotSeenRangeInMinutes: { shape: { kind: 'integer', min: 0, max: MAX_ID }, nullable: true },
};

export const extractionPipelines: Resource = {
  name: 'extpipes',
  label: 'Extraction pipeline',
  acl: 'extractionPipelinesAcl',
  verbs: ['create', 'update', 'delete', 'byids', 'list', 'query', 'one'],
  createStatus: 200,
  maxItems: 1000,
  duplicateStatus: 409,
  fields: {
    externalId: { shape: { kind: 'text', min: 1, max: 255 }, required: true, update: 'set' },
    name: { shape: { kind: 'text', min: 1, max: 140 }, required: true, update: 'set' },
    description: nullableText(500),
    dataSetId: {
      shape: { kind: 'integer', min: 0, max: MAX_ID },
      required: true,
      update: 'set',
      references: 'data-sets',
    },
    rawTables: {
      shape: { kind: 'list', of: { kind: 'object', fields: RAW_TABLE } },
      update: 'edit',
      nullable: true,
    },
    schedule: { shape: { kind: 'text', pattern: SCHEDULE }, update: 'set', nullable: true },
    contacts: {
      shape: { kind: 'list', of: { kind: 'object', fields: CONTACT } },
      update: 'edit',
      nullable: true,
    },
    metadata: { shape: { kind: 'map' }, update: 'edit' },
    source: nullableText(255),
    documentation: nullableText(10_000),
    notificationConfig: { shape: { kind: 'object', fields: NOTIFICATION_CONFIG }, update: 'set' },
    createdBy: { shape: { kind: 'text', max: 255 }, nullable: true },
  },
  filters: {
    ...COMMON_FILTERS,
    name: equals('name', { kind: 'text', min: 1, max: 140 }),
    source: equals('source', { kind: 'text', min: 1, max: 255 }),
  },
  hooks: {
    afterDelete: (state, items) => items.forEach((item) => state.runs.delete(item.id)),
    computed: (state, item) => state.runs.get(item.id)?.last ?? {},
  },
};
