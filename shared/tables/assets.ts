// The gateway table assets: Assets: the hierarchy of plants, machines and parts.
import type { Table } from './table';

export const assets: Table = {
  name: 'assets',
  description: 'Assets: the hierarchy of plants, machines and parts.',
  key: ['external_id'],
  acl: 'assetsAcl',
  request: {
    kind: 'items',
    create: '/assets',
    update: '/assets/update',
    maxItems: 1000,
    parent: 'parentExternalId',
  },
  columns: [
    {
      name: 'id',
      type: 'int8',
      property: 'id',
      access: 'read-only',
      description: "CDF's own id of the asset.",
    },
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      description: 'Your own id of the asset; the key of an upsert.',
    },
    {
      name: 'name',
      type: 'varchar(140)',
      property: 'name',
      access: 'required',
      description: 'Display name.',
    },
    { name: 'parent_id', type: 'int8', property: 'parentId', description: "CDF's id of the parent asset." },
    {
      name: 'parent_external_id',
      type: 'varchar(255)',
      property: 'parentExternalId',
      description: 'External id of the parent asset; it may come in the same load.',
    },
    { name: 'description', type: 'varchar(500)', property: 'description', description: 'Description.' },
    {
      name: 'data_set_id',
      type: 'int8',
      property: 'dataSetId',
      description: 'The data set that it belongs to.',
    },
    {
      name: 'metadata',
      type: 'json',
      property: 'metadata',
      as: 'string-map',
      description: 'Own fields: an object of strings.',
    },
    {
      name: 'source',
      type: 'varchar(128)',
      property: 'source',
      description: 'The system that it comes from.',
    },
    {
      name: 'labels',
      type: 'text[]',
      property: 'labels',
      as: 'labels',
      description: 'External ids of up to 10 labels.',
    },
    { name: 'geo_location', type: 'json', property: 'geoLocation', description: 'A GeoJSON feature.' },
    {
      name: 'root_id',
      type: 'int8',
      property: 'rootId',
      access: 'read-only',
      description: "CDF's id of the hierarchy's root.",
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
