// Mistakes that leave the code without what it needs: roles, settings, stores, diagnostics.
import type { Mistake } from './mistake';

export const DEPLOYMENT_MISTAKES: readonly Mistake[] = [
  {
    what: 'a resource without diagnostic settings',
    file: 'modules/network.bicep',
    from: 'scope: nsg',
    to: 'scope: vnet',
    says: 'missing-diagnostics: "nsg"',
    at: 'resource nsg',
  },
  {
    what: 'a parent of another type',
    file: 'modules/storage.bicep',
    from: `parent: dataTables
  name: name`,
    to: `parent: dataQueues
  name: name`,
    says: 'wrong-parent: "tables" needs a parent of type Microsoft.Storage/storageAccounts/tableServices',
    at: 'resource tables',
  },
  {
    what: 'a missing role',
    file: 'modules/roles.bicep',
    from: `  { on: 'loads', to: serverPrincipalId, role: roles.tableDataContributor }
`,
    to: '',
    says: 'missing-role: not so: server has tableDataContributor on table "loads". It is needed: load-store',
    at: '',
  },
  {
    what: 'a role that is not needed',
    file: 'modules/roles.bicep',
    from: `  { on: 'loads', to: serverPrincipalId, role: roles.tableDataContributor }
`,
    to: `  { on: 'loads', to: serverPrincipalId, role: roles.tableDataContributor }
  { on: 'progress', to: serverPrincipalId, role: roles.tableDataReader }
`,
    says: 'needless-role: server has tableDataReader on table "progress"',
    at: `'progress', to: server`,
  },
  {
    what: 'a role with a wrong id',
    file: 'modules/roles.bicep',
    from: `acrPull: '7f951dda`,
    to: `acrPull: '8f951dda`,
    says: 'wrong-role: "acrPull" is not 7f951dda',
    at: 'acrPull',
  },
  {
    what: 'a role assignment elsewhere',
    file: 'modules/registry.bicep',
    from: `resource diagnostics '`,
    to: `resource pull 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(registry.id)
  properties: {
    principalId: registryName
    roleDefinitionId: registryName
  }
}

resource diagnostics '`,
    says: 'scattered-role',
    at: 'resource pull',
  },
  {
    what: 'a missing app setting',
    file: 'modules/functions.bicep',
    from: `    SLUICE_PUBLIC_PORT: '5432'
`,
    to: '',
    says: 'missing-setting: SLUICE_PUBLIC_PORT is not set: port under which clients reach it',
    at: '',
  },
  {
    what: 'an app setting that nobody reads',
    file: 'modules/functions.bicep',
    from: `    SLUICE_PUBLIC_PORT: '5432'
`,
    to: `    SLUICE_PUBLIC_PORT: '5432'
    SLUICE_PUBLIC_PROT: '5432'
`,
    says: 'unread-setting: no code reads SLUICE_PUBLIC_PROT; did you mean "SLUICE_PUBLIC_PORT"',
    at: 'PROT',
  },
  {
    what: 'an app setting with a wrong value',
    file: 'modules/functions.bicep',
    from: `SluiceStorage__credential: 'managedidentity'`,
    to: `SluiceStorage__credential: 'managedIdentity'`,
    says: 'wrong-setting: SluiceStorage__credential is not managedidentity',
    at: 'SluiceStorage__credential',
  },
  {
    what: 'a missing environment variable',
    file: 'modules/server.bicep',
    from: `            {
              name: 'SLUICE_MAX_CONNECTIONS'
              value: string(maxConnections)
            }
`,
    to: '',
    says: 'missing-setting: SLUICE_MAX_CONNECTIONS',
    at: '',
  },
  {
    what: 'an environment variable that is to stay unset',
    file: 'modules/server.bicep',
    from: `name: 'SLUICE_MAX_CONNECTIONS'
              value: string(maxConnections)`,
    to: `name: 'SLUICE_MAX_CONNECTIONS'
              value: string(maxConnections)
            }
            {
              name: 'SLUICE_PLAINTEXT'
              value: 'allow'`,
    says: 'unread-setting: SLUICE_PLAINTEXT is to be left unset',
    at: '{',
  },
  {
    what: 'a missing table',
    file: 'modules/storage.bicep',
    from: `  'loads'
`,
    to: '',
    says: 'missing-store: "loads"',
    at: 'var tableNames',
  },
  {
    what: 'a queue that nobody uses',
    file: 'modules/storage.bicep',
    from: `  'batches-poison'
`,
    to: `  'batches-poison'
  'others'
`,
    says: 'needless-store',
    at: 'others',
  },
  {
    what: 'an alert on a metric that nobody tells',
    file: 'modules/alerts.bicep',
    from: 'Name == "sluice.poison.batches"',
    to: 'Name == "sluice.poisoned.batches"',
    says: 'untold-metric: no code tells "sluice.poisoned.batches"; did you mean "sluice.poison.batches"',
    at: 'sluice.poisoned',
  },
];
