// The gateway table sequences: The heads that sequence rows belong to.
import type { Table } from './table';

export const sequences: Table = {
  name: 'sequences',
  description: 'Sequences: the heads of tables in CDF, which sequence_rows fills.',
  key: ['external_id'],
  acl: 'sequencesAcl',
  request: {
    kind: 'items',
    create: '/sequences',
    update: '/sequences/update',
    delete: '/sequences/delete',
    maxItems: 1000,
  },
  columns: [
    {
      name: 'id',
      type: 'int8',
      property: 'id',
      access: 'read-only',
      description: "CDF's own id of the sequence.",
    },
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      description: 'Your own id of the sequence; the key of an upsert.',
    },
    { name: 'name', type: 'varchar(255)', property: 'name', description: 'Display name.' },
    { name: 'description', type: 'varchar(1000)', property: 'description', description: 'Description.' },
    {
      name: 'asset_id',
      type: 'int8',
      property: 'assetId',
      description: "CDF's id of the asset that it describes.",
    },
    {
      name: 'asset_external_id',
      type: 'varchar(255)',
      property: 'assetId',
      refersTo: '/assets',
      description: 'External id of that asset, in place of asset_id.',
    },
    {
      name: 'metadata',
      type: 'json',
      property: 'metadata',
      as: 'string-map',
      description: 'Own fields: an object of strings.',
    },
    {
      name: 'columns',
      type: 'json',
      property: 'columns',
      access: 'required',
      as: 'column-definitions',
      description:
        '1 to 400 of {"externalId", "name", "description", "valueType": STRING, DOUBLE or LONG, "metadata"}; a later write removes none.',
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
