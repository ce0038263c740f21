// Mistakes against the rules of this repository: descriptions, parameter files, secrets, places.
import type { Mistake } from './mistake';

export const HOUSE_MISTAKES: readonly Mistake[] = [
  {
    what: 'an output that is not described',
    file: 'modules/vault.bicep',
    from: `@description('Id of the vault.')
`,
    to: '',
    says: 'missing-description: output "vaultId"',
    at: 'output vaultId',
  },
  {
    what: 'a parameter with a wrong description',
    file: 'modules/vault.bicep',
    from: 'Required. Name of the vault.',
    to: 'Optional. Name of the vault.',
    says: 'wrong-description: .*"Required."',
    at: 'param vaultName',
  },
  {
    what: 'a file that does not say what it is',
    file: 'modules/vault.bicep',
    from: `metadata name = 'Vault'
`,
    to: '',
    says: 'missing-description: no metadata name',
    at: '',
  },
  {
    what: 'an unknown key in a parameter file',
    file: 'main.parameters.json',
    from: '"environmentName": {',
    to: `"environment": { "value": "" },
    "environmentName": {`,
    says: 'unknown-parameter: main.bicep has no parameter "environment"',
    at: '"environment"',
  },
  {
    what: 'a missing key in a parameter file',
    file: 'modules/server.parameters.json',
    from: `    "image": {
      "value": "\${SERVICE_SERVER_IMAGE_NAME}"
    },
`,
    to: '',
    says: 'missing-parameter: modules/server.bicep needs its parameter "image"',
    at: '{',
  },
  {
    what: 'a value in a parameter file that is not allowed',
    file: 'main.parameters.json',
    from: '${SLUICE_NETWORK_MODE=public}',
    to: '${SLUICE_NETWORK_MODE=pubic}',
    says: 'wrong-parameter: parameter "networkMode" cannot be "pubic"',
    at: '"networkMode"',
  },
  {
    what: 'a secret in a parameter file',
    file: 'main.parameters.json',
    from: '${SLUICE_TLS_PEM=}',
    to: 'secret',
    says: 'secret: parameter "tlsPem" is secret',
    at: '"tlsPem"',
  },
  {
    what: 'a key that is read',
    file: 'modules/functions.bicep',
    from: `SLUICE_PUBLIC_PORT: '5432'`,
    to: 'SLUICE_PUBLIC_PORT: dataAccount.listKeys().keys[0].value',
    says: 'secret: reads a key',
    at: 'SLUICE_PUBLIC_PORT',
  },
  {
    what: 'a secret that is written down',
    file: 'modules/data-factory.bicep',
    from: '      username: sluiceUser',
    to: `      username: sluiceUser
      connectionString: 'x'`,
    says: 'secret: the value of "connectionString"',
    at: 'connectionString',
  },
  {
    what: 'a secret that is an output',
    file: 'modules/vault.bicep',
    from: `@description('Id of the vault.')`,
    to: `@description('The key.')
output pem string = tlsPem

@description('Id of the vault.')`,
    says: 'secret: output "pem" tells',
    at: 'output pem',
  },
  {
    what: 'a location that is written down',
    file: 'modules/network.bicep',
    from: `name: vnetName
  location: location`,
    to: `name: vnetName
  location: 'westeurope'`,
    says: 'hard-coded-location: "westeurope"',
    at: 'westeurope',
  },
  {
    what: 'a default location',
    file: 'modules/server.bicep',
    from: 'param location string = resourceGroup().location',
    to: `param location string = 'westeurope'`,
    says: 'hard-coded-location: a default',
    at: 'westeurope',
  },
  {
    what: 'a host of one cloud',
    file: 'modules/private-endpoints.bicep',
    from: 'privatelink.blob.${environment().suffixes.storage}',
    to: 'privatelink.blob.core.windows.net',
    says: 'hard-coded-host',
    at: 'core.windows.net',
  },
  {
    what: 'an account with keys',
    file: 'modules/storage.bicep',
    from: `accessTier: 'Hot'
    allowSharedKeyAccess: false`,
    to: `accessTier: 'Hot'
    allowSharedKeyAccess: true`,
    says: 'unsafe: properties.allowSharedKeyAccess of "dataAccount" must be false',
    at: 'resource dataAccount',
  },
];
