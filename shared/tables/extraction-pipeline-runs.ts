// The gateway table extraction_pipeline_runs: Runs of extraction pipelines: a row reports one; CDF appends, never updates.
import type { Table } from './table';

export const extractionPipelineRuns: Table = {
  name: 'extraction_pipeline_runs',
  description: 'Runs of extraction pipelines: a row reports one; CDF appends, never updates.',
  key: [],
  acl: 'extractionRunsAcl',
  request: { kind: 'items', create: '/extpipes/runs', update: null, delete: null, maxItems: 1000 },
  columns: [
    {
      name: 'id',
      type: 'int8',
      property: 'id',
      access: 'read-only',
      description: "CDF's own id of the run.",
    },
    {
      name: 'external_id',
      type: 'varchar(255)',
      property: 'externalId',
      access: 'required',
      description: 'External id of the extraction pipeline.',
    },
    {
      name: 'externalId',
      type: 'varchar(255)',
      property: 'externalId',
      access: 'required',
      description: 'The same as external_id, under the name that the Data Factory guide maps.',
    },
    {
      name: 'status',
      type: 'varchar(16)',
      property: 'status',
      access: 'required',
      description: 'success, failure or seen.',
    },
    { name: 'message', type: 'varchar(1000)', property: 'message', description: 'What happened.' },
    {
      name: 'created_time',
      type: 'timestamptz',
      property: 'createdTime',
      description: 'When the run was reported; now where left out.',
    },
  ],
};
