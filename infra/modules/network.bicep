metadata name = 'Network'
metadata description = 'The virtual network of both shapes. TCP ingress from outside needs one in the public shape too; the private shape closes it.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Name of the virtual network.')
param vnetName string

@description('Required. Address space of the virtual network; the subnets are cut from it. At least a /24.')
param addressPrefix string

@description('Required. Whether clients come from the internet. Azure does not apply security rules to what enters a public environment.')
param isPublic bool

@description('Required. Addresses (CIDR, or a service tag) from which clients may reach the PostgreSQL port in the private shape.')
param clientPrefix string

@description('Required. Id of the workspace that diagnostics go to.')
param workspaceId string

var containerAppsPrefix = cidrSubnet(addressPrefix, 26, 0)

// What Container Apps wants to be let in: clients to the port and to the load balancer's range behind it, its probes, and
// what the environment says to itself. The rest of the virtual network stays out.
var privateRules = [
  {
    name: 'clients'
    properties: {
      priority: 100
      direction: 'Inbound'
      access: 'Allow'
      protocol: 'Tcp'
      sourceAddressPrefix: clientPrefix
      sourcePortRange: '*'
      destinationAddressPrefix: containerAppsPrefix
      destinationPortRanges: [
        '5432'
        '30000-32767'
      ]
    }
  }
  {
    name: 'load-balancer'
    properties: {
      priority: 110
      direction: 'Inbound'
      access: 'Allow'
      protocol: 'Tcp'
      sourceAddressPrefix: 'AzureLoadBalancer'
      sourcePortRange: '*'
      destinationAddressPrefix: containerAppsPrefix
      destinationPortRange: '30000-32767'
    }
  }
  {
    name: 'environment'
    properties: {
      priority: 120
      direction: 'Inbound'
      access: 'Allow'
      protocol: '*'
      sourceAddressPrefix: containerAppsPrefix
      sourcePortRange: '*'
      destinationAddressPrefix: containerAppsPrefix
      destinationPortRange: '*'
    }
  }
  {
    name: 'others'
    properties: {
      priority: 4000
      direction: 'Inbound'
      access: 'Deny'
      protocol: '*'
      sourceAddressPrefix: '*'
      sourcePortRange: '*'
      destinationAddressPrefix: '*'
      destinationPortRange: '*'
    }
  }
]

resource nsg 'Microsoft.Network/networkSecurityGroups@2025-05-01' = {
  name: '${vnetName}-container-apps'
  location: location
  tags: tags
  properties: {
    securityRules: isPublic ? [] : privateRules
  }
}

resource vnet 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: vnetName
  location: location
  tags: tags
  properties: {
    addressSpace: {
      addressPrefixes: [
        addressPrefix
      ]
    }
    subnets: [
      {
        name: 'container-apps'
        properties: {
          addressPrefix: containerAppsPrefix
          networkSecurityGroup: {
            id: nsg.id
          }
          delegations: [
            {
              name: 'environment'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'functions'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 1)
          delegations: [
            {
              name: 'environment'
              properties: {
                serviceName: 'Microsoft.App/environments'
              }
            }
          ]
        }
      }
      {
        name: 'private-endpoints'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 2)
          privateEndpointNetworkPolicies: 'Enabled'
        }
      }
    ]
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'to-workspace'
  scope: nsg
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

@description('Id of the virtual network.')
output vnetId string = vnet.id

@description('Id of the subnet of the Container Apps environment.')
output containerAppsSubnetId string = '${vnet.id}/subnets/container-apps'

@description('Id of the subnet of the function app.')
output functionsSubnetId string = '${vnet.id}/subnets/functions'

@description('Id of the subnet of the private endpoints.')
output endpointsSubnetId string = '${vnet.id}/subnets/private-endpoints'
