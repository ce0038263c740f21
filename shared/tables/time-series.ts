// The gateway table time_series: Time series: the heads that data points belong to.
import type { Table } from './table';

export const timeSeries: Table = {
  name: 'time_series',
  description: 'Time series: the heads that data points belong to.',
  key: ['external_id'],
  acl: 'timeSeriesAcl',
  request: { kind: 'items', create: '/timeseries', update: '/timeseries/update', maxItems: 1000 },
  columns: [
    {
      name: 'id',
      type: 'int8',
      property: 'id',
      access: 'read-only',
      description: "CDF's own id of the time series.",
    },
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      description: 'Your own id of the time series; the key of an upsert.',
    },
    { name: 'name', type: 'varchar(255)', property: 'name', description: 'Display name.' },
    {
      name: 'is_string',
      type: 'bool',
      property: 'isString',
      immutable: true,
      description: 'True where the data points are strings; cannot be changed later.',
    },
    {
      name: 'is_step',
      type: 'bool',
      property: 'isStep',
      onNull: { set: false },
      description: 'True where a value holds until the next one.',
    },
    {
      name: 'metadata',
      type: 'json',
      property: 'metadata',
      as: 'string-map',
      description: 'Own fields: an object of strings.',
    },
    { name: 'unit', type: 'varchar(32)', property: 'unit', description: 'Unit, as free text.' },
    {
      name: 'unit_external_id',
      type: 'varchar(64)',
      property: 'unitExternalId',
      description: "Unit of CDF's unit catalogue.",
    },
    {
      name: 'asset_id',
      type: 'int8',
      property: 'assetId',
      description: "CDF's id of the asset that it measures.",
    },
    { name: 'description', type: 'varchar(1000)', property: 'description', description: 'Description.' },
    {
      name: 'security_categories',
      type: 'int8[]',
      property: 'securityCategories',
      description: 'Ids of the security categories that a reader needs.',
    },
    {
      name: 'data_set_id',
      type: 'int8',
      property: 'dataSetId',
      description: 'The data set that it belongs to.',
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
