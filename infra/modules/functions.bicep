metadata name = 'Function app'
metadata description = 'Flex Consumption: POST /create and its like over HTTP, write-batch on the queue. No key in any setting.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource; azd-service-name is added.')
param tags object

@description('Required. Name of the function app.')
param appName string

@description('Required. Name of its identity.')
param identityName string

@description('Required. Name of the account of the Functions host.')
param hostAccountName string

@description('Required. URL of the container that the package is deployed to.')
param packagesUrl string

@description('Required. Name of the data account.')
param dataAccountName string

@description('Required. Name of the Application Insights component.')
param insightsName string

@description('Required. Id of the workspace that diagnostics go to.')
param workspaceId string

@description('Required. Id of the subnet that the app reaches Storage and the vault from.')
param subnetId string

@description('Required. Whether the HTTP functions can be called from anywhere; otherwise from allowedAddresses only.')
param isPublic bool

@description('Required. Addresses (CIDR) that may call the HTTP functions and deploy in the private shape.')
param allowedAddresses array

@description('Required. Version of Node.js.')
@allowed([
  '22'
  '24'
])
param nodeVersion string

@description('Required. Memory of an instance, MB.')
@allowed([
  512
  2048
  4096
])
param instanceMemoryMB int

@description('Required. Instances at most. Each sends some nine requests to CDF at once.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int

@description('Required. URL of the wrapping key with its version.')
param wrappingKeyUrl string

@description('Required. Host name that clients are told to connect to.')
param publicHost string

@description('Required. Further hosts of token endpoints and CDF that may be called, comma-separated; may be empty.')
param allowedHosts string

@description('Required. CDF projects for which credentials may be made, comma-separated; empty: any.')
param allowedProjects string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource dataAccount 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataAccountName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: '${appName}-plan'
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
  }
}

var addressRules = [for (address, i) in allowedAddresses: {
  name: 'operators-${i}'
  ipAddress: address
  action: 'Allow'
  priority: 100 + i
}]

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: appName
  location: location
  tags: union(tags, {
    'azd-service-name': 'functions'
  })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientCertEnabled: false
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      ipSecurityRestrictions: isPublic ? [] : addressRules
      ipSecurityRestrictionsDefaultAction: isPublic ? 'Allow' : 'Deny'
      scmIpSecurityRestrictions: isPublic ? [] : addressRules
      scmIpSecurityRestrictionsDefaultAction: isPublic ? 'Allow' : 'Deny'
    }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packagesUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
      runtime: {
        name: 'node'
        version: nodeVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
      }
    }
  }
}

resource settings 'Microsoft.Web/sites/config@2025-03-01' = {
  parent: app
  name: 'appsettings'
  properties: {
    AzureWebJobsStorage__accountName: hostAccountName
    AzureWebJobsStorage__credential: 'managedidentity'
    AzureWebJobsStorage__clientId: identity.properties.clientId
    SluiceStorage__blobServiceUri: dataAccount.properties.primaryEndpoints.blob
    SluiceStorage__queueServiceUri: dataAccount.properties.primaryEndpoints.queue
    SluiceStorage__tableServiceUri: dataAccount.properties.primaryEndpoints.table
    SluiceStorage__credential: 'managedidentity'
    SluiceStorage__clientId: identity.properties.clientId
    SLUICE_WRAPPING_KEY_ID: wrappingKeyUrl
    SLUICE_PUBLIC_HOST: publicHost
    SLUICE_PUBLIC_PORT: '5432'
    SLUICE_ALLOWED_HOSTS: allowedHosts
    SLUICE_ALLOWED_PROJECTS: allowedProjects
    APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.properties.clientId};Authorization=AAD'
  }
}

// Deploying takes an identity, never the user name and password that a site has besides.
resource ftpPublishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scmPublishing 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: app
  properties: {
    workspaceId: workspaceId
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Base URL of the HTTP functions: POST /create is under it.')
output url string = 'https://${app.properties.defaultHostName}'
