// Every operation of CDF that the stand-in answers, as one table: path, what the caller must be allowed, who answers.
import { deletePoints } from './datapoints/delete-points';
import { insertPoints } from './datapoints/insert-points';
import { latestPoints } from './datapoints/latest-points';
import { listPoints } from './datapoints/list-points';
import { createRuns, listRuns, listRunsByQuery } from './extraction-pipeline-runs';
import { MODEL_ROUTES } from './models/model-routes';
import { RAW_ROUTES } from './raw/raw-routes';
import { resourceRoutes } from './resource-routes';
import { assets } from './resources/assets';
import { createFile } from './resources/create-file';
import { dataSets } from './resources/data-sets';
import { events } from './resources/events';
import { extractionPipelines } from './resources/extraction-pipelines';
import { files } from './resources/files';
import { labels } from './resources/labels';
import { relationships } from './resources/relationships';
import { sequences } from './resources/sequences';
import { timeSeries } from './resources/time-series';
import type { Route } from './route';
import { routesOf } from './route';
import { deleteRows } from './sequences/delete-rows';
import { insertRows } from './sequences/insert-rows';
import { latestRow, listRows } from './sequences/read-rows';
import { listUnitSystems, listUnits, retrieveUnit, retrieveUnits } from './units/read-units';

export const ROUTES: readonly Route[] = [
  ...resourceRoutes(assets),
  ...resourceRoutes(events),
  ...resourceRoutes(timeSeries),
  ...resourceRoutes(dataSets),
  ...resourceRoutes(labels),
  ...resourceRoutes(relationships),
  ...resourceRoutes(files),
  ...routesOf(files.name, [files.acl], [['POST', '/files', 'WRITE', createFile]]),
  ...resourceRoutes(sequences),
  ...routesOf(
    'sequence rows',
    [sequences.acl],
    [
      ['POST', '/sequences/data', 'WRITE', insertRows],
      ['POST', '/sequences/data/list', 'READ', listRows],
      ['POST', '/sequences/data/latest', 'READ', latestRow],
      ['POST', '/sequences/data/delete', 'WRITE', deleteRows],
    ],
  ),
  ...routesOf(
    'datapoints',
    [timeSeries.acl],
    [
      ['POST', '/timeseries/data', 'WRITE', insertPoints],
      ['POST', '/timeseries/data/list', 'READ', listPoints],
      ['POST', '/timeseries/data/latest', 'READ', latestPoints],
      ['POST', '/timeseries/data/delete', 'WRITE', deletePoints],
    ],
  ),
  ...routesOf(
    'extpipes',
    ['extractionRunsAcl', 'datasetsAcl'],
    [
      ['POST', '/extpipes/runs', 'WRITE', createRuns],
      ['POST', '/extpipes/runs/list', 'READ', listRuns],
      ['GET', '/extpipes/runs', 'READ', listRunsByQuery],
    ],
  ),
  ...resourceRoutes(extractionPipelines, ['datasetsAcl']),
  ...RAW_ROUTES,
  ...MODEL_ROUTES,
  ...routesOf(
    'units',
    [],
    [
      ['GET', '/units', 'READ', listUnits],
      ['GET', '/units/systems', 'READ', listUnitSystems],
      ['GET', '/units/{externalId}', 'READ', retrieveUnit],
      ['POST', '/units/byids', 'READ', retrieveUnits],
    ],
  ),
];
