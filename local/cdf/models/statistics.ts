// GET /models/statistics: how much there is of what, and CDF's own limits.
import type { Answer, Call } from '../call';

const LIMITS = { spaces: 100, containers: 1000, views: 2000, dataModels: 500, containerProperties: 25_000 };
const CONCURRENCY = { concurrentReadLimit: 8, concurrentWriteLimit: 4, concurrentDeleteLimit: 2 };

export function showStatistics({ state: { models } }: Call): Answer {
  const instances = [...models.instances.all()];
  const nodes = instances.filter(({ instanceType }) => instanceType === 'node').length;
  const properties = [...models.containers.all()].reduce(
    (sum, { fields }) => sum + Object.keys(fields['properties'] as object).length,
    0,
  );
  return {
    status: 200,
    body: {
      spaces: { count: models.spaces.size, limit: LIMITS.spaces },
      containers: { count: models.containers.size, limit: LIMITS.containers },
      views: { count: models.views.size, limit: LIMITS.views },
      dataModels: { count: models.datamodels.size, limit: LIMITS.dataModels },
      containerProperties: { count: properties, limit: LIMITS.containerProperties },
      instances: {
        ...{ nodes, edges: instances.length - nodes, instances: instances.length, instancesLimit: 5_000_000 },
        ...{ softDeletedNodes: 0, softDeletedEdges: 0, softDeletedInstances: 0 },
        softDeletedInstancesLimit: 10_000_000,
      },
      ...CONCURRENCY,
    },
  };
}
