// The gateway table raw_tables: The tables of CDF RAW themselves.
import type { Table } from './table';

export const rawTables: Table = {
  name: 'raw_tables',
  description: 'Tables of CDF RAW, and the databases that they lie in.',
  key: ['_raw_database', '_raw_table'],
  acl: 'rawAcl',
  request: { kind: 'raw-tables' },
  columns: [
    {
      name: '_raw_database',
      type: 'varchar(32)',
      property: 'database',
      access: 'required',
      description: 'RAW database; made where there is none.',
    },
    {
      name: '_raw_table',
      type: 'varchar(64)',
      property: 'table',
      access: 'required',
      description: 'RAW table.',
    },
  ],
};
