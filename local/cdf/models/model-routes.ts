// The operations of data modelling.
import type { Route } from '../route';
import { routesOf } from '../route';
import { containers } from './containers';
import { dataModels, upsertDataModels } from './data-models';
import type { DefinitionKind } from './definition-kind';
import { deleteDefinitions, listDefinitions, retrieveDefinitions, upsertDefinitions } from './definitions';
import { deleteInstances } from './instances/delete-instances';
import { listInstances, retrieveInstances } from './instances/read-instances';
import { writeInstances } from './instances/write-instances';
import { spaces } from './spaces';
import { showStatistics } from './statistics';
import { views } from './views';

function definitionRoutes(kind: DefinitionKind, upsert: Route['run']): Route[] {
  const path = `/models/${kind.name}`;
  return routesOf(
    'models',
    ['dataModelsAcl'],
    [
      ['POST', path, 'WRITE', upsert],
      ['GET', path, 'READ', (call) => listDefinitions(kind, call)],
      ['POST', `${path}/byids`, 'READ', (call) => retrieveDefinitions(kind, call)],
      ['POST', `${path}/delete`, 'WRITE', (call) => deleteDefinitions(kind, call)],
    ],
  );
}

export const MODEL_ROUTES: readonly Route[] = [
  ...[spaces, containers, views].flatMap((kind) =>
    definitionRoutes(kind, (call) => upsertDefinitions(kind, call)),
  ),
  ...definitionRoutes(dataModels, upsertDataModels),
  ...routesOf('models', ['dataModelsAcl'], [['GET', '/models/statistics', 'READ', showStatistics]]),
  ...routesOf(
    'instances',
    ['dataModelInstancesAcl'],
    [
      ['POST', '/models/instances', 'WRITE', writeInstances],
      ['POST', '/models/instances/byids', 'READ', retrieveInstances],
      ['POST', '/models/instances/list', 'READ', listInstances],
      ['POST', '/models/instances/delete', 'WRITE', deleteInstances],
    ],
  ),
];
