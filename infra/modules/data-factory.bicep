metadata name = 'Data Factory'
metadata description = 'Optional: a factory with a linked service to Sluice, datasets, and a pipeline that copies a CSV file and reports its run. See docs/data-factory.md.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Name of the factory.')
param factoryName string

@description('Required. Name of the factory\'s own vault, for the password of its Sluice user. Who may read it needs nothing of Sluice\'s vault.')
@minLength(3)
@maxLength(24)
param vaultName string

@description('Required. Whether the vault can be reached from anywhere; otherwise by the factory, as a trusted service, and from allowedAddresses.')
param isPublic bool

@description('Required. Addresses (CIDR) of operators that may put the password into a private vault.')
param allowedAddresses array

@description('Required. Days for which deleted secrets can be brought back.')
@minValue(7)
@maxValue(90)
param softDeleteDays int

@description('Required. Whether nobody may delete for good before those days are over.')
param purgeProtection bool

@description('Required. Host name of the PostgreSQL port; its certificate must be valid for it.')
param sluiceHost string

@description('Required. User name from POST /create; the database has the same name.')
param sluiceUser string

@description('Required. Blob endpoint of the account that the CSV files are in. Give the factory\'s identity Storage Blob Data Reader there.')
param sourceBlobEndpoint string

@description('Required. Name of a self-hosted integration runtime in the virtual network; empty: Azure\'s own, for a public gateway.')
param selfHostedRuntime string

@description('Required. Id of the workspace that diagnostics go to.')
param workspaceId string

// Data Factory evaluates it when the pipeline runs.
func expression(text string) object => {
  value: text
  type: 'Expression'
}

var columnsOfRun = [
  {
    source: {
      name: 'integration_external_id'
    }
    sink: {
      name: 'external_id'
    }
  }
  {
    source: {
      name: 'integration_status'
    }
    sink: {
      name: 'status'
    }
  }
]

resource factory 'Microsoft.DataFactory/factories@2018-06-01' = {
  name: factoryName
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    publicNetworkAccess: 'Enabled'
  }
}

resource vault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: vaultName
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: softDeleteDays
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPublic ? 'Allow' : 'Deny'
      ipRules: [for address in allowedAddresses: {
        value: address
      }]
    }
  }
}

resource runtime 'Microsoft.DataFactory/factories/integrationRuntimes@2018-06-01' = if (!empty(selfHostedRuntime)) {
  parent: factory
  name: empty(selfHostedRuntime) ? 'unused' : selfHostedRuntime
  properties: {
    // On a machine inside, or peered to, the virtual network of Sluice.
    type: 'SelfHosted'
  }
}

resource vaultLink 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'SluiceVault'
  properties: {
    type: 'AzureKeyVault'
    typeProperties: {
      baseUrl: vault.properties.vaultUri
    }
  }
}

resource sluiceLink 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'Sluice'
  properties: {
    type: 'AzurePostgreSql'
    version: '2.0'
    connectVia: empty(selfHostedRuntime) ? null : {
      type: 'IntegrationRuntimeReference'
      referenceName: runtime.name
    }
    typeProperties: {
      server: sluiceHost
      port: 5432
      database: sluiceUser
      username: sluiceUser
      password: {
        type: 'AzureKeyVaultSecret'
        store: {
          type: 'LinkedServiceReference'
          referenceName: vaultLink.name
        }
        secretName: 'sluice-password'
      }
      // Verify-Full.
      sslMode: 5
    }
  }
}

resource sourceLink 'Microsoft.DataFactory/factories/linkedservices@2018-06-01' = {
  parent: factory
  name: 'SluiceSource'
  properties: {
    type: 'AzureBlobStorage'
    // By the factory's own identity.
    typeProperties: {
      serviceEndpoint: sourceBlobEndpoint
      accountKind: 'StorageV2'
    }
  }
}

resource csv 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'SluiceCsv'
  properties: {
    type: 'DelimitedText'
    linkedServiceName: {
      type: 'LinkedServiceReference'
      referenceName: sourceLink.name
    }
    parameters: {
      container: {
        type: 'String'
      }
      file: {
        type: 'String'
      }
    }
    typeProperties: {
      location: {
        type: 'AzureBlobStorageLocation'
        container: expression('@dataset().container')
        fileName: expression('@dataset().file')
      }
      columnDelimiter: ','
      quoteChar: '"'
      escapeChar: '"'
      firstRowAsHeader: true
    }
  }
}

