// Every resource that can say what happens to it says so to the workspace.
import { entryOf } from '../bicep/syntax';
import type { Report } from '../report';
import { declarationsOf, perFile, reportAt } from './rule';

/** Types of resources with logs or metrics that somebody will ask for. */
const TALKING = new Set([
  'Microsoft.App/managedEnvironments',
  'Microsoft.ContainerRegistry/registries',
  'Microsoft.DataFactory/factories',
  'Microsoft.KeyVault/vaults',
  'Microsoft.Network/networkSecurityGroups',
  'Microsoft.Storage/storageAccounts/blobServices',
  'Microsoft.Storage/storageAccounts/queueServices',
  'Microsoft.Storage/storageAccounts/tableServices',
  'Microsoft.Web/sites',
]);

const SETTINGS = 'Microsoft.Insights/diagnosticSettings';

export const diagnostics = perFile(function* (file): Generator<Report> {
  const resources = declarationsOf(file, 'resource').filter(({ isExisting }) => !isExisting);
  const heard = new Set(
    resources
      .filter(({ target }) => target.startsWith(`${SETTINGS}@`))
      .map(({ body }) => entryOf(body, 'scope')?.value.text),
  );
  for (const { name, node, target } of resources)
    if (TALKING.has(target.split('@', 1)[0]!) && !heard.has(name))
      yield reportAt(file, node, 'missing-diagnostics', `"${name}" has no diagnostic settings`);
});
