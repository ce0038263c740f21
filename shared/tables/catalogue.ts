// The gateway tables. A new one is one declaration file and one line here.
import { assets } from './assets';
import { doubleDatapoints } from './double-datapoints';
import { events } from './events';
import { extractionPipelineRuns } from './extraction-pipeline-runs';
import { extractionPipelines } from './extraction-pipelines';
import { rawRows } from './raw-rows';
import { stringDatapoints } from './string-datapoints';
import type { Table } from './table';
import { timeSeries } from './time-series';

export const TABLES: readonly Table[] = [
  assets,
  events,
  timeSeries,
  doubleDatapoints,
  stringDatapoints,
  rawRows,
  extractionPipelines,
  extractionPipelineRuns,
];

const byName = new Map(TABLES.map((table) => [table.name, table]));

export function tableNamed(name: string): Table | undefined {
  return byName.get(name);
}
