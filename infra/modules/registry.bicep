metadata name = 'Registry'
metadata description = 'Where the server\'s image is pushed to and pulled from. No administrator account, no anonymous pull.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Name of the registry.')
@minLength(5)
@maxLength(50)
param registryName string

@description('Required. Service tier.')
@allowed([
  'Basic'
  'Standard'
  'Premium'
])
param skuName string

@description('Required. Id of the workspace that diagnostics go to.')
param workspaceId string

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' = {
  name: registryName
  location: location
  tags: tags
  sku: {
    name: skuName
  }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    // An image holds no secret, and it is built outside the virtual network: the registry is public in both shapes.
    publicNetworkAccess: 'Enabled'
    policies: {
      azureADAuthenticationAsArmPolicy: {
        status: 'enabled'
      }
    }
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: registry
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

@description('Host name that images are pushed to.')
output loginServer string = registry.properties.loginServer