resource table 'Microsoft.DataFactory/factories/datasets@2018-06-01' = {
  parent: factory
  name: 'SluiceTable'
  properties: {
    type: 'AzurePostgreSqlTable'
    linkedServiceName: {
      type: 'LinkedServiceReference'
      referenceName: sluiceLink.name
    }
    parameters: {
      table: {
        type: 'String'
      }
    }
    typeProperties: {
      schema: 'public'
      table: expression('@dataset().table')
    }
  }
}

// Copies a CSV file, whose header names columns of the table, and reports the run to an extraction pipeline.
resource pipeline 'Microsoft.DataFactory/factories/pipelines@2018-06-01' = {
  parent: factory
  name: 'SluiceCopy'
  properties: {
    parameters: {
      container: {
        type: 'String'
      }
      file: {
        type: 'String'
      }
      // A file with a header and one line: the reports take their one row from it.
      oneRowFile: {
        type: 'String'
        defaultValue: 'one-row.csv'
      }
      table: {
        type: 'String'
        defaultValue: 'events'
      }
      extractionPipeline: {
        type: 'String'
      }
    }
    activities: [
      {
        name: 'Copy rows'
        type: 'Copy'
        policy: {
          timeout: '0.02:00:00'
          // Safe: every write to Sluice is an upsert.
          retry: 1
          retryIntervalInSeconds: 60
        }
        inputs: [
          {
            type: 'DatasetReference'
            referenceName: csv.name
            parameters: {
              container: expression('@pipeline().parameters.container')
              file: expression('@pipeline().parameters.file')
            }
          }
        ]
        outputs: [
          {
            type: 'DatasetReference'
            referenceName: table.name
            parameters: {
              table: expression('@pipeline().parameters.table')
            }
          }
        ]
        typeProperties: {
          source: {
            type: 'DelimitedTextSource'
          }
          sink: {
            type: 'AzurePostgreSqlSink'
            writeMethod: 'CopyCommand'
            writeBatchSize: 1000000
            writeBatchTimeout: '02:00:00'
          }
        }
      }
      {
        name: 'Report success'
        type: 'Copy'
        dependsOn: [
          {
            activity: 'Copy rows'
            dependencyConditions: [
              'Succeeded'
            ]
          }
        ]
        inputs: [
          {
            type: 'DatasetReference'
            referenceName: csv.name
            parameters: {
              container: expression('@pipeline().parameters.container')
              file: expression('@pipeline().parameters.oneRowFile')
            }
          }
        ]
        outputs: [
          {
            type: 'DatasetReference'
            referenceName: table.name
            parameters: {
              table: 'extraction_pipeline_runs'
            }
          }
        ]
        typeProperties: {
          source: {
            type: 'DelimitedTextSource'
            additionalColumns: [
              {
                name: 'integration_external_id'
                value: expression('@pipeline().parameters.extractionPipeline')
              }
              {
                name: 'integration_status'
                value: 'success'
              }
            ]
          }
          sink: {
            type: 'AzurePostgreSqlSink'
            writeMethod: 'CopyCommand'
            writeBatchSize: 1000
          }
          translator: {
            type: 'TabularTranslator'
            mappings: columnsOfRun
          }
        }
      }
      {
        name: 'Report failure'
        type: 'Copy'
        dependsOn: [
          {
            activity: 'Copy rows'
            dependencyConditions: [
              'Failed'
            ]
          }
        ]
        inputs: [
          {
            type: 'DatasetReference'
            referenceName: csv.name
            parameters: {
              container: expression('@pipeline().parameters.container')
              file: expression('@pipeline().parameters.oneRowFile')
            }
          }
        ]
        outputs: [
          {
            type: 'DatasetReference'
            referenceName: table.name
            parameters: {
              table: 'extraction_pipeline_runs'
            }
          }
        ]
        typeProperties: {
          source: {
            type: 'DelimitedTextSource'
            additionalColumns: [
              {
                name: 'integration_external_id'
                value: expression('@pipeline().parameters.extractionPipeline')
              }
              {
                name: 'integration_status'
                value: 'failure'
              }
            ]
          }
          sink: {
            type: 'AzurePostgreSqlSink'
            writeMethod: 'CopyCommand'
            writeBatchSize: 1000
          }
          translator: {
            type: 'TabularTranslator'
            mappings: columnsOfRun
          }
        }
      }
    ]
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: factory
  properties: {
    workspaceId: workspaceId
    logAnalyticsDestinationType: 'Dedicated'
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

resource vaultDiagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: vault
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'audit'
        enabled: true
      }
    ]
  }
}

@description('Object id of the factory\'s identity, for role assignments.')
output principalId string = factory.identity.principalId

@description('Name of the factory\'s vault: put the password into its secret sluice-password.')
output vaultName string = vault.name
