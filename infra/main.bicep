targetScope = 'subscription'

metadata name = 'Sluice'
metadata description = 'A PostgreSQL gateway into Cognite Data Fusion: everything that it needs in Azure, in one resource group.'

@description('Required. Name of this installation; its resource group and names are made of it.')
@minLength(1)
@maxLength(20)
param environmentName string

@description('Required. Region of every resource.')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Optional. Shape of the network: public (the PostgreSQL port is open to the internet, TLS and passwords guard it) or private (it is reached from the virtual network only, by Data Factory through a self-hosted integration runtime).')
@allowed([
  'public'
  'private'
])
param networkMode string = 'public'

@description('Optional. Address space of the virtual network, at least a /24.')
param addressPrefix string = '10.80.0.0/24'

@description('Optional. Private shape: from where clients may reach the PostgreSQL port, as CIDR or service tag.')
param clientPrefix string = 'VirtualNetwork'

@description('Optional. Private shape: addresses (CIDR, comma-separated) from which operators reach the vault, the HTTP functions and their deployment.')
param allowedAddresses string = ''

@description('Optional. Host name of your own for the PostgreSQL port, which the certificate is valid for. Empty: the name that Azure gives.')
param publicHost string = ''

@description('Optional. The server\'s image, with registry and tag. Empty: everything but the server is made, and azd deploy adds it.')
param serverImage string = ''

@description('Optional. Private key and certificate chain of the PostgreSQL port, PEM. Empty: the vault has them already, or the postprovision hook makes a certificate.')
@secure()
param tlsPem string = ''

@description('Optional. Whether replicas are spread over the region\'s zones; cannot be changed afterwards, and not every region can.')
param zoneRedundant bool = false

@description('Optional. Redundancy of the storage accounts.')
@allowed([
  'Standard_LRS'
  'Standard_ZRS'
  'Standard_GRS'
  'Standard_GZRS'
])
param storageSku string = 'Standard_LRS'

@description('Optional. Service tier of the registry.')
@allowed([
  'Basic'
  'Standard'
  'Premium'
])
param registrySku string = 'Basic'

@description('Optional. Version of Node.js that the functions run on.')
@allowed([
  '22'
  '24'
])
param nodeVersion string = '22'

@description('Optional. Memory of a function instance, MB.')
@allowed([
  512
  2048
  4096
])
param functionMemoryMB int = 2048

@description('Optional. Function instances at most.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Optional. Further hosts of token endpoints and CDF that may be called, comma-separated.')
param allowedHosts string = ''

@description('Optional. CDF projects for which credentials may be made, comma-separated; empty: any that the caller can show a token of.')
param allowedProjects string = ''

@description('Optional. RAW database in which tables made by CREATE TABLE lie.')
param rawDatabase string = 'sluice'

@description('Optional. Days for which deleted keys and secrets can be brought back.')
@minValue(7)
@maxValue(90)
param softDeleteDays int = 90

@description('Optional. Whether vaults are protected from being purged. It cannot be turned off again: false for what is thrown away soon.')
param purgeProtection bool = true

@description('Optional. Days after which payloads that nothing has removed are deleted.')
@minValue(7)
param stagedDays int = 7

@description('Optional. Days for which refused rows and poison batches are kept.')
@minValue(8)
param keptDays int = 30

