// The gateway table relationships: What is connected with what.
import type { Table } from './table';

export const relationships: Table = {
  name: 'relationships',
  description:
    'Relationships: what is connected with what, and since when. Changing one needs the action READ too.',
  key: ['external_id'],
  acl: 'relationshipsAcl',
  request: {
    kind: 'items',
    create: '/relationships',
    update: '/relationships/update',
    delete: '/relationships/delete',
    maxItems: 1000,
  },
  columns: [
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      access: 'required',
      description: 'Your own id of the relationship; the key of an upsert.',
    },
    {
      name: 'source_external_id',
      type: 'varchar(255)',
      property: 'sourceExternalId',
      access: 'required',
      description: 'External id of what it leads from.',
    },
    {
      name: 'source_type',
      type: 'text',
      property: 'sourceType',
      access: 'required',
      description: 'What that is: asset, timeSeries, file, event or sequence.',
    },
    {
      name: 'target_external_id',
      type: 'varchar(255)',
      property: 'targetExternalId',
      access: 'required',
      description: 'External id of what it leads to.',
    },
    {
      name: 'target_type',
      type: 'text',
      property: 'targetType',
      access: 'required',
      description: 'What that is: asset, timeSeries, file, event or sequence.',
    },
    { name: 'start_time', type: 'timestamptz', property: 'startTime', description: 'Since when it holds.' },
    { name: 'end_time', type: 'timestamptz', property: 'endTime', description: 'Until when it holds.' },
    {
      name: 'confidence',
      type: 'float4',
      property: 'confidence',
      description: 'How certain it is, from 0 to 1.',
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
    {
      name: 'labels',
      type: 'text[]',
      property: 'labels',
      as: 'labels',
      description: 'External ids of up to 10 labels.',
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
