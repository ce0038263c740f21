metadata name = 'Roles'
metadata description = 'Every role assignment of Sluice. Why each is needed, and by which code: infra/check/deployment/needed-roles.ts, which a test holds equal to this file.'

@description('Required. Object id of the server\'s identity.')
param serverPrincipalId string

@description('Required. Object id of the function app\'s identity.')
param functionsPrincipalId string

@description('Required. Object id of whoever looks after poison batches and the certificate; empty: nobody.')
param operatorPrincipalId string

@description('Required. What the operator is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param operatorPrincipalType string

@description('Required. Object id of the data factory\'s identity; empty: there is none.')
param factoryPrincipalId string

@description('Required. Name of the account of the Functions host.')
param hostAccountName string

@description('Required. Name of the data account.')
param dataAccountName string

@description('Required. Name of the vault.')
param vaultName string

@description('Required. Name of the wrapping key.')
param wrappingKeyName string

@description('Required. Name of the data factory\'s vault; empty: there is none.')
param factoryVaultName string

@description('Required. Name of the registry.')
param registryName string

@description('Required. Name of the Application Insights component.')
param insightsName string

var roles = {
  blobDataOwner: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  blobDataContributor: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  queueDataReader: '19e7f393-937e-4f77-808e-94535e297925'
  queueMessageProcessor: '8a0f0c08-91a1-4084-bc3d-661d67233fed'
  queueMessageSender: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
  tableDataContributor: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
  tableDataReader: '76199698-9eea-4c19-bc75-cec21354c6b6'
  cryptoServiceEncryptionUser: 'e147488a-f6f5-4113-8e2d-b22465e65bf6'
  secretsUser: '4633458b-17de-408a-b874-0445c86b69e6'
  certificatesOfficer: 'a4417e6f-fecd-4de8-b567-7b0420556985'
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  metricsPublisher: '3913510d-42f4-4e42-8a64-420c390055eb'
}

// `on`: name of the table. So below for queues and containers.
var tableAssignments = concat([
  { on: 'credentials', to: serverPrincipalId, role: roles.tableDataReader }
  { on: 'outcomes', to: serverPrincipalId, role: roles.tableDataReader }
  { on: 'owntables', to: serverPrincipalId, role: roles.tableDataContributor }
  { on: 'capabilities', to: serverPrincipalId, role: roles.tableDataReader }
  { on: 'loads', to: serverPrincipalId, role: roles.tableDataContributor }
  { on: 'credentials', to: functionsPrincipalId, role: roles.tableDataContributor }
  { on: 'outcomes', to: functionsPrincipalId, role: roles.tableDataContributor }
  { on: 'progress', to: functionsPrincipalId, role: roles.tableDataContributor }
  { on: 'owntables', to: functionsPrincipalId, role: roles.tableDataContributor }
  { on: 'capabilities', to: functionsPrincipalId, role: roles.tableDataContributor }
  { on: 'loads', to: functionsPrincipalId, role: roles.tableDataContributor }
], empty(operatorPrincipalId) ? [] : [
  { on: 'outcomes', to: operatorPrincipalId, role: roles.tableDataContributor }
])

var queueAssignments = concat([
  { on: 'batches', to: serverPrincipalId, role: roles.queueMessageSender }
  { on: 'batches', to: functionsPrincipalId, role: roles.queueDataReader }
  { on: 'batches', to: functionsPrincipalId, role: roles.queueMessageProcessor }
  { on: 'batches', to: functionsPrincipalId, role: roles.queueMessageSender }
  { on: 'batches-poison', to: functionsPrincipalId, role: roles.queueDataReader }
  { on: 'batches-poison', to: functionsPrincipalId, role: roles.queueMessageProcessor }
  { on: 'batches-poison', to: functionsPrincipalId, role: roles.queueMessageSender }
], empty(operatorPrincipalId) ? [] : [
  { on: 'batches', to: operatorPrincipalId, role: roles.queueMessageSender }
])

var containerAssignments = concat([
  { on: 'batches', to: serverPrincipalId, role: roles.blobDataContributor }
  { on: 'batches', to: functionsPrincipalId, role: roles.blobDataContributor }
], empty(operatorPrincipalId) ? [] : [
  { on: 'batches', to: operatorPrincipalId, role: roles.blobDataContributor }
])

var hostAccountAssignments = [
  { on: 'host account', to: functionsPrincipalId, role: roles.blobDataOwner }
  { on: 'host account', to: functionsPrincipalId, role: roles.tableDataContributor }
]

var vaultAssignments = concat([
  { on: 'vault', to: serverPrincipalId, role: roles.secretsUser }
], empty(operatorPrincipalId) ? [] : [
  { on: 'vault', to: operatorPrincipalId, role: roles.certificatesOfficer }
])

var wrappingKeyAssignments = [
  { on: 'wrapping key', to: functionsPrincipalId, role: roles.cryptoServiceEncryptionUser }
]

var registryAssignments = [
  { on: 'registry', to: serverPrincipalId, role: roles.acrPull }
]

var insightsAssignments = [
  { on: 'insights', to: serverPrincipalId, role: roles.metricsPublisher }
  { on: 'insights', to: functionsPrincipalId, role: roles.metricsPublisher }
]

var factoryVaultAssignments = empty(factoryPrincipalId) ? [] : [
  { on: 'factory vault', to: factoryPrincipalId, role: roles.secretsUser }
]

resource dataAccount 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName

  resource tableService 'tableServices' existing = {
    name: 'default'
  }

  resource queueService 'queueServices' existing = {
    name: 'default'
  }

  resource blobService 'blobServices' existing = {
    name: 'default'
  }
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' existing = [for a in tableAssignments: {
  parent: dataAccount::tableService
  name: a.on
}]

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' existing = [for a in queueAssignments: {
  parent: dataAccount::queueService
  name: a.on
}]

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [for a in containerAssignments: {
  parent: dataAccount::blobService
  name: a.on
}]