@description('Optional. How long logs are kept, days.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('Optional. Who gets alerts by e-mail; empty: nobody.')
param alertEmail string = ''

@description('Optional. Seconds that the oldest batch may wait before an alert is raised.')
@minValue(60)
param maxQueueAgeSeconds int = 300

@description('Optional. Refused logins within 15 minutes from which an alert is raised.')
@minValue(1)
param maxLoginFailures int = 20

@description('Optional. Object id of whoever looks after poison batches and the certificate; empty: nobody.')
param operatorPrincipalId string = ''

@description('Optional. What the operator is.')
@allowed([
  'User'
  'Group'
  'ServicePrincipal'
])
param operatorPrincipalType string = 'User'

@description('Optional. Whether a data factory that writes to Sluice is made too.')
param deployDataFactory bool = false

@description('Optional. Data factory: user name from POST /create.')
param factorySluiceUser string = ''

@description('Optional. Data factory: blob endpoint of the account with the CSV files.')
param factorySourceBlobEndpoint string = ''

var isPublic = networkMode == 'public'
var addresses = empty(allowedAddresses) ? [] : split(replace(allowedAddresses, ' ', ''), ',')
var token = uniqueString(subscription().id, environmentName, location)
var tags = {
  'azd-env-name': environmentName
}
var names = {
  serverIdentity: 'id-sluice-server-${token}'
  functionsIdentity: 'id-sluice-functions-${token}'
  workspace: 'log-sluice-${token}'
  insights: 'appi-sluice-${token}'
  hostAccount: 'sthost${token}'
  dataAccount: 'stdata${token}'
  vault: 'kv-sluice-${token}'
  vnet: 'vnet-sluice-${token}'
  registry: 'crsluice${token}'
  containerEnvironment: 'cae-sluice-${token}'
  server: 'ca-sluice-server'
  functions: 'func-sluice-${token}'
  factory: 'adf-sluice-${token}'
  factoryVault: 'kv-adf-${token}'
}
var tlsSecretName = 'sluice-tls'

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: 'rg-${environmentName}'
  location: location
  tags: tags
}

module identity 'modules/identity.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    serverName: names.serverIdentity
    functionsName: names.functionsIdentity
  }
}

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    workspaceName: names.workspace
    insightsName: names.insights
    retentionDays: logRetentionDays
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    prefix: 'sluice-${token}'
    workspaceId: monitoring.outputs.workspaceId
    alertEmail: alertEmail
    maxQueueAgeSeconds: maxQueueAgeSeconds
    maxLoginFailures: maxLoginFailures
  }
}

module storage 'modules/storage.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    hostAccountName: names.hostAccount
    dataAccountName: names.dataAccount
    skuName: storageSku
    isPublic: isPublic
    stagedDays: stagedDays
    keptDays: keptDays
    workspaceId: monitoring.outputs.workspaceId
  }
}

module vault 'modules/vault.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    vaultName: names.vault
    isPublic: isPublic
    allowedAddresses: addresses
    softDeleteDays: softDeleteDays
    purgeProtection: purgeProtection
    tlsSecretName: tlsSecretName
    tlsPem: tlsPem
    workspaceId: monitoring.outputs.workspaceId
  }
}

module network 'modules/network.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    vnetName: names.vnet
    addressPrefix: addressPrefix
    isPublic: isPublic
    clientPrefix: clientPrefix
    workspaceId: monitoring.outputs.workspaceId
  }
}

module privateEndpoints 'modules/private-endpoints.bicep' = if (!isPublic) {
  scope: group
  params: {
    location: location
    tags: tags
    prefix: 'pe-sluice-${token}'
    vnetId: network.outputs.vnetId
    subnetId: network.outputs.endpointsSubnetId
    hostAccountId: storage.outputs.hostAccountId
    dataAccountId: storage.outputs.dataAccountId
    vaultId: vault.outputs.vaultId
  }
}

module registry 'modules/registry.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    registryName: names.registry
    skuName: registrySku
    workspaceId: monitoring.outputs.workspaceId
  }
}

module environment 'modules/environment.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    environmentName: names.containerEnvironment
    isPublic: isPublic
    zoneRedundant: zoneRedundant
    subnetId: network.outputs.containerAppsSubnetId
    workspaceId: monitoring.outputs.workspaceId
  }
}

module privateName 'modules/private-name.bicep' = if (!isPublic) {
  scope: group
  params: {
    tags: tags
    domain: environment.outputs.defaultDomain
    address: environment.outputs.staticIp
    vnetId: network.outputs.vnetId
  }
}

var sluiceHost = empty(publicHost) ? '${names.server}.${environment.outputs.defaultDomain}' : publicHost

module dataFactory 'modules/data-factory.bicep' = if (deployDataFactory) {
  scope: group
  params: {
    location: location
    tags: tags
    factoryName: names.factory
    vaultName: names.factoryVault
    isPublic: isPublic
    allowedAddresses: addresses
    softDeleteDays: softDeleteDays
    purgeProtection: purgeProtection
    sluiceHost: sluiceHost
    sluiceUser: factorySluiceUser
    sourceBlobEndpoint: factorySourceBlobEndpoint
    selfHostedRuntime: isPublic ? '' : 'SluiceRuntime'
    workspaceId: monitoring.outputs.workspaceId
  }
}

