// The gateway tables. A new one is one declaration file and one line here. Their order is the order in which a commit
// unit writes them: what is referred to comes before what refers to it.
import { assets } from './assets';
import { containers } from './containers';
import { dataModels } from './data-models';
import { datapoints } from './datapoints';
import { doubleDatapoints } from './double-datapoints';
import { events } from './events';
import { extractionPipelineRuns } from './extraction-pipeline-runs';
import { extractionPipelines } from './extraction-pipelines';
import { files } from './files';
import { labels } from './labels';
import { raw } from './raw';
import { rawRows } from './raw-rows';
import { rawTables } from './raw-tables';
import { relationships } from './relationships';
import { sequenceRows } from './sequence-rows';
import { sequences } from './sequences';
import { stringDatapoints } from './string-datapoints';
import type { Table } from './table';
import { timeSeries } from './time-series';
import { timeseries } from './timeseries';
import { unitSystems } from './unit-systems';
import { units } from './units';
import { views } from './views';

export const TABLES: readonly Table[] = [
  labels,
  assets,
  events,
  timeSeries,
  timeseries,
  sequences,
  files,
  doubleDatapoints,
  datapoints,
  stringDatapoints,
  sequenceRows,
  rawTables,
  rawRows,
  raw,
  extractionPipelines,
  extractionPipelineRuns,
  relationships,
  dataModels,
  views,
  containers,
  units,
  unitSystems,
];

const byName = new Map(TABLES.map((table) => [table.name, table]));

export function tableNamed(name: string): Table | undefined {
  return byName.get(name);
}
