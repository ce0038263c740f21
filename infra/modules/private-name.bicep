metadata name = 'Private name'
metadata description = 'The environment\'s own domain inside the virtual network: an internal environment has an address, but no public name.'

@description('Required. Tags of every resource.')
param tags object

@description('Required. Default domain of the Container Apps environment.')
param domain string

@description('Required. Address of its internal load balancer.')
param address string

@description('Required. Id of the virtual network in which the name is resolved.')
param vnetId string

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: domain
  location: 'global'
  tags: tags
}

resource record 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: zone
  name: '*'
  properties: {
    ttl: 300
    aRecords: [
      {
        ipv4Address: address
      }
    ]
  }
}

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: zone
  name: 'vnet'
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: vnetId
    }
  }
}
