metadata name = 'Private endpoints'
metadata description = 'Addresses inside the virtual network for Storage and the vault, and the zones in which their names lead there.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Name that the endpoints begin with.')
param prefix string

@description('Required. Id of the virtual network in which the names are resolved.')
param vnetId string

@description('Required. Id of the subnet that the endpoints get their addresses from.')
param subnetId string

@description('Required. Id of the account of the Functions host.')
param hostAccountId string

@description('Required. Id of the data account.')
param dataAccountId string

@description('Required. Id of the vault.')
param vaultId string

var zoneNames = [
  'privatelink.blob.${environment().suffixes.storage}'
  'privatelink.queue.${environment().suffixes.storage}'
  'privatelink.table.${environment().suffixes.storage}'
  'privatelink.vaultcore.azure.net'
]

// `zone`: place in zoneNames. The host uses blobs for its package, leases and keys, queues and tables for its diagnostics.
var endpoints = [
  {
    name: 'data-blob'
    resourceId: dataAccountId
    groupId: 'blob'
    zone: 0
  }
  {
    name: 'data-queue'
    resourceId: dataAccountId
    groupId: 'queue'
    zone: 1
  }
  {
    name: 'data-table'
    resourceId: dataAccountId
    groupId: 'table'
    zone: 2
  }
  {
    name: 'host-blob'
    resourceId: hostAccountId
    groupId: 'blob'
    zone: 0
  }
  {
    name: 'host-table'
    resourceId: hostAccountId
    groupId: 'table'
    zone: 2
  }
  {
    name: 'vault'
    resourceId: vaultId
    groupId: 'vault'
    zone: 3
  }
]

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' = [for name in zoneNames: {
  name: name
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (name, i) in zoneNames: {
  parent: zones[i]
  name: prefix
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: vnetId
    }
  }
}]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2025-05-01' = [for endpoint in endpoints: {
  name: '${prefix}-${endpoint.name}'
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: endpoint.name
        properties: {
          privateLinkServiceId: endpoint.resourceId
          groupIds: [
            endpoint.groupId
          ]
        }
      }
    ]
  }
}]

resource names 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [for (endpoint, i) in endpoints: {
  parent: privateEndpoints[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: endpoint.groupId
        properties: {
          privateDnsZoneId: zones[endpoint.zone].id
        }
      }
    ]
  }
}]
