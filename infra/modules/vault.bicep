metadata name = 'Vault'
metadata description = 'The key that wraps the data keys of CDF client secrets, and the certificate of the PostgreSQL port. Roles only, no access policies.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Name of the vault.')
@minLength(3)
@maxLength(24)
param vaultName string

@description('Required. Whether the vault can be reached from anywhere; otherwise from the virtual network and from allowedAddresses.')
param isPublic bool

@description('Required. Addresses (CIDR) of operators that may reach a private vault.')
param allowedAddresses array

@description('Required. Days for which deleted keys and secrets can be brought back.')
@minValue(7)
@maxValue(90)
param softDeleteDays int

@description('Required. Whether nobody may delete for good before those days are over. It cannot be turned off again.')
param purgeProtection bool

@description('Required. Name of the secret with the server\'s certificate.')
param tlsSecretName string

@description('Optional. The server\'s private key and certificate chain, PEM. Empty: the secret is there already, or made in the vault as a certificate.')
@secure()
param tlsPem string = ''

@description('Required. Id of the workspace that diagnostics go to.')
param workspaceId string

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
    // False is no value that Azure takes: leave it out instead.
    enablePurgeProtection: purgeProtection ? true : null
    enabledForDeployment: false
    enabledForDiskEncryption: false
    enabledForTemplateDeployment: false
    publicNetworkAccess: isPublic || !empty(allowedAddresses) ? 'Enabled' : 'Disabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPublic ? 'Allow' : 'Deny'
      ipRules: [for address in allowedAddresses: {
        value: address
      }]
    }
  }
}

resource wrappingKey 'Microsoft.KeyVault/vaults/keys@2026-02-01' = {
  parent: vault
  name: 'sluice-wrapping'
  tags: tags
  properties: {
    kty: 'RSA'
    keySize: 3072
    keyOps: [
      'wrapKey'
      'unwrapKey'
    ]
  }
}

resource tlsSecret 'Microsoft.KeyVault/vaults/secrets@2026-02-01' = if (!empty(tlsPem)) {
  parent: vault
  name: tlsSecretName
  tags: tags
  properties: {
    contentType: 'application/x-pem-file'
    value: tlsPem
  }
}

resource diagnostics 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
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
    metrics: [
      {
        category: 'AllMetrics'
        enabled: true
      }
    ]
  }
}

@description('Id of the vault.')
output vaultId string = vault.id

@description('Name of the wrapping key.')
output wrappingKeyName string = wrappingKey.name

@description('URL of the wrapping key with its version: what SLUICE_WRAPPING_KEY_ID wants.')
output wrappingKeyUrl string = wrappingKey.properties.keyUriWithVersion
