// The gateway table data_models: Listed for clients that look; made with other tools.
import type { Table } from './table';

export const dataModels: Table = {
  name: 'data_models',
  description: 'Data models. Read-only: they are made with other tools.',
  key: ['space', 'external_id', 'version'],
  acl: 'dataModelsAcl',
  request: { kind: 'read-only' },
  columns: [
    {
      name: 'space',
      type: 'varchar(43)',
      property: 'space',
      access: 'read-only',
      description: 'The space of the data model.',
    },
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      access: 'read-only',
      description: 'External id of the data model.',
    },
    {
      name: 'version',
      type: 'varchar(43)',
      property: 'version',
      access: 'read-only',
      description: 'Version.',
    },
    {
      name: 'name',
      type: 'varchar(255)',
      property: 'name',
      access: 'read-only',
      description: 'Display name.',
    },
    {
      name: 'description',
      type: 'varchar(1024)',
      property: 'description',
      access: 'read-only',
      description: 'Description.',
    },
    { name: 'views', type: 'json', property: 'views', access: 'read-only', description: 'The views in it.' },
    {
      name: 'is_global',
      type: 'bool',
      property: 'isGlobal',
      access: 'read-only',
      description: 'Whether it is one of those that CDF comes with.',
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
