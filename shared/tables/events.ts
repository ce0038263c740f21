// The gateway table events: Events: things that happened over a time, such as a stop or a work order.
import type { Table } from './table';

export const events: Table = {
  name: 'events',
  description: 'Events: things that happened over a time, such as a stop or a work order.',
  key: ['external_id'],
  acl: 'eventsAcl',
  request: {
    kind: 'items',
    create: '/events',
    update: '/events/update',
    delete: '/events/delete',
    maxItems: 1000,
  },
  columns: [
    {
      name: 'id',
      type: 'int8',
      property: 'id',
      access: 'read-only',
      description: "CDF's own id of the event.",
    },
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      description: 'Your own id of the event; the key of an upsert.',
    },
    {
      name: 'data_set_id',
      type: 'int8',
      property: 'dataSetId',
      description: "CDF's id of the data set that it belongs to.",
    },
    {
      name: 'data_set_external_id',
      type: 'varchar(255)',
      property: 'dataSetId',
      refersTo: '/datasets',
      description: 'External id of that data set, in place of data_set_id.',
    },
    { name: 'start_time', type: 'timestamptz', property: 'startTime', description: 'When it began.' },
    { name: 'end_time', type: 'timestamptz', property: 'endTime', description: 'When it ended.' },
    { name: 'type', type: 'varchar(64)', property: 'type', description: 'Type.' },
    { name: 'subtype', type: 'varchar(64)', property: 'subtype', description: 'Subtype.' },
    { name: 'description', type: 'varchar(500)', property: 'description', description: 'Description.' },
    {
      name: 'metadata',
      type: 'json',
      property: 'metadata',
      as: 'string-map',
      description: 'Own fields: an object of strings.',
    },
    {
      name: 'asset_ids',
      type: 'int8[]',
      property: 'assetIds',
      description: "CDF's ids of up to 10000 assets that it concerns.",
    },
    {
      name: 'asset_external_ids',
      type: 'text[]',
      property: 'assetIds',
      refersTo: '/assets',
      description: 'External ids of those assets, in place of asset_ids.',
    },
    {
      name: 'source',
      type: 'varchar(128)',
      property: 'source',
      description: 'The system that it comes from.',
    },
    {
      name: 'created_time',
      type: 'timestamptz',
      property: 'createdTime',
      access: 'read-only',
      description: 'When CDF created it.',
    },
    {
      name: 'last_updated_time',
      type: 'timestamptz',
      property: 'lastUpdatedTime',
      access: 'read-only',
      description: 'When CDF last changed it.',
    },
  ],
};
