// The gateway table raw_rows: Rows of CDF RAW, in any database and table.
import type { Table } from './table';

export const rawRows: Table = {
  name: 'raw_rows',
  description: 'Rows of CDF RAW, in any database and table.',
  key: ['_raw_database', '_raw_table', '_raw_key'],
  acl: 'rawAcl',
  request: { kind: 'raw-rows' },
  columns: [
    {
      name: '_raw_database',
      type: 'varchar(32)',
      property: 'database',
      access: 'required',
      description: 'RAW database; made at the first write.',
    },
    {
      name: '_raw_table',
      type: 'varchar(64)',
      property: 'table',
      access: 'required',
      description: 'RAW table; made at the first write.',
    },
    {
      name: '_raw_key',
      type: 'text',
      property: 'key',
      access: 'required',
      description: 'Key of the row, up to 1024 characters.',
    },
    {
      name: '_raw_columns',
      type: 'json',
      property: 'columns',
      access: 'required',
      description: 'The columns, as a JSON object; a write replaces them all.',
    },
    {
      name: '_raw_last_updated_time',
      type: 'timestamptz',
      property: 'lastUpdatedTime',
      access: 'read-only',
      description: 'When CDF last changed it.',
    },
  ],
};
