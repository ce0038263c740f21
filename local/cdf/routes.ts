// Every operation of CDF that the stand-in answers, as one table: path, what the caller must be allowed, who answers.
import type { Need } from './access/capability';
import type { Answer, Call } from './call';
import { deletePoints } from './datapoints/delete-points';
import { insertPoints } from './datapoints/insert-points';
import { latestPoints } from './datapoints/latest-points';
import { listPoints } from './datapoints/list-points';
import { createRuns, listRuns, listRunsByQuery } from './extraction-pipeline-runs';
import { createItems } from './operations/create-items';
import { deleteItems } from './operations/delete-items';
import {
  countItems,
  listItems,
  listItemsByQuery,
  retrieveItem,
  retrieveItems,
} from './operations/read-items';
import { updateItems } from './operations/update-items';
import {
  createDatabases,
  createTables,
  deleteDatabases,
  deleteTables,
  listDatabases,
  listTables,
} from './raw/raw-names';
import { deleteRows, insertRows, listRows, retrieveRow } from './raw/raw-rows';
import type { Resource } from './resource';
import { assets } from './resources/assets';
import { events } from './resources/events';
import { extractionPipelines } from './resources/extraction-pipelines';
import { timeSeries } from './resources/time-series';

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Below /api/v1/projects/{project}. */
  readonly path: string;
  /** Under which its concurrency is counted. */
  readonly service: string;
  readonly needs: readonly Need[];
  readonly run: (call: Call) => Answer;
}

type Row = readonly [method: Route['method'], path: string, action: string, run: Route['run']];

function routesOf(service: string, acls: readonly string[], rows: readonly Row[]): Route[] {
  return rows.map(([method, path, action, run]) => {
    const [acl = '', ...readOnly] = acls;
    const needs = [{ acl, action }, ...readOnly.map((other) => ({ acl: other, action: 'READ' }))];
    return { method, path, service, needs, run };
  });
}

/** What assets, events, time series and extraction pipelines have in common. */
function resourceRows(resource: Resource): Row[] {
  const path = `/${resource.name}`;
  return [
    ['POST', path, 'WRITE', (call) => createItems(resource, call)],
    ['POST', `${path}/update`, 'WRITE', (call) => updateItems(resource, call)],
    ['POST', `${path}/delete`, 'WRITE', (call) => deleteItems(resource, call)],
    ['POST', `${path}/byids`, 'READ', (call) => retrieveItems(resource, call)],
    ['POST', `${path}/list`, 'READ', (call) => listItems(resource, call)],
    ['GET', path, 'READ', (call) => listItemsByQuery(resource, call)],
  ];
}

function countRow(resource: Resource): Row {
  return ['POST', `/${resource.name}/aggregate`, 'READ', (call) => countItems(resource, call)];
}

function oneRow(resource: Resource): Row {
  return ['GET', `/${resource.name}/{id}`, 'READ', (call) => retrieveItem(resource, call)];
}

const TABLES = '/raw/dbs/{dbName}/tables';
const ROWS = `${TABLES}/{tableName}/rows`;

export const ROUTES: readonly Route[] = [
  ...routesOf(assets.name, [assets.acl], [...resourceRows(assets), countRow(assets), oneRow(assets)]),
  ...routesOf(events.name, [events.acl], [...resourceRows(events), countRow(events), oneRow(events)]),
  ...routesOf(timeSeries.name, [timeSeries.acl], [...resourceRows(timeSeries), countRow(timeSeries)]),
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
  ...routesOf(
    'extpipes',
    [extractionPipelines.acl, 'datasetsAcl'],
    [...resourceRows(extractionPipelines), oneRow(extractionPipelines)],
  ),
  ...routesOf(
    'raw',
    ['rawAcl'],
    [
      ['GET', '/raw/dbs', 'LIST', listDatabases],
      ['POST', '/raw/dbs', 'WRITE', createDatabases],
      ['POST', '/raw/dbs/delete', 'WRITE', deleteDatabases],
      ['GET', TABLES, 'LIST', listTables],
      ['POST', TABLES, 'WRITE', createTables],
      ['POST', `${TABLES}/delete`, 'WRITE', deleteTables],
      ['GET', ROWS, 'READ', listRows],
      ['POST', ROWS, 'WRITE', insertRows],
      ['GET', `${ROWS}/{rowKey}`, 'READ', retrieveRow],
      ['POST', `${ROWS}/delete`, 'WRITE', deleteRows],
    ],
  ),
];
