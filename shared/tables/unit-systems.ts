// The gateway table unit_systems: The systems of CDF's unit catalogue, listed for clients that look.
import type { Table } from './table';

export const unitSystems: Table = {
  name: 'unit_systems',
  description: "Unit systems of CDF's unit catalogue. Read-only: CDF comes with them.",
  key: ['name'],
  acl: '',
  request: { kind: 'read-only' },
  columns: [
    {
      name: 'name',
      type: 'text',
      property: 'name',
      access: 'read-only',
      description: 'Name of the unit system.',
    },
    {
      name: 'quantities',
      type: 'json',
      property: 'quantities',
      access: 'read-only',
      description: 'Its unit for each quantity: a list of {"name", "unitExternalId"}.',
    },
  ],
};
