metadata name = 'Identities'
metadata description = 'Who the two sides are to Azure: one user-assigned identity each, so that roles exist before anything starts.'

@description('Required. Region.')
param location string

@description('Required. Tags of every resource.')
param tags object

@description('Required. Name of the server\'s identity.')
param serverName string

@description('Required. Name of the function app\'s identity.')
param functionsName string

resource server 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: serverName
  location: location
  tags: tags
}

resource functions 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: functionsName
  location: location
  tags: tags
}

@description('Object id of the server\'s identity, for role assignments.')
output serverPrincipalId string = server.properties.principalId

@description('Object id of the function app\'s identity, for role assignments.')
output functionsPrincipalId string = functions.properties.principalId
