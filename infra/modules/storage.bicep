metadata name = 'Storage'
metadata description = 'Two accounts without keys: one that the Functions host uses for itself, one that holds what both sides share.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Name of the account of the Functions host.')
@minLength(3)
@maxLength(24)
param hostAccountName string

@description('Required. Name of the data account.')
@minLength(3)
@maxLength(24)
param dataAccountName string

@description('Required. Redundancy of both accounts.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param skuName string

@description('Required. Whether the accounts can be reached from outside the virtual network; identities and roles guard them either way.')
param isPublic bool

@description('Required. Days after which payloads that nothing has removed are deleted. Longer than the longest load.')
@minValue(7)
param stagedDays int

@description('Required. Days for which refused rows and poison batches are kept.')
@minValue(8)
param keptDays int

@description('Required. Id of the workspace that diagnostics go to.')
param workspaceId string

// One for each table of local/provision.ts; a test holds the two equal.
var tableNames = [
  'credentials'
  'outcomes'
  'progress'
  'owntables'
  'capabilities'
  'loads'
]

var queueNames = [
  'batches'
  'batches-poison'
]

// A unit's payloads lie under its id, a UUID; what else is in the container begins with another letter. Azure takes ten
// prefixes a rule.
var stagedPrefixes = [
  [
    'batches/0'
    'batches/1'
    'batches/2'
    'batches/3'
    'batches/4'
    'batches/5'
    'batches/6'
    'batches/7'
  ]
  [
    'batches/8'
    'batches/9'
    'batches/a'
    'batches/b'
    'batches/c'
    'batches/d'
    'batches/e'
    'batches/f'
  ]
]

resource hostAccount 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: hostAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: skuName
  }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPublic ? 'Allow' : 'Deny'
    }
  }
}

resource hostBlobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: hostAccount
  name: 'default'
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: hostBlobs
  name: 'packages'
  properties: {
    publicAccess: 'None'
  }
}

resource dataAccount 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: dataAccountName
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: skuName
  }
  properties: {
    accessTier: 'Hot'
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    defaultToOAuthAuthentication: true
    isLocalUserEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: isPublic ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'None'
      defaultAction: isPublic ? 'Allow' : 'Deny'
    }
  }
}

resource dataTables 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: dataAccount
  name: 'default'
}

resource tables 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = [for name in tableNames: {
  parent: dataTables
  name: name
}]

resource dataQueues 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: dataAccount
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [for name in queueNames: {
  parent: dataQueues
  name: name
}]

resource dataBlobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: dataAccount
  name: 'default'
  properties: {
    // Payloads live for seconds and are removed by who has written them: a copy of each for days would be the whole bill.
    deleteRetentionPolicy: {
      enabled: false
    }
    isVersioningEnabled: false
  }
}

resource batches 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: dataBlobs
  name: 'batches'
  properties: {
    publicAccess: 'None'
  }
}

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: dataAccount
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'staged-0-7'
          type: 'Lifecycle'
          definition: {
            actions: {
              baseBlob: {
                delete: {
                  daysAfterCreationGreaterThan: stagedDays
                }
              }
            }
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: stagedPrefixes[0]
            }
          }
        }
        {
          name: 'staged-8-f'
          type: 'Lifecycle'
          definition: {
            actions: {
              baseBlob: {
                delete: {
                  daysAfterCreationGreaterThan: stagedDays
                }
              }
            }
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: stagedPrefixes[1]
            }
          }
        }
        {
          name: 'kept'
          type: 'Lifecycle'
          definition: {
            actions: {
              baseBlob: {
                delete: {
                  daysAfterCreationGreaterThan: keptDays
                }
              }
            }
            filters: {
              blobTypes: [
                'blockBlob'
              ]
              prefixMatch: [
                'batches/rejected/'
                'batches/poison/'
              ]
            }
          }
        }
      ]
    }
  }
}

// Numbers of requests. A line for each request would cost more than the requests.
resource blobDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: dataBlobs
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

resource queueDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: dataQueues
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

resource tableDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: dataTables
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

resource hostDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: hostBlobs
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'Transaction'
        enabled: true
      }
    ]
  }
}

@description('Id of the host account.')
output hostAccountId string = hostAccount.id

@description('Id of the data account.')
output dataAccountId string = dataAccount.id

@description('URL of the container that the function app\'s package is deployed to.')
output packagesUrl string = '${hostAccount.properties.primaryEndpoints.blob}${packages.name}'
