// The gateway table sequence_rows: The rows of sequences, written cell by cell.
import type { Table } from './table';

export const sequenceRows: Table = {
  name: 'sequence_rows',
  description: 'Rows of sequences. A write sets the cells that it names and leaves the others.',
  key: ['external_id', 'row_number'],
  acl: 'sequencesAcl',
  request: { kind: 'sequence-rows' },
  columns: [
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      access: 'required',
      description: 'External id of the sequence.',
    },
    {
      name: 'row_number',
      type: 'int8',
      property: 'rowNumber',
      access: 'required',
      description: 'Number of the row, from 0.',
    },
    {
      name: 'values',
      type: 'json',
      property: 'values',
      access: 'required',
      description:
        'The cells: an object of column (external id) and value; beside the column columns a list of values.',
    },
    {
      name: 'row_values',
      type: 'json',
      property: 'values',
      access: 'required',
      description: 'The same as values, under the name that it had in the first gateway.',
    },
    {
      name: 'columns',
      type: 'text[]',
      property: 'columns',
      description: 'External ids of the columns, where values is a list in their order.',
    },
  ],
};