resource hostAccount 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostAccountName
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: vaultName
}

resource wrappingKey 'Microsoft.KeyVault/vaults/keys@2026-02-01' existing = {
  parent: vault
  name: wrappingKeyName
}

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: registryName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource factoryVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = {
  name: empty(factoryVaultName) ? vaultName : factoryVaultName
}

resource tableRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (a, i) in tableAssignments: {
  name: guid(tables[i].id, a.to, a.role)
  scope: tables[i]
  properties: {
    principalId: a.to
    principalType: a.to == operatorPrincipalId ? operatorPrincipalType : 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', a.role)
  }
}]

resource queueRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (a, i) in queueAssignments: {
  name: guid(queues[i].id, a.to, a.role)
  scope: queues[i]
  properties: {
    principalId: a.to
    principalType: a.to == operatorPrincipalId ? operatorPrincipalType : 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', a.role)
  }
}]

resource containerRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (a, i) in containerAssignments: {
  name: guid(containers[i].id, a.to, a.role)
  scope: containers[i]
  properties: {
    principalId: a.to
    principalType: a.to == operatorPrincipalId ? operatorPrincipalType : 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', a.role)
  }
}]

resource hostAccountRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for a in hostAccountAssignments: {
  name: guid(hostAccount.id, a.to, a.role)
  scope: hostAccount
  properties: {
    principalId: a.to
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', a.role)
  }
}]

resource vaultRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for a in vaultAssignments: {
  name: guid(vault.id, a.to, a.role)
  scope: vault
  properties: {
    principalId: a.to
    principalType: a.to == operatorPrincipalId ? operatorPrincipalType : 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', a.role)
  }
}]

resource wrappingKeyRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for a in wrappingKeyAssignments: {
  name: guid(wrappingKey.id, a.to, a.role)
  scope: wrappingKey
  properties: {
    principalId: a.to
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', a.role)
  }
}]

resource registryRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for a in registryAssignments: {
  name: guid(registry.id, a.to, a.role)
  scope: registry
  properties: {
    principalId: a.to
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', a.role)
  }
}]

resource insightsRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for a in insightsAssignments: {
  name: guid(insights.id, a.to, a.role)
  scope: insights
  properties: {
    principalId: a.to
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', a.role)
  }
}]

resource factoryVaultRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for a in factoryVaultAssignments: {
  name: guid(factoryVault.id, a.to, a.role)
  scope: factoryVault
  properties: {
    principalId: a.to
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', a.role)
  }
}]
