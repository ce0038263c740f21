// The gateway table raw: what the first gateway called raw_rows, with the columns that it had.
import { rawRows } from './raw-rows';
import type { Table } from './table';

export const raw: Table = {
  name: 'raw',
  description: 'The same as raw_rows, under the names that it had in the first gateway.',
  key: ['database', 'table', 'key'],
  acl: rawRows.acl,
  request: rawRows.request,
  columns: [
    {
      name: 'database',
      type: 'varchar(32)',
      property: 'database',
      access: 'required',
      description: 'RAW database; made at the first write.',
    },
    {
      name: 'table',
      type: 'varchar(64)',
      property: 'table',
      access: 'required',
      description: 'RAW table; made at the first write.',
    },
    {
      name: 'key',
      type: 'varchar(1024)',
      property: 'key',
      access: 'required',
      description: 'Key of the row.',
    },
    {
      name: 'columns',
      type: 'json',
      property: 'columns',
      access: 'required',
      description: 'The columns, as a JSON object; a write replaces them all.',
    },
  ],
};
