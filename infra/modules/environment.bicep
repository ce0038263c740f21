metadata name = 'Container Apps environment'
metadata description = 'What the server runs in. Its network, and whether it is public, cannot be changed once it is there.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Name of the environment.')
param environmentName string

@description('Required. Whether its load balancer has a public address.')
param isPublic bool

@description('Required. Whether replicas are spread over the region\'s zones.')
param zoneRedundant bool

@description('Required. Id of its subnet, which is its alone.')
param subnetId string

@description('Required. Id of the workspace that logs go to.')
param workspaceId string

resource environment 'Microsoft.App/managedEnvironments@2026-01-01' = {
  name: environmentName
  location: location
  tags: tags
  properties: {
    vnetConfiguration: {
      internal: !isPublic
      infrastructureSubnetId: subnetId
    }
    zoneRedundant: zoneRedundant
    workloadProfiles: [
      {
        name: 'Consumption'
        workloadProfileType: 'Consumption'
      }
    ]
    // By diagnostic settings instead of the workspace's key.
    appLogsConfiguration: {
      destination: 'azure-monitor'
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: environment
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        categoryGroup: 'allLogs'
        enabled: true
      }
    ]
  }
}

@description('Name of the environment.')
output environmentName string = environment.name

@description('Domain that names of apps end in.')
output defaultDomain string = environment.properties.defaultDomain

@description('Address of the load balancer: what a DNS name of your own must lead to.')
output staticIp string = environment.properties.staticIp