module roles 'modules/roles.bicep' = {
  scope: group
  params: {
    serverPrincipalId: identity.outputs.serverPrincipalId
    functionsPrincipalId: identity.outputs.functionsPrincipalId
    operatorPrincipalId: operatorPrincipalId
    operatorPrincipalType: operatorPrincipalType
    factoryPrincipalId: dataFactory.?outputs.principalId ?? ''
    hostAccountName: names.hostAccount
    dataAccountName: names.dataAccount
    vaultName: names.vault
    wrappingKeyName: vault.outputs.wrappingKeyName
    factoryVaultName: dataFactory.?outputs.vaultName ?? ''
    registryName: names.registry
    insightsName: monitoring.outputs.insightsName
  }
  dependsOn: [
    registry
    storage
  ]
}

// Both sides come last: a token that is asked for before its role exists is kept, without the role, for hours.
module functions 'modules/functions.bicep' = {
  scope: group
  params: {
    location: location
    tags: tags
    appName: names.functions
    identityName: names.functionsIdentity
    hostAccountName: names.hostAccount
    packagesUrl: storage.outputs.packagesUrl
    dataAccountName: names.dataAccount
    insightsName: monitoring.outputs.insightsName
    workspaceId: monitoring.outputs.workspaceId
    subnetId: network.outputs.functionsSubnetId
    isPublic: isPublic
    allowedAddresses: addresses
    nodeVersion: nodeVersion
    instanceMemoryMB: functionMemoryMB
    maximumInstanceCount: maximumInstanceCount
    wrappingKeyUrl: vault.outputs.wrappingKeyUrl
    publicHost: sluiceHost
    allowedHosts: allowedHosts
    allowedProjects: allowedProjects
  }
  dependsOn: [
    privateEndpoints
    roles
  ]
}

module server 'modules/server.bicep' = if (!empty(serverImage)) {
  scope: group
  params: {
    location: location
    tags: tags
    appName: names.server
    image: serverImage
    containerEnvironmentName: environment.outputs.environmentName
    identityName: names.serverIdentity
    registryServer: registry.outputs.loginServer
    dataAccountName: names.dataAccount
    vaultName: names.vault
    tlsSecretName: tlsSecretName
    insightsName: monitoring.outputs.insightsName
    rawDatabase: rawDatabase
  }
  dependsOn: [
    privateEndpoints
    roles
  ]
}

@description('Resource group, for azd and az.')
output AZURE_RESOURCE_GROUP string = group.name

@description('Registry that azd pushes the server\'s image to.')
output AZURE_CONTAINER_REGISTRY_ENDPOINT string = registry.outputs.loginServer

@description('Base URL of the HTTP functions.')
output SLUICE_HTTP_URL string = functions.outputs.url

@description('Host name of the PostgreSQL port.')
output SLUICE_HOST string = sluiceHost

@description('Address that a DNS name of your own must lead to.')
output SLUICE_ADDRESS string = environment.outputs.staticIp

@description('Name of the server\'s container app, for modules/server.parameters.json.')
output SLUICE_SERVER_APP string = names.server

@description('Name of the Container Apps environment, for modules/server.parameters.json.')
output SLUICE_CONTAINER_ENVIRONMENT string = environment.outputs.environmentName

@description('Name of the server\'s identity, for modules/server.parameters.json.')
output SLUICE_SERVER_IDENTITY string = names.serverIdentity

@description('Name of the data account, for modules/server.parameters.json and for npm run poison.')
output SLUICE_DATA_ACCOUNT string = names.dataAccount

@description('Name of the vault, for modules/server.parameters.json and for the certificate.')
output SLUICE_VAULT string = names.vault

@description('Name of the secret with the certificate.')
output SLUICE_TLS_SECRET string = tlsSecretName

@description('Name of the Application Insights component, for modules/server.parameters.json.')
output SLUICE_INSIGHTS string = monitoring.outputs.insightsName

@description('Name of the data factory\'s vault; empty where there is none.')
output SLUICE_FACTORY_VAULT string = dataFactory.?outputs.vaultName ?? ''
