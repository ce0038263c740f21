// The gateway table containers: Listed for clients that look; made with other tools.
import type { Table } from './table';

export const containers: Table = {
  name: 'containers',
  description: 'Containers of data models. Read-only: they are made with other tools.',
  key: ['space', 'external_id'],
  acl: 'dataModelsAcl',
  request: { kind: 'read-only' },
  columns: [
    {
      name: 'space',
      type: 'varchar(43)',
      property: 'space',
      access: 'read-only',
      description: 'The space of the container.',
    },
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      access: 'read-only',
      description: 'External id of the container.',
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
    {
      name: 'properties',
      type: 'json',
      property: 'properties',
      access: 'read-only',
      description: 'Its properties.',
    },
    {
      name: 'constraints',
      type: 'json',
      property: 'constraints',
      access: 'read-only',
      description: 'Its constraints.',
    },
    { name: 'indexes', type: 'json', property: 'indexes', access: 'read-only', description: 'Its indexes.' },
    {
      name: 'used_for',
      type: 'text',
      property: 'usedFor',
      access: 'read-only',
      description: 'node, edge, record or all.',
    },
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
