// The gateway table units: CDF's unit catalogue, listed for clients that look.
import type { Table } from './table';

export const units: Table = {
  name: 'units',
  description: "Units of CDF's unit catalogue. Read-only: CDF comes with them.",
  key: ['external_id'],
  acl: '',
  request: { kind: 'read-only' },
  columns: [
    {
      name: 'external_id',
      type: 'text',
      property: 'externalId',
      access: 'read-only',
      description: 'External id, such as temperature:deg_c: what time_series.unit_external_id takes.',
    },
    { name: 'name', type: 'text', property: 'name', access: 'read-only', description: 'Short name.' },
    { name: 'long_name', type: 'text', property: 'longName', access: 'read-only', description: 'Long name.' },
    { name: 'symbol', type: 'text', property: 'symbol', access: 'read-only', description: 'Symbol.' },
    {
      name: 'alias_names',
      type: 'text[]',
      property: 'aliasNames',
      access: 'read-only',
      description: 'Other names.',
    },
    {
      name: 'quantity',
      type: 'text',
      property: 'quantity',
      access: 'read-only',
      description: 'What it measures.',
    },
    {
      name: 'conversion',
      type: 'json',
      property: 'conversion',
      access: 'read-only',
      description: 'Multiplier and offset to the base unit.',
    },
    {
      name: 'source',
      type: 'text',
      property: 'source',
      access: 'read-only',
      description: 'Who specifies it.',
    },
    {
      name: 'source_reference',
      type: 'text',
      property: 'sourceReference',
      access: 'read-only',
      description: 'Where it is specified.',
    },
  ],
};
