// The gateway table labels: Names that assets, files and relationships can be marked with. CDF changes none later.
import type { Table } from './table';

export const labels: Table = {
  name: 'labels',
  description:
    'Labels: names that assets, files and relationships can be marked with. CDF cannot change one later.',
  key: ['external_id'],
  acl: 'labelsAcl',
  request: { kind: 'items', create: '/labels', update: null, delete: '/labels/delete', maxItems: 1000 },
  columns: [
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      access: 'required',
      description: 'Your own id of the label; the key of an upsert.',
    },
    {
      name: 'name',
      type: 'varchar(140)',
      property: 'name',
      access: 'required',
      description: 'Display name.',
    },
    { name: 'description', type: 'varchar(500)', property: 'description', description: 'Description.' },
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
  ],
};
